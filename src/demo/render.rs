//! From scene to samples: coverage by tiles, the mixing of light, sensor noise, 8-bit codes.
//!
//! Bands of rows are independent, so the number of threads changes nothing. The lens's blur is part of
//! the coverage: `light = alpha·F + (1 − alpha)·B·T` then holds exactly for every pixel before noise.

use rayon::prelude::*;

use super::field::Field;
use super::noise::{mix, normal_table};
use super::outline::{Near, Point};
use super::part::{self, Part, Product};
use super::scene::Scene;
use super::{Shot, Truth, products, set};
use crate::image::{Format, Matrix3, Plane, Primaries, Sample, Size, srgb_encode, to_working};

/// Side of a tile; a band is one tile tall.
const TILE: usize = 16;
/// Half-width of an edge in pixels: a box of one pixel under a lens of sigma 0.5.
const RAMP: f32 = 1.29;
/// Photon noise: variance a unit of light (a full well of 45,000 electrons).
const PHOTON: f32 = 2.2e-5;
/// Read noise: variance.
const READ: f32 = 6.0e-8;
/// Steps of the encoding table.
const STEPS: f32 = 32_767.0;

const RGB8: Format = Format::Packed { sample: Sample::U8, channels: 3 };

/// Everything a band needs to be drawn.
struct Studio {
    size: Size,
    product: Product,
    lights: Vec<Field>,
    stage: Field,
    paper: Vec<f32>,
    codes: Vec<u8>,
    normal: Vec<f32>,
    working: Matrix3,
    /// Pixels a unit, and the frame's middle in pixels.
    scale: f32,
    middle: Point,
    /// Seed of the sensor's noise.
    noise: u64,
}

/// Takes the shot.
pub(super) fn shoot(scene: &Scene, size: Size, with_truth: bool) -> Shot {
    let mut photo = Plane::zeros(size, RGB8);
    let mut truth = with_truth.then(|| Truth {
        alpha: Plane::zeros(size, Format::Gray),
        foreground: Plane::zeros(size, Format::Rgba),
        plate: Plane::zeros(size, RGB8),
        shadow: Plane::zeros(size, Format::Gray),
    });
    if size.pixels() > 0 {
        let studio = Studio::new(scene, size);
        let bands = bands(size.width as usize, &mut photo, truth.as_mut());
        bands.into_par_iter().enumerate().for_each_init(Scratch::default, |scratch, (number, mut band)| {
            studio.draw(number * TILE, &mut band, scratch);
        });
    }
    Shot { photo, truth }
}

/// The rows of every plane that belong to one band.
struct Band<'a> {
    photo: &'a mut [u8],
    truth: Option<TruthBand<'a>>,
}

struct TruthBand<'a> {
    alpha: &'a mut [f32],
    foreground: &'a mut [f32],
    plate: &'a mut [u8],
    shadow: &'a mut [f32],
}

fn bands<'a>(width: usize, photo: &'a mut Plane, truth: Option<&'a mut Truth>) -> Vec<Band<'a>> {
    let rows = width * TILE;
    let photos = photo.bytes_mut().chunks_mut(3 * rows);
    let Some(truth) = truth else { return photos.map(|photo| Band { photo, truth: None }).collect() };
    let alphas = truth.alpha.floats_mut().chunks_mut(rows);
    let foregrounds = truth.foreground.floats_mut().chunks_mut(4 * rows);
    let plates = truth.plate.bytes_mut().chunks_mut(3 * rows);
    let shadows = truth.shadow.floats_mut().chunks_mut(rows);
    let truths = alphas.zip(foregrounds).zip(plates).zip(shadows);
    let truths =
        truths.map(|(((alpha, foreground), plate), shadow)| TruthBand { alpha, foreground, plate, shadow });
    photos.zip(truths).map(|(photo, truth)| Band { photo, truth: Some(truth) }).collect()
}

