//! Alpha and colour of every pixel from two shots and two plates. Twin of shaders/triangulate.wgsl.
//!
//! The plates are smooth planes, coarser than the shots, read between their pixels. Over red, green and blue, the
//! share of the backdrop that is seen is the least-squares slope of the shots' difference on the plates'
//! difference (Smith and Blinn 1996, their fourth solution, without a weight). The colour is the mean of what both
//! shots say, weighted by the inverse of photon and read noise.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::testing::{colour, colours, noise};
use crate::{params, vectorised};

params! {
    /// Where the plates lie, and what is too little.
    pub struct TriangulateParams {
        /// From pixels to the plates.
        map: [f32; 4],
        /// Least squared distance of the backdrops.
        least: f32,
        /// Alpha this near 0 or 1 is 0 or 1; from three times this on it is as found.
        clip: f32,
        /// Light whose photon noise equals the read noise.
        dark: f32,
        /// Unused.
        pad0: f32,
    }
}

/// Premultiplied colour and alpha.
pub static TRIANGULATE: Kernel = Kernel {
    name: "triangulate",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/triangulate.wgsl")
    ),
    inputs: &[
        Input { name: "first", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "second", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "first_plate", format: PortFormat::Rgba, reach: Reach::Mapped(plate_rows) },
        Input { name: "second_plate", format: PortFormat::Rgba, reach: Reach::Mapped(plate_rows) },
    ],
    outputs: &[Output { name: "product", format: PortFormat::Rgba }],
    layout: TriangulateParams::LAYOUT,
    cpu: triangulate,
    tolerance: Tolerance {
        max: 5e-4,
        why: "an ulp of the plate's position times the steepest step, over the least distance of the backdrops",
    },
    cases,
};

/// Plate rows around output rows.
fn plate_rows(params: &[u8], rows: std::ops::Range<u32>) -> std::ops::Range<u32> {
    let p: TriangulateParams = bytemuck::pod_read_unaligned(params);
    let at = |y: u32| (y as f32 * p.map[2] + p.map[3]).max(0.0) as u32;
    at(rows.start).saturating_sub(1)..at(rows.end.max(1) - 1) + 3
}

vectorised! {
    fn triangulate(job: &mut Job<'_>) {
        let p: TriangulateParams = job.params();
        let [first, second, first_plate, second_plate] = [0, 1, 2, 3].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, first_plate.size.width, p.map);
        for y in job.rows.clone() {
            let shots = [first, second].map(|s| s.rgba(i64::from(y)));
            let plates = [&first_plate, &second_plate].map(|plate| Around::new(plate, y, p.map));
            let [r, g, b, alpha] = job.outputs[0].rgba(y);
            for x in 0..alpha.len() {
                let cell = columns.cell(x);
                let pick = |k: usize| [0, 1, 2].map(|run| (shots[k][run][x], plates[k].at(run, cell)));
                let (colour, a) = solve(&p, pick(0), pick(1));
                (r[x], g[x], b[x], alpha[x]) = (colour[0], colour[1], colour[2], a);
            }
        }
    }
}

/// Premultiplied colour and alpha from (light, backdrop) a channel, once for each shot.
#[inline(always)]
fn solve(p: &TriangulateParams, first: [(f32, f32); 3], second: [(f32, f32); 3]) -> ([f32; 3], f32) {
    let through = through(first, second, p.least).clamp(0.0, 1.0);
    let a = 1.0 - settle(p, 1.0 - settle(p, 1.0 - through));
    let mean = |c: usize| {
        let ((seen, behind), (other_seen, other_behind)) = (first[c], second[c]);
        let (w, v) = (1.0 / (seen.max(0.0) + p.dark), 1.0 / (other_seen.max(0.0) + p.dark));
        let (own, other) = (seen - (1.0 - a) * behind, other_seen - (1.0 - a) * other_behind);
        if a <= 0.0 { 0.0 } else { ((own * w + other * v) / (w + v)).max(0.0) }
    };
    ([mean(0), mean(1), mean(2)], a)
}

/// Share of the backdrop that is seen: beyond 0 … 1 where the equations contradict each other.
#[inline(always)]
pub(super) fn through(first: [(f32, f32); 3], second: [(f32, f32); 3], least: f32) -> f32 {
    let (mut along, mut squared) = (0.0, 0.0);
    for c in 0..3 {
        let d = first[c].1 - second[c].1;
        along += (first[c].0 - second[c].0) * d;
        squared += d * d;
    }
    along / squared.max(least)
}

/// Alpha near 0 is 0; from three times `clip` on it is itself.
#[inline(always)]
fn settle(p: &TriangulateParams, a: f32) -> f32 {
    a.min((1.5 * (a - p.clip)).max(0.0))
}

fn cases() -> Vec<Case> {
    let size = Size::new(13, 11);
    let plate = |seed: u32, light: f32| {
        Plane::rgba(size, |x, y| [0, 1, 2, 3].map(|c| light + 0.2 * noise(x, y, seed + c)))
    };
    colours(|name, first| {
        let out = first.size();
        let map = [13.0 / out.width as f32, 0.2, 11.0 / out.height as f32, -0.7];
        let params = TriangulateParams { map, least: 0.01, clip: 0.02, dark: 0.004, pad0: 0.0 };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![first, colour(out, "noise"), plate(10, 0.6), plate(20, 0.1)],
            outputs: vec![(out, Format::Rgba)],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: TriangulateParams =
        TriangulateParams { map: [1.0, 0.0, 1.0, 0.0], least: 0.01, clip: 0.02, dark: 0.004, pad0: 0.0 };

    #[test]
    fn a_mixture_comes_apart_exactly() {
        let (one, two) = ([0.7, 0.72, 0.69], [0.05, 0.3, 0.08]);
        for (alpha, product) in
            [(0.0, [0.0; 3]), (0.3, [0.2, 0.5, 0.1]), (0.77, [0.0; 3]), (1.0, [0.9, 0.4, 0.3])]
        {
            let shot = |plate: [f32; 3]| {
                [0, 1, 2].map(|c| (alpha * product[c] + (1.0 - alpha) * plate[c], plate[c]))
            };
            let (colour, found) = solve(&PARAMS, shot(one), shot(two));
            assert!((found - alpha).abs() < 1e-5, "{alpha}: {found}");
            for c in 0..3 {
                assert!((colour[c] - alpha * product[c]).abs() < 1e-5, "{alpha}: {colour:?}");
            }
        }
    }

    #[test]
    fn haze_is_nothing_and_the_middle_is_kept() {
        assert_eq!(settle(&PARAMS, 0.015), 0.0);
        assert_eq!(settle(&PARAMS, 0.4), 0.4);
        assert!((settle(&PARAMS, 0.06) - 0.06).abs() < 1e-6, "no step where the two lines meet");
    }
}
