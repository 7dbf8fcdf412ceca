//! One photograph of a set, looked at small: the backdrop's colour, the product's, the time, and what the recipe would
//! decide about its light. Compares it with no other.
//!
//! Colours are told in the light in which white balance finds the picture: whatever gain the recipe's ops put on this
//! one shot is taken off again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::catalog::{Gate, Item, References, Role, footprint, names::os_text};
use crate::codec::{self, DecodeOptions};
use crate::consistency::{Observation, Product, Reading};
use crate::image::{Finder, Image, Pool, Shots, Size};
use crate::ops::{Study, exposure, proxy, white_balance};
use crate::recipe::Recipe;

/// What all photographs are looked at with.
pub(super) struct Eye<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) pool: &'a Pool,
    pub(super) gate: &'a Gate,
    pub(super) finder: Option<&'a dyn Finder>,
    pub(super) references: &'a References,
}

/// What a photograph shows.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) observation: Observation,
    pub(super) white_balance: Decided,
    pub(super) exposure: Decided,
}

/// What an op would do to this one shot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Decided {
    /// Nothing: there is no reference, or no such op.
    #[default]
    Nothing,
    /// A gain that the recipe fixes, whatever the light.
    Fixed([f32; 3]),
    /// A gain by a reference in the picture.
    Seen([f32; 3]),
}

impl Eye<'_> {
    /// Looks at an item's front shot; `None` where it cannot be read, or a setting of the item is none.
    pub(super) fn look(&self, item: &Item) -> Option<Measured> {
        catch_unwind(AssertUnwindSafe(|| self.see(item))).ok().flatten()
    }

    fn see(&self, item: &Item) -> Option<Measured> {
        let lit = (self.gate, self.pool);
        let mut overrides = self.references.settings(item, self.recipe, lit, &mut Vec::new()).ok()?;
        overrides.extend(item.overrides.clone());
        let recipe = self.recipe.with_overrides(&overrides).ok()?;
        let path = &item.shot(Role::Front)?.path;
        let bytes = codec::read_file(path).ok()?;
        let header = codec::probe(&bytes).ok()?;
        // A TIFF is copied when its tags are read.
        let _permit = self.gate.admit(2 * bytes.len() as u64 + footprint(header.size, &[]));
        let options = DecodeOptions { at_least: Some(small(header.size)), ..DecodeOptions::default() };
        let image = codec::decode(&bytes, &options, self.pool).ok()?;
        let name = path.file_name().map(|name| os_text(name).0).unwrap_or_default();
        let mut measured = measure(&image, &recipe, self.finder);
        measured.observation.name = name;
        measured.observation.time = codec::captured(&bytes);
        if let Some(product) = &mut measured.observation.product {
            product.key = key(item);
        }
        self.pool.give(image.pixels);
        Some(measured)
    }
}

/// The size that serves the analysis.
fn small(full: Size) -> Size {
    let scale = f64::from(proxy::LONG_SIDE) / f64::from(full.long_side().max(1));
    let side = |n: u32| ((f64::from(n) * scale).ceil() as u32).clamp(1, n.max(1));
    Size::new(side(full.width), side(full.height))
}

/// What has one colour in other shots: the SKU from one side. `front2` is another shot of the front; a view that is
/// only a number tells no side, and is compared with none.
fn key(item: &Item) -> String {
    let side = item.view.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | ' ' | '.'));
    let side = if side.is_empty() { &item.view } else { side };
    format!("{}\n{}", item.sku, side.to_lowercase())
}

/// Runs the recipe's analysis until the product is found and the light decided.
fn measure(image: &Image, recipe: &Recipe, finder: Option<&dyn Finder>) -> Measured {
    let shots = Shots { finder, ..Shots::from(image) };
    let mut study = proxy::study(&shots);
    let of_light =
        |e: &crate::recipe::Entry| [white_balance::OP.name, exposure::OP.name].contains(&e.def.name);
    let last = recipe.entries().iter().rposition(of_light).unwrap_or(0);
    for (i, entry) in recipe.entries().iter().enumerate() {
        // A photograph that an op refuses still shows its backdrop.
        let refused = entry.op.analyse_shots(&mut study, &shots).is_err();
        if refused || (i >= last && study.certain.is_some()) {
            break;
        }
    }
    let product = product(&study, image).map(|reading| Product { key: String::new(), reading });
    Measured {
        observation: Observation { backdrop: backdrop(&study, image), product, ..Observation::default() },
        white_balance: decided(&study, white_balance::OP.name),
        exposure: decided(&study, exposure::OP.name),
    }
}

