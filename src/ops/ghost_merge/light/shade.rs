//! The shade of the inner layer: how much darker, and how much more saturated, cloth is inside of a garment.
//!
//! Puts together what the shape of the opening says, what lining in the front shot says, and the side that the
//! light comes from; nothing here paints: every number is one for many pixels.

use super::cavity::{Cavity, Inside, received};
use super::opening::Opening;
use super::{Depth, Protocol, Scene, fits, gain, lining, runs, seam};
use crate::image::{Plane, Size};
use crate::ops::field::{Adder, Cells, Field, push_pull, quantile};
use crate::ops::luminance;

/// Cells across an opening, at least.
const ACROSS: f32 = 20.0;
/// Share of a cell that the opening must fill to be asked for its light.
const FILLED: f32 = 0.3;
/// Concave walls that face each other turn the light's slant round, and once more by where the opening lets it in.
const TURNED: f32 = -1.5;
/// The steepest slant.
const STEEPEST: f32 = 0.4;
/// What looks like lining but is lighter than this is trim in the open.
const LIT: f32 = 0.6;
/// No inside is lighter than this, whatever the slant.
const LIGHTEST: f32 = 1.25;
/// What the shape of an opening does not tell, in stops.
const DOUBT: f32 = 0.6;

/// The shade, and how it came about.
#[derive(Debug)]
pub(super) struct Shade {
    pub(super) shade: Cells<3>,
    pub(super) from: Depth,
    pub(super) range: [f32; 3],
    pub(super) doubt: f32,
}

/// Finds the shade; `same` says that the inner shot shows the garment in its own depth.
pub(super) fn find(scene: &Scene<'_>, gain: [f32; 3], same: bool) -> Shade {
    let none =
        || Shade { shade: even(scene.opening.size()), from: Depth::Nothing, range: [1.0; 3], doubt: 0.0 };
    if !fits(scene) {
        return none();
    }
    let Some(opening) = Opening::find(scene.opening, scene.alpha) else { return none() };
    let shift = (opening.width() / ACROSS).max(1.0).log2().floor().clamp(1.0, 5.0) as u32;
    if same {
        let shade = seam::membrane(scene, gain, &opening.mask, shift);
        let range = range(&shade, &coverage(&opening, shift));
        return Shade { shade, from: Depth::InTheShot, range, doubt: 0.1 };
    }
    let seen = lining::find(scene, gain, &opening.mask, opening.width());
    let wall = Wall::of(scene, gain, &opening, seen);
    let from = if wall.powers.is_some() { Depth::Lining } else { Depth::Opening };
    let (shade, range) = depth(&opening, &wall, shift);
    Shade { shade, from, range, doubt: DOUBT }
}

/// No shade.
fn even(full: Size) -> Cells<3> {
    let size = Size::new(full.width.div_ceil(2), full.height.div_ceil(2));
    Cells { planes: std::array::from_fn(|_| Field::from_fn(size, |_, _| 1.0)), shift: 1, full }
}

/// Share of every cell that the opening fills.
fn coverage(opening: &Opening, shift: u32) -> Field {
    let mut adder = Adder::<1>::new(opening.mask.size(), shift);
    for row in opening.mask.rows() {
        let [to] = adder.row();
        to.iter_mut().zip(row).for_each(|(t, m)| *t = f32::from(u8::from(*m)));
        adder.add();
    }
    let [mut share] = adder.finish().planes;
    let whole = ((1_u32 << shift) as f32).powi(2);
    share.values_mut().iter_mut().for_each(|s| *s /= whole);
    share
}

/// What is known of the walls besides the opening's shape.
#[derive(Debug)]
struct Wall {
    inside: Inside,
    /// What the inner shot got more than the outside of the garment does on average.
    facing: f32,
    /// What shade does to colour, where lining shows it.
    powers: Option<[f32; 3]>,
}

impl Wall {
    fn of(scene: &Scene<'_>, gain: [f32; 3], opening: &Opening, seen: Option<[f32; 3]>) -> Self {
        let white = gain::white(scene);
        let albedo = gain::inner_cloth(scene, gain).map(|v| v / white);
        Self {
            inside: Inside { albedo, slant: slant(scene, opening) },
            facing: facing(scene, opening),
            powers: seen.and_then(|share| powers(share, albedo)),
        }
    }

    /// The shade where these shares of the sky are seen.
    fn shade(&self, skies: [f32; 2], across: f32) -> [f32; 3] {
        let own = received(&self.inside, skies, across).map(|v| v / self.facing);
        let own = self.powers.map_or(own, |powers| {
            let strength = mean_log(own).exp();
            powers.map(|p| strength.powf(p))
        });
        own.map(|v| v.clamp(0.0, LIGHTEST))
    }
}

