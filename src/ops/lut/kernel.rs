//! A look applied: an optional curve a channel, then an optional lattice, read between its points along the sorted
//! axes (tetrahedral) or along all three (linear). Twin of shaders/lut.wgsl. Input beyond a table counts as its end.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::codes::{CHUNK, Change, Lanes, Space, Way, through};
use crate::ops::testing;
use crate::ops::transfer::whole;
use crate::{params, vectorised};

params! {
    /// What the numbers are codes of, and how they fall into the tables.
    pub(super) struct LutParams {
        /// Working light to the look's red; the fourth numbers are unused.
        to_red: [f32; 4],
        /// To its green.
        to_green: [f32; 4],
        /// To its blue.
        to_blue: [f32; 4],
        /// The look's light to working red.
        from_red: [f32; 4],
        /// To working green.
        from_green: [f32; 4],
        /// To working blue.
        from_blue: [f32; 4],
        /// Input of the curve's first entry.
        curve_low: [f32; 4],
        /// Entries of the curve a unit of input.
        curve_scale: [f32; 4],
        /// Input of the lattice's first entry.
        lattice_low: [f32; 4],
        /// Entries of the lattice a unit of input.
        lattice_scale: [f32; 4],
        /// Entries of the curve; 0 none.
        curve_side: u32,
        /// Entries of the lattice along a side; 0 none.
        lattice_side: u32,
        /// 1: the codes have the sRGB curve.
        encoded: u32,
        /// 1: linear in all three axes instead of tetrahedral.
        linear: u32,
        /// Share of the change that is made.
        strength: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
        /// Unused.
        pad2: f32,
    }
}

/// The picture with its look.
pub static APPLY_LUT: Kernel = Kernel {
    name: "apply_lut",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/power.wgsl"),
        include_str!("../../../shaders/lib/codes.wgsl"),
        include_str!("../../../shaders/lut.wgsl")
    ),
    inputs: &[
        Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "curve", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "lattice", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "looked", format: PortFormat::Rgba }],
    layout: LutParams::LAYOUT,
    cpu: apply_lut,
    tolerance: Tolerance {
        max: 1e-4,
        why: "some ulps of the light, times the steepest part of its curve and the steepest step of a table",
    },
    cases,
};

vectorised! {
    fn apply_lut(job: &mut Job<'_>) {
        let p: LutParams = job.params();
        let way = Way::of(
            [p.to_red, p.to_green, p.to_blue],
            [p.from_red, p.from_green, p.from_blue],
            p.encoded,
        );
        let curves = [0, 1, 2].map(|c| job.inputs[1].gray(c));
        let lattice: &[f32] = bytemuck::cast_slice(job.inputs[2].bytes);
        let (points, _) = lattice.as_chunks::<4>();
        through(job, &way, &Tables { p: &p, curves, points });
    }
}

/// The tables of a look, as a job has them.
struct Tables<'a> {
    p: &'a LutParams,
    curves: [&'a [f32]; 3],
    points: &'a [[f32; 4]],
}

impl Change for Tables<'_> {
    #[inline(always)]
    fn change(&self, codes: &mut [Lanes; 3]) {
        let (p, before) = (self.p, *codes);
        if p.curve_side > 0 {
            bend(p, self.curves, codes);
        }
        match (p.lattice_side, p.linear) {
            (0, _) => {}
            (_, 0) => tetrahedral(p, self.points, codes),
            _ => linear(p, self.points, codes),
        }
        if p.strength < 1.0 {
            for (line, before) in codes.iter_mut().zip(&before) {
                for (v, before) in line.iter_mut().zip(before) {
                    *v = before * (1.0 - p.strength) + *v * p.strength;
                }
            }
        }
    }
}

/// Where values lie along an axis: the entry before each, and how far they are beyond it, up to 1.
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "clamp keeps NaN, and NaN must not reach an index")]
fn places(values: &Lanes, low: f32, scale: f32, side: u32) -> ([u32; CHUNK], Lanes) {
    let (mut entries, mut beyond) = ([0; CHUNK], [0.0; CHUNK]);
    for i in 0..CHUNK {
        let u = ((values[i] - low) * scale).max(0.0).min((side - 1) as f32);
        let entry = u.floor().min((side - 2) as f32);
        (entries[i], beyond[i]) = (whole(entry), u - entry);
    }
    (entries, beyond)
}

#[inline(always)]
fn bend(p: &LutParams, curves: [&[f32]; 3], codes: &mut [Lanes; 3]) {
    for (c, line) in codes.iter_mut().enumerate() {
        let (entries, beyond) = places(line, p.curve_low[c], p.curve_scale[c], p.curve_side);
        let (mut first, mut second) = ([0.0; CHUNK], [0.0; CHUNK]);
        for i in 0..CHUNK {
            let pair = curves[c].get(entries[i] as usize..).and_then(|rest| rest.first_chunk::<2>());
            [first[i], second[i]] = *pair.unwrap_or(&[0.0; 2]);
        }
        for i in 0..CHUNK {
            line[i] = first[i] * (1.0 - beyond[i]) + second[i] * beyond[i];
        }
    }
}

/// The places of a chunk's colours in the lattice: index of the point before each, and how far beyond it.
#[inline(always)]
fn cells(p: &LutParams, codes: &[Lanes; 3]) -> ([u32; CHUNK], [Lanes; 3]) {
    let n = p.lattice_side;
    let axis = |c: usize| places(&codes[c], p.lattice_low[c], p.lattice_scale[c], n);
    let ((r, fr), (g, fg), (b, fb)) = (axis(0), axis(1), axis(2));
    let mut points = [0; CHUNK];
    for i in 0..CHUNK {
        points[i] = r[i] + n * (g[i] + n * b[i]);
    }
    (points, [fr, fg, fb])
}