/// Memory a thread reuses from band to band.
#[derive(Default)]
struct Scratch {
    near: Near,
    /// Premultiplied product light and coverage, tile by tile, valid where `drawn`.
    layer: Vec<[f32; 4]>,
    drawn: Vec<bool>,
    /// The parts that a tile sees, frontmost first.
    seen: Vec<(usize, Sight)>,
    line: Vec<[f32; 4]>,
}

/// A square of pixels of the band in hand.
struct Tile {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// What a tile sees of a part.
enum Sight {
    Nothing,
    Inside,
    Edge(f32),
}

impl Studio {
    fn new(scene: &Scene, size: Size) -> Self {
        let product = products::build(scene);
        let (width, height) = (size.width as f32, size.height as f32);
        let mut dice = scene.dice(30);
        let fill = dice.range(0.385, 0.435);
        let scale = (fill * height / product.half[1]).min(fill * width / product.half[0]).max(0.25);
        let middle = [width * dice.range(0.488, 0.512), height * dice.range(0.492, 0.508)];
        let frame = [middle.map(|v| -v / scale), [(width - middle[0]) / scale, (height - middle[1]) / scale]];
        let pixel = 1.0 / scale;
        let seed = mix(scene.seed ^ mix(u64::from(scene.index)));
        let code = |i: usize| (255.0 * srgb_encode(i as f64 / f64::from(STEPS)) + 0.5) as u8;
        Self {
            size,
            lights: part::light(&product, scene.light, seed as u32, pixel),
            stage: set::stage(scene, &product, frame, pixel),
            paper: set::paper(scene),
            codes: (0..=STEPS as usize).map(code).collect(),
            normal: normal_table(),
            working: to_working(Primaries::SRGB),
            product,
            scale,
            middle,
            noise: (0..scene.exposure).fold(seed, |noise, _| mix(noise)),
        }
    }

    fn point(&self, x: f32, y: f32) -> Point {
        [(x - self.middle[0]) / self.scale, (y - self.middle[1]) / self.scale]
    }

    fn draw(&self, top: usize, band: &mut Band<'_>, scratch: &mut Scratch) {
        let width = self.size.width as usize;
        let height = band.photo.len() / (3 * width);
        scratch.layer.resize(width * TILE, [0.0; 4]);
        scratch.drawn.clear();
        for x in (0..width).step_by(TILE) {
            let tile = Tile { x, y: top, width: TILE.min(width - x), height };
            let drawn = self.draw_tile(&tile, scratch);
            scratch.drawn.push(drawn);
        }
        for row in 0..height {
            self.expose(top + row, row, band, scratch);
        }
    }

    /// Paints the parts that a tile sees, from the frontmost one that hides the rest.
    fn draw_tile(&self, tile: &Tile, scratch: &mut Scratch) -> bool {
        let half = [0.5 * tile.width as f32, 0.5 * tile.height as f32];
        let centre = self.point(tile.x as f32 + half[0], tile.y as f32 + half[1]);
        let reach = (half[0] * half[0] + half[1] * half[1]).sqrt() / self.scale;
        let margin = reach + RAMP / self.scale;
        let sight = |part: &Part| {
            if part.outline.misses(centre, margin) {
                return Sight::Nothing;
            }
            let d = part.outline.distance(centre);
            if d > margin {
                Sight::Nothing
            } else if d < -margin {
                Sight::Inside
            } else {
                Sight::Edge(d)
            }
        };
        scratch.seen.clear();
        for (i, part) in self.product.parts.iter().enumerate().rev() {
            let sight = sight(part);
            if matches!(sight, Sight::Nothing) {
                continue;
            }
            let hides = matches!(sight, Sight::Inside);
            scratch.seen.push((i, sight));
            if hides {
                break;
            }
        }
        if scratch.seen.is_empty() {
            return false;
        }
        let width = self.size.width as usize;
        for row in 0..tile.height {
            scratch.layer[row * width + tile.x..][..tile.width].fill([0.0; 4]);
        }
        for (i, sight) in scratch.seen.iter().rev() {
            let outline = &self.product.parts[*i].outline;
            let edge = if let Sight::Edge(d) = sight {
                outline.gather(centre, *d, margin, &mut scratch.near);
                Some(&scratch.near)
            } else {
                None
            };
            self.paint(*i, tile, edge, &mut scratch.layer);
        }
        true
    }