/// The shade by the shape of the opening, and its range there.
fn depth(opening: &Opening, wall: &Wall, shift: u32) -> (Cells<3>, [f32; 3]) {
    let filled = coverage(opening, shift);
    let side = (1_u32 << shift) as f32;
    let cavity = Cavity::new(opening);
    let mut planes: [Field; 3] = std::array::from_fn(|_| Field::new(filled.size()));
    let mut weights = Field::new(filled.size());
    for (x, y) in (0..filled.height()).flat_map(|y| (0..filled.width()).map(move |x| (x, y))) {
        if filled.at(x, y) > FILLED {
            let [u, v] = [x, y].map(|i| (i as f32 + 0.5) * side);
            let own = wall.shade(cavity.skies(u, v), opening.across(u));
            planes.iter_mut().zip(own).for_each(|(p, v)| p.row_mut(y)[x] = v);
            weights.row_mut(y)[x] = 1.0;
        }
    }
    if weights.values().iter().all(|w| *w == 0.0) {
        return (even(opening.mask.size()), [1.0; 3]);
    }
    let shade = push_pull(Cells { planes, shift, full: opening.mask.size() }, &weights, 1.0);
    let range = range(&shade, &filled);
    (shade, range)
}

/// Luminance of a shade in the opening at 5, 50 and 95 %.
fn range(shade: &Cells<3>, filled: &Field) -> [f32; 3] {
    let [r, g, b] = shade.planes.each_ref().map(Field::values);
    let inside = filled.values().iter().enumerate().filter(|(_, f)| **f > FILLED);
    let mut values: Vec<f32> = inside.map(|(i, _)| luminance([r[i], g[i], b[i]])).collect();
    [0.05, 0.5, 0.95].map(|q| quantile(&mut values, q).unwrap_or(1.0))
}

/// What shade does to colour: the power of each channel, as lining seen in the front shot has it.
///
/// Every reflection between the walls multiplies the light by the cloth's colour, so that shade deepens the channels
/// of which the cloth gives back least. Trim that happens to have the lining's colour is neither dark nor does it
/// obey that, and is not believed.
fn powers(share: [f32; 3], albedo: [f32; 3]) -> Option<[f32; 3]> {
    let own = mean_log(share);
    if own > LIT.ln() {
        return None;
    }
    let powers = share.map(|s| (s.ln() / own).clamp(0.5, 2.0));
    let middle = mean_log(albedo);
    let obeys: f32 = powers.iter().zip(albedo).map(|(p, a)| (p - 1.0) * (a.max(1e-3).ln() - middle)).sum();
    (obeys <= 0.0).then_some(powers)
}

/// Mean logarithm of three factors, weighed like luminance.
fn mean_log(light: [f32; 3]) -> f32 {
    luminance(light.map(|v| v.max(1e-3).ln()))
}

/// By how much the walls gain towards the right: the form in the opening shows the side that the light comes from,
/// and the walls, which face the other way, get it from there.
fn slant(scene: &Scene<'_>, opening: &Opening) -> f32 {
    let lit = scene.bare.unwrap_or(scene.front);
    let (mut n, mut sx, mut sxx, mut sy, mut sxy) = (0.0_f64, 0.0, 0.0, 0.0, 0.0);
    each_form(scene, opening, lit, |x, light| {
        let (u, v) = (f64::from(opening.across(x as f32 + 0.5)), f64::from(light.ln()));
        (n, sx, sxx, sy, sxy) = (n + 1.0, sx + u, sxx + u * u, sy + v, sxy + u * v);
    });
    let spread = n * sxx - sx * sx;
    if n < 64.0 || spread < 0.02 * n * n {
        return 0.0;
    }
    (TURNED * ((n * sxy - sx * sy) / spread) as f32).clamp(-STEEPEST, STEEPEST)
}

/// How much more light the form gets at the opening than elsewhere, where the inner shot was taken on it.
fn facing(scene: &Scene<'_>, opening: &Opening) -> f32 {
    let (Protocol::InsideOut, Some(bare)) = (scene.protocol, scene.bare) else { return 1.0 };
    let (mut here, mut all) = (Vec::new(), Vec::new());
    each_form(scene, opening, bare, |_, light| here.push(light));
    for y in (0..bare.size().height as usize).step_by(4) {
        let [r, g, b, _] = runs(bare, y);
        let form = scene.mannequin.row(y).iter().enumerate().step_by(4).filter(|(_, p)| **p > 0.9);
        all.extend(form.map(|(x, _)| luminance([r[x], g[x], b[x]])));
    }
    let medians = [&mut here, &mut all].map(|v| quantile(v, 0.5).unwrap_or(0.0));
    if here.len() < 64 || medians.iter().any(|m| *m < 1e-3) {
        return 1.0;
    }
    (medians[0] / medians[1]).clamp(0.7, 1.5)
}

/// Luminance of some of the form's pixels in the opening.
fn each_form(scene: &Scene<'_>, opening: &Opening, plane: &Plane, mut found: impl FnMut(usize, f32)) {
    for (y, own) in opening.mask.rows().enumerate().step_by(2) {
        let [r, g, b, _] = runs(plane, y);
        let form = scene.mannequin.row(y);
        for x in (0..own.len()).step_by(2).filter(|x| own[*x] && form[*x] > 0.9) {
            let light = luminance([r[x], g[x], b[x]]);
            if light > 1e-3 && light.is_finite() {
                found(x, light);
            }
        }
    }
}
