//! The demo's contact sheet: every photograph beside what became of it; and its error against the truth.

use std::path::{Path, PathBuf};

use super::Failed;
use crate::codec::{self, DecodeOptions, Output, OutputProfile, PngEffort};
use crate::engine::{Engine, EngineOptions};
use crate::image::{Format, Image, Plane, Pool, Sample, Size};
use crate::ops::place::{Placing, Room};
use crate::recipe::{Recipe, Wanted};

/// Side of a tile, and the gap between tiles.
const TILE: u32 = 360;
const GAP: u32 = 12;
/// Products beside each other.
const ACROSS: u32 = 2;
/// Photograph, white picture, cut-out.
const TILES: u32 = 3;
/// Behind everything, and behind the cut-outs.
const PAPER: [u8; 3] = [236, 236, 236];
const BEHIND: [u8; 3] = [38, 92, 120];

/// Writes the sheet of these items of a demo folder.
pub(super) fn write(root: &Path, stems: &[String]) -> Result<PathBuf, Failed> {
    let engine =
        Engine::new(&EngineOptions { backend: crate::engine::Backend::Cpu, ..EngineOptions::default() })?;
    let recipe = Recipe::build("tile").op("resize").op("background").op("quantise").build()?;
    let shown = &stems[..stems.len().min(40)];
    let rows = (shown.len() as u32).div_ceil(ACROSS).max(1);
    let width = GAP + ACROSS * TILES * (TILE + GAP);
    let mut sheet = Plane::zeros(Size::new(width, GAP + rows * (TILE + GAP)), Format::RGBA8);
    sheet
        .bytes_mut()
        .chunks_exact_mut(4)
        .for_each(|p| p.copy_from_slice(&[PAPER[0], PAPER[1], PAPER[2], 255]));
    for (i, stem) in shown.iter().enumerate() {
        let (column, row) = (i as u32 % ACROSS, i as u32 / ACROSS);
        for (t, path) in paths(root, stem).iter().enumerate() {
            // A refused item has no pictures: its tiles stay empty.
            if !path.exists() {
                continue;
            }
            let image = read(path)?;
            let tile = tile(&engine, &recipe, &image, path)?;
            let x = GAP + (column * TILES + t as u32) * (TILE + GAP);
            paste(&mut sheet, &tile, x, GAP + row * (TILE + GAP));
        }
    }
    let path = root.join("contact-sheet.png");
    let output = Output::Png { bits: 8, alpha: false, effort: PngEffort::Fast };
    super::write(&path, &sheet, (&output, OutputProfile::Srgb), true)?;
    Ok(path)
}

/// Photograph, white picture and cut-out of an item.
fn paths(root: &Path, stem: &str) -> [PathBuf; 3] {
    let sku = stem.split('_').next().unwrap_or(stem);
    [
        root.join("shots").join(format!("{stem}.jpg")),
        root.join("catalog/amazon-main").join(format!("{sku}.MAIN.jpg")),
        root.join("catalog/master").join(format!("{stem}.tif")),
    ]
}

fn read(path: &Path) -> Result<Image, Failed> {
    let bytes = codec::read_file(path)?;
    codec::decode(&bytes, &DecodeOptions::default(), &Pool::default()).map_err(|e| super::decoding(path, &e))
}

fn tile(engine: &Engine, recipe: &Recipe, image: &Image, path: &Path) -> Result<Plane, Failed> {
    let placing = Placing::LongSide { pixels: TILE, room: Room::default() };
    let wanted = Wanted { background: BEHIND, ..Wanted::on_white("tile", placing) };
    let rendering = engine
        .render(image, recipe, &[wanted])
        .map_err(|e| Failed::item(e.code(), format!("{}: {e}", path.display()), e.help()))?;
    rendering
        .pictures
        .into_iter()
        .next()
        .map(|p| p.pixels)
        .ok_or_else(|| Failed::item("E-INTERNAL", "no tile", ""))
}

/// Copies a tile, centred in its square.
fn paste(sheet: &mut Plane, tile: &Plane, x: u32, y: u32) {
    let (size, stride) = (tile.size(), sheet.size().width as usize * 4);
    let (x, y) = (x + (TILE - size.width) / 2, y + (TILE - size.height) / 2);
    let row = size.width as usize * 4;
    for (i, from) in tile.bytes().chunks_exact(row).enumerate() {
        let start = (y as usize + i) * stride + x as usize * 4;
        sheet.bytes_mut()[start..start + row].copy_from_slice(from);
    }
}

/// Mean absolute difference between the masters' alpha and the simulator's, over all items that were made.
pub(super) fn mean_alpha_error(root: &Path, stems: &[String]) -> Result<f64, Failed> {
    let (mut sum, mut count) = (0.0, 0.0);
    for stem in stems {
        let made = root.join("catalog/master").join(format!("{stem}.tif"));
        if !made.exists() {
            continue;
        }
        let (made, truth) = (read(&made)?, read(&root.join("truth/alpha").join(format!("{stem}.png")))?);
        let (found, wanted) = (channel16(&made, 3), channel16(&truth, 0));
        sum += found.zip(wanted).map(|(a, b)| (a - b).abs()).sum::<f64>();
        count += made.size().pixels() as f64;
    }
    Ok(if count > 0.0 { sum / count } else { 0.0 })
}

fn channel16(image: &Image, channel: usize) -> impl Iterator<Item = f64> {
    let (sample, channels) = image.samples();
    let codes: &[u16] = if sample == Sample::U16 { image.pixels.shorts() } else { &[] };
    let channel = channel.min(usize::from(channels) - 1);
    codes.iter().skip(channel).step_by(usize::from(channels)).map(|v| f64::from(*v) / 65_535.0)
}