#[inline(always)]
fn point(points: &[[f32; 4]], at: u32) -> [f32; 4] {
    points.get(at as usize).copied().unwrap_or([0.0; 4])
}

/// Four corners of the cell: along the axis that lies farthest beyond, then the next, then the last.
#[inline(always)]
fn tetrahedral(p: &LutParams, points: &[[f32; 4]], codes: &mut [Lanes; 3]) {
    let (n, nn) = (p.lattice_side, p.lattice_side * p.lattice_side);
    let (first, [fr, fg, fb]) = cells(p, codes);
    let (mut second, mut third) = ([0; CHUNK], [0; CHUNK]);
    let mut weights = [[0.0; CHUNK]; 4];
    for i in 0..CHUNK {
        let (r, g, b) = (fr[i], fg[i], fb[i]);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let middle = r.min(g).max(r.max(g).min(b));
        let ahead = if r >= g && r >= b {
            1
        } else if g >= b {
            n
        } else {
            nn
        };
        let behind = if b <= r && b <= g {
            nn
        } else if g <= r {
            n
        } else {
            1
        };
        (second[i], third[i]) = (first[i] + ahead, first[i] + (1 + n + nn) - behind);
        weights[0][i] = 1.0 - most;
        weights[1][i] = most - middle;
        weights[2][i] = middle - least;
        weights[3][i] = least;
    }
    for i in 0..CHUNK {
        let corners = [first[i], second[i], third[i], first[i] + (1 + n + nn)].map(|at| point(points, at));
        let [a, b, c, d] = weights.map(|w| w[i]);
        for (channel, line) in codes.iter_mut().enumerate() {
            let [p, q, r, s] = corners.map(|corner| corner[channel]);
            line[i] = a * p + b * q + c * r + d * s;
        }
    }
}

/// All eight corners of the cell.
#[inline(always)]
fn linear(p: &LutParams, points: &[[f32; 4]], codes: &mut [Lanes; 3]) {
    let (n, nn) = (p.lattice_side, p.lattice_side * p.lattice_side);
    let (first, [fr, fg, fb]) = cells(p, codes);
    for i in 0..CHUNK {
        let pair = |at: u32| {
            let (before, beyond) = (point(points, at), point(points, at + 1));
            [0, 1, 2].map(|c| before[c] * (1.0 - fr[i]) + beyond[c] * fr[i])
        };
        let mix = |a: [f32; 3], b: [f32; 3], f: f32| [0, 1, 2].map(|c| a[c] * (1.0 - f) + b[c] * f);
        let near = mix(pair(first[i]), pair(first[i] + n), fg[i]);
        let far = mix(pair(first[i] + nn), pair(first[i] + n + nn), fg[i]);
        let colour = mix(near, far, fb[i]);
        for (line, v) in codes.iter_mut().zip(colour) {
            line[i] = v;
        }
    }
}

/// A bent curve of `side` entries, a line a channel.
fn test_curve(side: u32) -> Plane {
    let last = (side - 1) as f32;
    Plane::gray(Size::new(side, 3), |x, y| {
        let v = x as f32 / last;
        v * (1.3 - 0.3 * v) - 0.02 * y as f32
    })
}

/// A lattice that turns and bends colour, with some noise.
fn test_lattice(side: u32) -> Plane {
    let last = (side - 1) as f32;
    Plane::gray(Size::new(4 * side, side * side), |x, y| {
        let [r, g, b] = [x / 4, y % side, y / side].map(|v| v as f32 / last);
        let noise = 0.05 * testing::noise(x, y, 3);
        [0.9 * r + 0.1 * g, g * g, b + 0.1 * r * g - 0.05, 0.0][x as usize % 4] + noise
    })
}

fn cases() -> Vec<Case> {
    let plans = [
        (Space::Srgb, 0, 5, 0, 1.0),
        (Space::DisplayP3, 9, 3, 1, 0.6),
        (Space::Linear, 17, 0, 0, 1.0),
        (Space::Rec2020Linear, 2, 2, 0, 0.3),
    ];
    let mut all = Vec::new();
    for (space, curve_side, lattice_side, linear, strength) in plans {
        let [to_red, to_green, to_blue, from_red, from_green, from_blue] = space.way().rows();
        let params = LutParams {
            to_red,
            to_green,
            to_blue,
            from_red,
            from_green,
            from_blue,
            curve_low: [-0.1, 0.0, 0.0, 0.0],
            curve_scale: [curve_side as f32, 0.8 * curve_side as f32, 1.0, 0.0],
            lattice_low: [0.0, -0.2, 0.1, 0.0],
            lattice_scale: [lattice_side as f32, 0.7 * lattice_side as f32, 1.0, 0.0],
            curve_side,
            lattice_side,
            encoded: space.way().curve,
            linear,
            strength,
            pad0: 0.0,
            pad1: 0.0,
            pad2: 0.0,
        };
        all.extend(testing::colours(|name, colour| Case {
            name: format!("{name} {space:?}"),
            params: bytemuck::bytes_of(&params).to_vec(),
            outputs: vec![(colour.size(), Format::Rgba)],
            inputs: vec![colour, test_curve(curve_side.max(2)), test_lattice(lattice_side.max(2))],
        }));
    }
    all
}
