//! Colours like the region's moved as the swatch asks, in OKLab; texture and shading stay. Twin of
//! shaders/swatch_match.wgsl.
//!
//! Light is scaled first, then chroma grows by so much a unit of lightness: a fold that is darker by a factor has its
//! chroma darker by the same, and keeps its shading. Cube roots are found by Halley's iteration, so that no result hangs
//! on a device's powers.

use crate::image::{Format, OklabMaps, Plane, Size, oklab_maps};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::transfer::unit;
use crate::ops::{LEAST_ALPHA, testing};
use crate::{params, vectorised};

params! {
    /// OKLab's maps, the region and the change.
    pub(super) struct SwatchParams {
        /// From pixels to the mask.
        map: [f32; 4],
        /// From working light to cone responses: long waves.
        long: [f32; 4],
        /// Medium waves.
        medium: [f32; 4],
        /// Short waves.
        short: [f32; 4],
        /// From the responses' cube roots to OKLab: L.
        lightness: [f32; 4],
        /// a.
        greenred: [f32; 4],
        /// b.
        blueyellow: [f32; 4],
        /// What a unit of a is in the cube roots.
        root_a: [f32; 4],
        /// What a unit of b is.
        root_b: [f32; 4],
        /// From cone responses to working light: red.
        red: [f32; 4],
        /// Green.
        green: [f32; 4],
        /// Blue.
        blue: [f32; 4],
        /// The region's chroma over its lightness: a unit vector, its length, unused.
        centre: [f32; 4],
        /// Tolerance of chroma: along and across, a unit of lightness, then at any, unused.
        reach: [f32; 4],
        /// What a and b gain a unit of lightness, the exposure's gain, unused.
        change: [f32; 4],
    }
}

/// Chroma that counts as the region's, over the region's own: along it (chroma), and across (hue, 12°).
const ALIKE: [f32; 2] = [0.30, 0.2126];
/// Least chroma over lightness that these are shares of: neutral cloth has a tint.
const LEAST_CHROMA: f32 = 0.12;
/// Chroma that grain brings at any lightness.
const GRAIN: f32 = 0.012;

impl SwatchParams {
    /// Around a region's chroma over its lightness; nothing is changed yet.
    pub(super) fn around(centre: [f64; 2]) -> Self {
        let OklabMaps { cones, mix, unmix, light } = oklab_maps();
        let row = |r: [f64; 3]| [r[0] as f32, r[1] as f32, r[2] as f32, 0.0];
        let column = |c: usize| row(unmix.map(|r| r[c]));
        let length = centre[0].hypot(centre[1]);
        let [a, b] = if length > 1e-6 { centre.map(|v| (v / length) as f32) } else { [1.0, 0.0] };
        let [along, across] = ALIKE.map(|share| share * (length as f32).max(LEAST_CHROMA));
        Self {
            map: [0.0; 4],
            long: row(cones[0]),
            medium: row(cones[1]),
            short: row(cones[2]),
            lightness: row(mix[0]),
            greenred: row(mix[1]),
            blueyellow: row(mix[2]),
            root_a: column(1),
            root_b: column(2),
            red: row(light[0]),
            green: row(light[1]),
            blue: row(light[2]),
            centre: [a, b, length as f32, 0.0],
            reach: [along, across, GRAIN, 0.0],
            change: [0.0, 0.0, 1.0, 0.0],
        }
    }
}

/// A picture whose region has the swatch's colour.
pub(super) static MATCH_SWATCH: Kernel = Kernel {
    name: "match_swatch",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/swatch_match.wgsl")
    ),
    inputs: &[
        Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "coverage", format: PortFormat::Gray, reach: Reach::Rows(0) },
        Input { name: "marked", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "matched", format: PortFormat::Rgba }],
    layout: SwatchParams::LAYOUT,
    cpu: match_swatch,
    tolerance: Tolerance {
        max: 1e-4,
        why: "divisions of a GPU are off by ulps, and a colour at the region's rim has a likeness that is steep",
    },
    cases,
};

vectorised! {
    fn match_swatch(job: &mut Job<'_>) {
        let p: SwatchParams = job.params();
        let [picture, coverage, marked] = [0, 1, 2].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, marked.size.width, p.map);
        for y in job.rows.clone() {
            let mask = Around::new(&marked, y, p.map);
            let [r, g, b, a] = picture.rgba(i64::from(y));
            let alpha = coverage.gray(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            to_a.copy_from_slice(a);
            for x in 0..alpha.len() {
                let (colour, alpha) = ([r[x], g[x], b[x]], alpha[x]);
                let share = if alpha >= LEAST_ALPHA { mask.at(0, columns.cell(x)) } else { 0.0 };
                let result = if share > 0.0 {
                    let straight = colour.map(|v| v / alpha);
                    let (own, _) = adjusted(&p, straight);
                    [0, 1, 2].map(|c| colour[c] + share * (alpha * own[c] - colour[c]))
                } else {
                    colour
                };
                (to_r[x], to_g[x], to_b[x]) = (result[0], result[1], result[2]);
            }
        }
    }
}