    /// Lays one part over what a tile holds.
    fn paint(&self, index: usize, tile: &Tile, edge: Option<&Near>, layer: &mut [[f32; 4]]) {
        let (part, light) = (&self.product.parts[index], &self.lights[index]);
        let (pixel, width) = (1.0 / self.scale, self.size.width as usize);
        let [cos, sin] = part.turn;
        for row in 0..tile.height {
            let cells = &mut layer[row * width + tile.x..][..tile.width];
            for (i, cell) in cells.iter_mut().enumerate() {
                let p = self.point((tile.x + i) as f32 + 0.5, (tile.y + row) as f32 + 0.5);
                let alpha = edge.map_or(1.0, |near| near.coverage(p, RAMP * pixel));
                if alpha <= 0.0 {
                    continue;
                }
                let [bright, gloss, du, dv] = light.at(p);
                let [u, v] = [p[0] + du, p[1] + dv];
                let colour = part.material.at([u * cos - v * sin, u * sin + v * cos], pixel);
                let rest = 1.0 - alpha;
                for c in 0..3 {
                    let lit = (colour[c] * bright + gloss).clamp(0.0, 1.0);
                    cell[c] = lit * alpha + cell[c] * rest;
                }
                cell[3] = alpha + cell[3] * rest;
            }
        }
    }

    /// Mixes product and set, and reads the sensor out: one row of photo and truth.
    fn expose(&self, y: usize, row: usize, band: &mut Band<'_>, scratch: &mut Scratch) {
        let width = self.size.width as usize;
        let left = self.point(0.5, y as f32 + 0.5);
        self.stage.line(left[1], &mut scratch.line);
        let paper = &self.paper[(y % set::PAPER) * set::PAPER..][..set::PAPER];
        let photo = &mut band.photo[3 * width * row..][..3 * width];
        let step = 1.0 / self.scale;
        for (x, out) in photo.chunks_exact_mut(3).enumerate() {
            let [r, g, b, t] = self.stage.on_line(&scratch.line, left[0] + x as f32 * step);
            let tooth = paper[x % set::PAPER];
            let behind = [r * tooth, g * tooth, b * tooth];
            let cell = if scratch.drawn[x / TILE] { scratch.layer[row * width + x] } else { [0.0; 4] };
            let rest = (1.0 - cell[3]) * t;
            let light = [0, 1, 2].map(|c| cell[c] + rest * behind[c]);
            self.read_out(light, x, y, self.noise, out);
            if let Some(truth) = &mut band.truth {
                let i = row * width + x;
                truth.alpha[i] = cell[3];
                truth.shadow[i] = t;
                self.read_out(behind, x, y, !self.noise, &mut truth.plate[3 * i..][..3]);
                let straight = if cell[3] > 0.0 { [0, 1, 2].map(|c| cell[c] / cell[3]) } else { [0.0; 3] };
                let line = &mut truth.foreground[4 * width * row..][..4 * width];
                for (c, m) in self.working.iter().enumerate() {
                    line[c * width + x] = m[0] * straight[0] + m[1] * straight[1] + m[2] * straight[2];
                }
                line[3 * width + x] = cell[3];
            }
        }
    }

    /// Photon and read noise, then sRGB codes.
    #[inline]
    fn read_out(&self, light: [f32; 3], x: usize, y: usize, seed: u64, out: &mut [u8]) {
        let bits = mix(seed ^ ((y as u64) << 32 | x as u64));
        for c in 0..3 {
            let deviate = self.normal[(bits >> (12 * c)) as usize & 4095];
            let v = light[c] + (PHOTON * light[c] + READ).sqrt() * deviate;
            out[c] = self.codes[(v.clamp(0.0, 1.0) * STEPS + 0.5) as i32 as usize & STEPS as usize];
        }
    }
}
