//! Colours that the output cannot show, brought in: chroma in OKLab is reduced at the same lightness and hue, with
//! a soft knee from 80 % of the hull on, so that the folds of a saturated cloth stay apart. Twin of
//! shaders/gamut.wgsl.
//!
//! Only pictures that have such colours are touched; what lies below the knee keeps its bits.
//!
//! Source: B. Ottosson, "Gamut clipping", 2021 (chroma reduction in OKLab); the knee is a rational one.

use std::sync::Arc;

use super::transfer::unit;
use super::{LEAST_ALPHA, OpError, Scene, Study, apply};
use crate::image::stages::cube_root;
use crate::image::{Format, Matrix3, Plane, Size, oklab_maps, working_from_oklab};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// The way to OKLab's cones and back, and the hull's grid.
    pub struct GamutParams {
        /// Weights of the long cones.
        to_cones_l: [f32; 4],
        /// Weights of the middle cones.
        to_cones_m: [f32; 4],
        /// Weights of the short cones.
        to_cones_s: [f32; 4],
        /// Weights of working red.
        from_cones_r: [f32; 4],
        /// Weights of working green.
        from_cones_g: [f32; 4],
        /// Weights of working blue.
        from_cones_b: [f32; 4],
        /// Nodes of the hull along lightness.
        lightnesses: u32,
        /// Nodes of the hull around hue.
        hues: u32,
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
    }
}

/// Chroma into the hull.
pub static MAP_GAMUT: Kernel = Kernel {
    name: "map_gamut",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/lib/root.wgsl"),
        include_str!("../../shaders/gamut.wgsl")
    ),
    inputs: &[
        Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "hull", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "mapped", format: PortFormat::Rgba }],
    layout: GamutParams::LAYOUT,
    cpu: map_gamut,
    tolerance: Tolerance { max: 2e-5, why: "a division by little chroma, and fused products on a GPU" },
    cases,
};

/// Nodes along lightness and around hue.
const LIGHTNESSES: u32 = 65;
const HUES: u32 = 256;

/// Share of the hull's chroma from which on chroma is compressed.
const KNEE: f32 = 0.8;

/// Linear light below zero that counts as beyond the output.
const BEYOND: f32 = 1e-3;

/// Share of a study's proxy that an output of these primaries cannot show, by every other pixel of every other row.
#[must_use]
pub fn share(study: &Study, to_output: Matrix3) -> f64 {
    let size = study.proxy.size();
    let (mut beyond, mut seen) = (0_u64, 0_u64);
    for y in (0..size.height).step_by(2) {
        for x in (0..size.width).step_by(2) {
            let [r, g, b, a] = study.proxy.rgba_at(x, y);
            seen += u64::from(a > LEAST_ALPHA);
            beyond +=
                u64::from(apply(to_output, [r, g, b]).iter().any(|v| *v < -BEYOND * a.max(LEAST_ALPHA)));
        }
    }
    beyond as f64 / seen.max(1) as f64
}

/// Records the mapping.
///
/// # Errors
/// [`OpError`] where the recording is inconsistent.
pub(super) fn record(scene: &mut Scene<'_>, to_output: Matrix3) -> Result<(), OpError> {
    let hull = scene.plan.constant("gamut hull", hull(to_output));
    let mapped = scene.plan.plane("mapped", scene.plan.decl(scene.colour).size, Format::Rgba);
    scene.plan.record("quantise", &MAP_GAMUT, &block(), &[scene.colour, hull], &[mapped])?;
    scene.colour = mapped;
    Ok(())
}

fn block() -> GamutParams {
    let four = |m: [[f64; 3]; 3]| m.map(|r| [r[0] as f32, r[1] as f32, r[2] as f32, 0.0]);
    let [to_cones_l, to_cones_m, to_cones_s] = four(oklab_maps().cones);
    let [from_cones_r, from_cones_g, from_cones_b] = four(oklab_maps().light);
    GamutParams {
        to_cones_l,
        to_cones_m,
        to_cones_s,
        from_cones_r,
        from_cones_g,
        from_cones_b,
        lightnesses: LIGHTNESSES,
        hues: HUES,
        pad0: 0,
        pad1: 0,
    }
}

/// The most chroma that an output of these primaries shows, by lightness and direction; the first direction is
/// there again at the end.
fn hull(to_output: Matrix3) -> Arc<Plane> {
    let direction = |i: u32| {
        // The inverse of `place`.
        let t = 4.0 * f64::from(i % HUES) / f64::from(HUES);
        let a = if t < 2.0 { 1.0 - t } else { t - 3.0 };
        let b = (1.0 - a.abs()) * if t < 2.0 { 1.0 } else { -1.0 };
        let length = a.hypot(b);
        [a / length, b / length]
    };
    let most = |lightness: f64, [a, b]: [f64; 2]| {
        let shown = |c: f64| {
            let light = working_from_oklab([lightness, a * c, b * c]).map(|v| v as f32);
            apply(to_output, light).iter().all(|v| (-1e-4..=1.0001).contains(v))
        };
        let (mut low, mut high) = (0.0, 0.5);
        for _ in 0..20 {
            let middle = 0.5 * (low + high);
            if shown(middle) { low = middle } else { high = middle }
        }
        low
    };
    let row = |y: u32| f64::from(y) / f64::from(LIGHTNESSES - 1);
    Arc::new(Plane::gray(Size::new(HUES + 1, LIGHTNESSES), |x, y| most(row(y), direction(x)) as f32))
}

/// Roots of cone responses to OKLab.
const MIX: [[f32; 4]; 3] = [
    [0.210_454_26, 0.793_617_8, -0.004_072_047, 0.0],
    [1.977_998_5, -2.428_592_2, 0.450_593_7, 0.0],
    [0.025_904_037, 0.782_771_77, -0.808_675_77, 0.0],
];