/// What an op noted of its decision.
fn decided(study: &Study, op: &str) -> Decided {
    let from = study.numbers.get(op).and_then(|n| n.get("from")).and_then(Value::as_str);
    match from {
        None => Decided::Nothing,
        Some(from) if from.starts_with("nothing") => Decided::Nothing,
        Some("hand") => Decided::Fixed(study.gain_of(op)),
        Some(_) => Decided::Seen(study.gain_of(op)),
    }
}

/// The backdrop by the rim of the picture; `None` where it is uneven or the picture is a cut-out.
fn backdrop(study: &Study, image: &Image) -> Option<Reading> {
    let colour = study.border_colour()?;
    let Size { width, height } = study.proxy_size();
    let ring = (width.min(height) / 32).max(1);
    let like = |p: &[f32; 4]| (0..3).all(|c| (p[c] - colour[c]).abs() <= 0.25 * colour[c].abs() + 0.01);
    let rim = |x: u32, y: u32| x < ring || y < ring || x + ring >= width || y + ring >= height;
    let mut area = Area::default();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|&(x, y)| rim(x, y)) {
        let p = study.proxy.rgba_at(x, y);
        if like(&p) {
            area.add(study, image, (x, y), p);
        }
    }
    area.reading(study)
}

/// The product's colour where it is certain.
fn product(study: &Study, image: &Image) -> Option<Reading> {
    let certain = study.certain.as_ref()?;
    let small = certain.plane.size();
    if small.pixels() == 0 {
        return None;
    }
    let map = study.proxy_frame.map_to(&certain.frame);
    let at = |i: u32, scale: f32, offset: f32, limit: u32| {
        ((i as f32 * scale + offset + 0.5).max(0.0) as u32).min(limit - 1)
    };
    let Size { width, height } = study.proxy_size();
    let mut area = Area::default();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let (u, v) = (at(x, map[0], map[1], small.width), at(y, map[2], map[3], small.height));
        if certain.plane.gray_at(u, v) == 1.0 {
            area.add(study, image, (x, y), study.proxy.rgba_at(x, y));
        }
    }
    area.reading(study)
}

/// Pixels of one thing.
#[derive(Default)]
struct Area {
    lights: [Vec<f32>; 3],
    clipped: u64,
}

impl Area {
    fn add(&mut self, study: &Study, image: &Image, (x, y): (u32, u32), p: [f32; 4]) {
        self.lights.iter_mut().zip(p).for_each(|(all, v)| all.push(v));
        self.clipped += u64::from(is_clipped(study, image, x, y));
    }

    /// Colour, spread and clipping in the light before any gain; `None` of no pixels.
    ///
    /// The colour is the mean of the middle half: as deaf to what does not belong as a median, and not bound to the
    /// file's codes, of which one is more than 1 % of a mid grey's light.
    fn reading(mut self, study: &Study) -> Option<Reading> {
        let count = self.lights[0].len();
        if count == 0 {
            return None;
        }
        let mut reading = Reading { pixels: count as u64, ..Reading::default() };
        for (c, lights) in self.lights.iter_mut().enumerate() {
            let gain = f64::from(study.gain[c]);
            lights.sort_unstable_by(f32::total_cmp);
            let middle = &lights[count / 4..count - count / 4];
            let mean = middle.iter().map(|v| f64::from(*v)).sum::<f64>() / middle.len() as f64;
            let square = lights.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>();
            reading.rgb[c] = mean / gain;
            reading.sigma[c] = (square / count as f64).sqrt() / gain;
        }
        reading.clipped = self.clipped as f64 / count as f64;
        Some(reading)
    }
}