/// A straight colour after the change, and how far it is of the region, 0 … 1.
#[inline(always)]
pub(super) fn adjusted(p: &SwatchParams, colour: [f32; 3]) -> ([f32; 3], f32) {
    let lit = colour.map(|v| p.change[2] * v);
    let roots = [p.long, p.medium, p.short].map(|r| root(row(r, lit)));
    let lightness = row(p.lightness, roots);
    let alike = likeness(p, lightness, row(p.greenred, roots), row(p.blueyellow, roots));
    if alike <= 0.0 {
        return (lit, 0.0);
    }
    let much = alike * lightness.max(0.0);
    let cones = [0, 1, 2].map(|i| {
        let to = roots[i] + (much * p.change[0]) * p.root_a[i] + (much * p.change[1]) * p.root_b[i];
        to * to * to
    });
    ([p.red, p.green, p.blue].map(|r| row(r, cones)), alike)
}

#[inline(always)]
fn row(r: [f32; 4], v: [f32; 3]) -> f32 {
    r[0] * v[0] + r[1] * v[1] + r[2] * v[2]
}

/// How far an OKLab colour is of the region: 1 within the tolerance, 0 from twice it on.
#[inline(always)]
fn likeness(p: &SwatchParams, lightness: f32, a: f32, b: f32) -> f32 {
    let l = lightness.max(0.0);
    let along = a * p.centre[0] + b * p.centre[1] - p.centre[2] * l;
    let across = b * p.centre[0] - a * p.centre[1];
    let u = along / (p.reach[0] * l + p.reach[2]);
    let v = across / (p.reach[1] * l + p.reach[2]);
    let s = unit((u * u + v * v - 1.0) * (1.0 / 3.0));
    1.0 - s * s * (3.0 - 2.0 * s)
}

/// A cube root, straight through 0 below 1e-9.
#[inline(always)]
fn root(v: f32) -> f32 {
    let m = v.abs().max(1e-9);
    let mut r = f32::from_bits(m.to_bits() / 3 + 709_921_077);
    for _ in 0..3 {
        let c = r * r * r;
        r *= (c + 2.0 * m) / (2.0 * c + m);
    }
    v * (r / m)
}

fn cases() -> Vec<Case> {
    let mut params = SwatchParams::around([0.05, 0.12]);
    params.change = [0.03, -0.04, 1.08, 0.0];
    let mask =
        Plane::gray(Size::new(13, 11), |x, y| (testing::noise(x / 3, y / 3, 8) * 3.0 - 1.0).clamp(0.0, 1.0));
    testing::colours(|name, colour| {
        let size = colour.size();
        let map = [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7];
        let coverage =
            Plane::gray(size, |x, y| testing::noise(x, y, 4).max(0.05) * f32::from(u8::from(x % 7 < 6)));
        Case {
            name,
            params: bytemuck::bytes_of(&SwatchParams { map, ..params }).to_vec(),
            inputs: vec![colour, coverage, mask.clone()],
            outputs: vec![(size, Format::Rgba)],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{oklab_from_working, working_from_oklab};

    #[test]
    fn cube_roots_are_those_of_double_precision() {
        for i in 0..4000 {
            let v = 1e-9 * 1.01_f32.powi(i).min(1e12);
            for v in [v, -v] {
                assert!((f64::from(root(v)) / f64::from(v).cbrt() - 1.0).abs() < 4e-7, "{v}");
            }
        }
        assert_eq!(root(0.0), 0.0);
    }

    #[test]
    fn a_colour_of_the_region_moves_as_oklab_says_and_another_only_in_light() {
        let region = working_from_oklab([0.6, 0.03, 0.07]);
        let mut params = SwatchParams::around([0.03 / 0.6, 0.07 / 0.6]);
        params.change = [0.02, -0.03, 1.1, 0.0];
        let (moved, alike) = adjusted(&params, region.map(|v| v as f32));
        let [l, a, b] = oklab_from_working(region.map(|v| 1.1 * v));
        let wanted = working_from_oklab([l, a + 0.02 * l, b - 0.03 * l]);
        assert!(alike > 0.999 && moved.iter().zip(wanted).all(|(m, w)| (f64::from(*m) - w).abs() < 2e-6));
        let other = [0.05, 0.1, 0.4];
        let (moved, alike) = adjusted(&params, other);
        assert!(alike == 0.0 && moved == other.map(|v| v * 1.1));
    }
}