/// The cube root, of a negative number too.
#[inline(always)]
fn signed_root(v: f32) -> f32 {
    let root = cube_root(v.abs().max(1e-12));
    if v < 0.0 { -root } else { root }
}

/// A direction's place around the circle, 0 to 4, without trigonometry.
#[inline(always)]
fn place(a: f32, b: f32) -> f32 {
    let turn = a / (a.abs() + b.abs()).max(1e-12);
    if b < 0.0 { 3.0 + turn } else { 1.0 - turn }
}

#[inline(always)]
fn most_chroma(p: &GamutParams, hull: &[f32], lightness: f32, a: f32, b: f32) -> f32 {
    let last = (p.lightnesses - 1) as f32;
    let y = unit(lightness) * last;
    let row = y.floor().min(last - 1.0);
    let x = place(a, b) * (p.hues as f32 / 4.0);
    let column = x.floor().min((p.hues - 1) as f32);
    let i = row as usize * (p.hues as usize + 1) + column as usize;
    let j = i + p.hues as usize + 1;
    let upper = hull[i] + (hull[i + 1] - hull[i]) * (x - column);
    let lower = hull[j] + (hull[j + 1] - hull[j]) * (x - column);
    upper + (lower - upper) * (y - row)
}

#[inline(always)]
fn weigh(m: [f32; 4], v: [f32; 3]) -> f32 {
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2]
}

/// One premultiplied colour.
#[inline(always)]
fn mapped(p: &GamutParams, hull: &[f32], before: [f32; 3], alpha: f32) -> [f32; 3] {
    let straight = before.map(|v| v / alpha.max(LEAST_ALPHA));
    let cones = [p.to_cones_l, p.to_cones_m, p.to_cones_s].map(|m| signed_root(weigh(m, straight)));
    let [lightness, a, b] = MIX.map(|m| weigh(m, cones));
    let chroma = (a * a + b * b).sqrt();
    let most = most_chroma(p, hull, lightness, a, b);
    let over = (chroma - KNEE * most) / ((1.0 - KNEE) * most).max(1e-6);
    if over <= 0.0 || alpha < LEAST_ALPHA {
        return before;
    }
    let kept = most * (KNEE + (1.0 - KNEE) * over / (1.0 + over)) / chroma.max(1e-12);
    let (a, b) = (a * kept, b * kept);
    let cones = [
        lightness + 0.396_337_78 * a + 0.215_803_76 * b,
        lightness - 0.105_561_346 * a - 0.063_854_17 * b,
        lightness - 0.089_484_18 * a - 1.291_485_5 * b,
    ]
    .map(|v| v * v * v);
    [p.from_cones_r, p.from_cones_g, p.from_cones_b].map(|m| weigh(m, cones) * alpha)
}

vectorised! {
    fn map_gamut(job: &mut Job<'_>) {
        let p: GamutParams = job.params();
        let hull: &[f32] = bytemuck::cast_slice(job.inputs[1].bytes);
        for y in job.rows.clone() {
            let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            for x in 0..r.len() {
                [to_r[x], to_g[x], to_b[x]] = mapped(&p, hull, [r[x], g[x], b[x]], a[x]);
            }
            to_a.copy_from_slice(a);
        }
    }
}

fn cases() -> Vec<Case> {
    let hull = hull(crate::image::from_working(crate::image::Primaries::SRGB));
    super::testing::colours(|name, colour| Case {
        name,
        params: bytemuck::bytes_of(&block()).to_vec(),
        outputs: vec![(colour.size(), Format::Rgba)],
        inputs: vec![colour, (*hull).clone()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Primaries, from_working, oklab_from_working};

    fn map(colour: [f32; 3]) -> [f32; 3] {
        let hull = hull(from_working(Primaries::SRGB));
        mapped(&block(), hull.floats(), colour, 1.0)
    }

    #[test]
    fn colours_come_in_at_their_lightness_and_hue() {
        let to_srgb = from_working(Primaries::SRGB);
        for colour in
            [[0.9_f32, 0.02, 0.05], [0.02, 0.8, 0.1], [0.02, 0.02, 0.9], [0.6, 0.01, 0.5], [0.1, 0.5, 0.6]]
        {
            assert!(apply(to_srgb, colour).iter().any(|v| *v < -BEYOND), "{colour:?} is no test");
            let after = map(colour);
            let light = apply(to_srgb, after);
            assert!(light.iter().all(|v| (-0.004..=1.01).contains(v)), "{colour:?} becomes {light:?}");
            let [before, after] = [colour, after].map(|c| oklab_from_working(c.map(f64::from)));
            assert!((before[0] - after[0]).abs() < 1e-4, "lightness {before:?} {after:?}");
            let turn = before[2].atan2(before[1]) - after[2].atan2(after[1]);
            assert!(turn.abs() < 1e-3, "hue {before:?} {after:?}");
        }
    }

    #[test]
    fn what_lies_well_inside_keeps_its_bits_and_order_is_kept() {
        for colour in [[0.5_f32; 3], [0.3, 0.25, 0.2], [0.0; 3], [1.0; 3]] {
            assert_eq!(map(colour), colour);
        }
        // More chroma before is more chroma after: folds stay apart.
        let chroma = |s: f32| {
            let [_, a, b] = oklab_from_working(map([0.3 + s, 0.15 - 0.4 * s, 0.1]).map(f64::from));
            a.hypot(b)
        };
        assert!((0..30).all(|i| chroma(0.01 * i as f32) < chroma(0.01 * (i + 1) as f32)));
    }
}