/// Whether the photograph's pixel in the middle of a proxy's pixel is at the ceiling in any channel.
fn is_clipped(study: &Study, image: &Image, x: u32, y: u32) -> bool {
    let map = study.proxy_frame.map_to(&study.photo);
    let (size, channels) = (image.size(), u32::from(image.samples().1));
    let at = |i: u32, scale: f32, offset: f32, limit: u32| {
        ((i as f32 * scale + offset + 0.5).max(0.0) as u32).min(limit.max(1) - 1)
    };
    let (u, v) = (at(x, map[0], map[1], size.width), at(y, map[2], map[3], size.height));
    let start = (v as usize * size.width as usize + u as usize) * channels as usize;
    (0..channels.min(3) as usize).any(|c| image.code8(start + c) == u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::working_from_srgb8;

    fn item(sku: &str, view: &str) -> Item {
        Item {
            sku: sku.into(),
            view: view.into(),
            shots: Vec::new(),
            overrides: std::collections::BTreeMap::new(),
            notes: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// A grey sweep of a code with a red block in its middle, and the light of both by the sRGB curve.
    fn scene(grey: u8, red: [u8; 3]) -> Image {
        let size = Size::new(160, 120);
        let inside = |i: usize| (50..110).contains(&(i % 160)) && (35..85).contains(&(i / 160));
        let samples: Vec<u8> =
            (0..size.pixels()).flat_map(|i| if inside(i) { red } else { [grey; 3] }).collect();
        let Ok(image) = Image::from_srgb8(size, 3, &samples) else { unreachable!() };
        image
    }

    #[test]
    fn backdrop_and_product_are_read_in_the_photograph_s_own_light() {
        let Ok(recipe) = Recipe::builtin("packshot") else { unreachable!() };
        for (grey, red) in [(150, [180, 40, 30]), (225, [180, 40, 30])] {
            let measured = measure(&scene(grey, red), &recipe, None);
            let near = |reading: Option<&Reading>, codes: [u8; 3]| {
                let wanted = working_from_srgb8(codes).map(f64::from);
                reading.is_some_and(|r| r.rgb.iter().zip(wanted).all(|(a, b)| (a / b - 1.0).abs() < 1e-3))
            };
            let seen = &measured.observation;
            assert!(near(seen.backdrop.as_ref(), [grey; 3]), "{seen:?}");
            assert!(near(seen.product.as_ref().map(|p| &p.reading), red), "{seen:?}");
            assert!(matches!(measured.white_balance, Decided::Seen(_)));
            let lifted = matches!(measured.exposure, Decided::Seen([g, ..]) if g > 1.0);
            assert_eq!(lifted, grey == 225, "{:?}", measured.exposure);
        }
        let blown = measure(&scene(255, [180, 40, 30]), &recipe, None);
        assert_eq!(blown.observation.backdrop.map(|r| r.clipped), Some(1.0));
    }

    #[test]
    fn a_photograph_without_product_still_shows_its_backdrop() {
        let Ok(recipe) = Recipe::builtin("packshot") else { unreachable!() };
        let seen = measure(&scene(150, [150; 3]), &recipe, None).observation;
        assert!(seen.backdrop.is_some() && seen.product.is_none(), "{seen:?}");
    }

    #[test]
    fn products_are_compared_from_one_side() {
        let key = |sku, view| key(&item(sku, view));
        assert_eq!(key("A", "front"), key("A", "Front-2"));
        assert_ne!(key("A", "front"), key("A", "back"));
        assert_ne!(key("A", "front"), key("B", "front"));
        assert_ne!(key("A", "1"), key("A", "2"), "a number tells no side");
    }

    #[test]
    fn the_small_size_keeps_the_shape() {
        assert_eq!(small(Size::new(6000, 4000)), Size::new(640, 427));
        assert_eq!(small(Size::new(300, 200)), Size::new(300, 200));
        assert_eq!(small(Size::new(30_000, 1)), Size::new(640, 1));
    }
}
