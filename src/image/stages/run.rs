//! The stages over a run of pixels that stays in the first cache, channel by channel: what can be done on
//! many pixels at once is done first, so that only the looking up is left for one at a time.

use super::{LAB_KNEE, LAB_SLOPE, Lines, Lookup, Spacing, View, Views, strides};

/// Pixels of a run.
pub const RUN: usize = 128;

/// A run of pixels: four channels, of which a stage uses those it has.
pub type Chunk = [[f32; RUN]; 4];

/// One and a half times 2²³: what is added to it is rounded to a whole number in the last bits.
const ROUNDER: f32 = 12_582_912.0;

/// The nearest whole number of 0 … 2²¹.
#[inline(always)]
pub(crate) fn nearest(v: f32) -> u32 {
    (v + ROUNDER).to_bits() & 0x003f_ffff
}

/// 0 … 1; what is not a number becomes 0.
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "clamp keeps NaN")]
pub(crate) fn unit(v: f32) -> f32 {
    v.max(0.0).min(1.0)
}

impl Views<'_> {
    /// Converts a run in place.
    #[inline(always)]
    pub fn run(&self, chunk: &mut Chunk) {
        for stage in &self.0 {
            match stage {
                View::Curves(curves) => {
                    for (curve, run) in curves.iter().zip(chunk.iter_mut()) {
                        curve.run(run);
                    }
                }
                View::Affine { matrix, offset } => affine(matrix, offset, chunk),
                View::Table(table) => table.run(chunk),
                View::Cube => pointwise(chunk, cube),
                View::Root => pointwise(chunk, root),
            }
        }
    }
}

/// A function on the first three channels.
#[inline(always)]
fn pointwise(chunk: &mut Chunk, f: impl Fn(f32) -> f32) {
    for run in &mut chunk[..3] {
        for v in run {
            *v = f(*v);
        }
    }
}

impl Lines<'_> {
    /// The curve over a run.
    #[inline(always)]
    pub(crate) fn run(&self, run: &mut [f32; RUN]) {
        let last = self.lines.len() as f32;
        if self.clamped {
            for v in run.iter_mut() {
                *v = unit(*v);
            }
        }
        match self.spacing {
            Spacing::Roots => {
                for v in run.iter_mut() {
                    *v = v.abs().sqrt().copysign(*v) * last;
                }
            }
            Spacing::Even => {
                for v in run.iter_mut() {
                    *v *= last;
                }
            }
        }
        let mut cells = [0_u32; RUN];
        cells_of(run, last - 1.0, &mut cells);
        for (v, cell) in run.iter_mut().zip(&cells) {
            let [value, step] = self.lines[*cell as usize];
            *v = value + step * *v;
        }
    }
}

/// The cell of each place, of which there are `last` + 1, and the place within it.
#[inline(always)]
fn cells_of(places: &mut [f32; RUN], last: f32, cells: &mut [u32; RUN]) {
    for (place, cell) in places.iter_mut().zip(cells) {
        *cell = nearest((*place - 0.5).max(0.0).min(last));
        *place -= *cell as f32;
    }
}

#[inline(always)]
fn affine(m: &[[f32; 3]; 3], offset: &[f32; 3], chunk: &mut Chunk) {
    let [r, g, b, _] = chunk;
    for ((r, g), b) in r.iter_mut().zip(g).zip(b) {
        let v = [*r, *g, *b];
        let mixed = |k: usize| m[k][0] * v[0] + m[k][1] * v[1] + m[k][2] * v[2] + offset[k];
        (*r, *g, *b) = (mixed(0), mixed(1), mixed(2));
    }
}

/// Lab's curve to light.
#[inline(always)]
fn cube(t: f32) -> f32 {
    if t > LAB_KNEE { t * t * t } else { LAB_SLOPE * (t - 4.0 / 29.0) }
}

/// Light to Lab's curve.
#[inline(always)]
fn root(v: f32) -> f32 {
    let knee = LAB_KNEE * LAB_KNEE * LAB_KNEE;
    if v > knee { cube_root(v.max(knee)) } else { v * (1.0 / LAB_SLOPE) + 4.0 / 29.0 }
}

/// The cube root of a positive number: an estimate from its exponent, and two steps of Halley's method.
#[inline(always)]
pub(crate) fn cube_root(v: f32) -> f32 {
    let mut t = f32::from_bits((v.to_bits() as f32 * (1.0 / 3.0)) as u32 + 709_921_077);
    for _ in 0..2 {
        let cubed = t * t * t;
        t *= (cubed + 2.0 * v) / (2.0 * cubed + v);
    }
    t
}

/// A run's way through a table's cells, each from its first node to its last along its edges, in the order of
/// the shares, largest first: four nodes of eight.
struct Walks {
    /// First node.
    base: [u32; RUN],
    /// From there to the second and the third.
    second: [u32; RUN],
    third: [u32; RUN],
    /// Of the four nodes.
    weights: Chunk,
}

impl Lookup<'_> {
    #[inline(always)]
    fn run(&self, chunk: &mut Chunk) {
        let mut places: Chunk = [[0.0; RUN]; 4];
        let mut base = [0_u32; RUN];
        let strides = strides(self.grid);
        for (c, shares) in places.iter_mut().enumerate().take(self.inputs) {
            let nodes = self.grid[c];
            if nodes < 2 {
                continue;
            }
            let last = (nodes - 1) as f32;
            for (share, v) in shares.iter_mut().zip(&chunk[c]) {
                *share = unit(*v) * last;
            }
            let mut cells = [0_u32; RUN];
            cells_of(shares, last - 1.0, &mut cells);
            for (base, cell) in base.iter_mut().zip(&cells) {
                *base += cell * strides[c] as u32;
            }
        }
        let steps: [u32; 4] = std::array::from_fn(|c| if self.grid[c] > 1 { strides[c] as u32 } else { 0 });
        let skip = usize::from(self.inputs == 4);
        let walks = Walks::new(base, &places[skip..], &steps[skip..]);
        let all = (steps[skip] + steps[skip + 1] + steps[skip + 2]) as usize;
        // Colour by colour: the four channels of a node are the lanes.
        let mut made = [[0.0_f32; 4]; RUN];
        for (x, out) in made.iter_mut().enumerate() {
            *out = walks.at(x, 0, all, self.nodes);
        }
        if self.inputs == 4 {
            let first = steps[0] as usize;
            for (x, (out, share)) in made.iter_mut().zip(&places[0]).enumerate() {
                let far = walks.at(x, first, all, self.nodes);
                for (near, far) in out.iter_mut().zip(far) {
                    *near += (far - *near) * share;
                }
            }
        }
        for (x, out) in made.iter().enumerate() {
            for (run, v) in chunk.iter_mut().zip(out) {
                run[x] = *v;
            }
        }
    }
}

impl Walks {
    #[inline(always)]
    fn new(base: [u32; RUN], shares: &[[f32; RUN]], steps: &[u32]) -> Self {
        let zeros = [0_u32; RUN];
        let mut made = Self { base, second: zeros, third: zeros, weights: [[0.0; RUN]; 4] };
        let all = steps[0] + steps[1] + steps[2];
        let [w0, w1, w2, w3] = &mut made.weights;
        for x in 0..RUN {
            let (a, b, c) = (shares[0][x], shares[1][x], shares[2][x]);
            let (low, high) = (a.min(b), a.max(b));
            let (least, most, middle) = (low.min(c), high.max(c), low.max(high.min(c)));
            // Ties are broken so that the first and the last edge are never the same.
            let lower = if a >= b { steps[0] } else { steps[1] };
            made.second[x] = if high >= c { lower } else { steps[2] };
            let upper = if a >= b { steps[1] } else { steps[0] };
            made.third[x] = all - if c <= low { steps[2] } else { upper };
            (w0[x], w1[x], w2[x], w3[x]) = (1.0 - most, most - middle, middle - least, least);
        }
        made
    }

    #[inline(always)]
    fn at(&self, x: usize, offset: usize, all: usize, nodes: &[[f32; 4]]) -> [f32; 4] {
        let base = self.base[x] as usize + offset;
        let cell = &nodes[base..=base + all];
        let (n0, n3) = (cell[0], cell[all]);
        let (n1, n2) = (cell[self.second[x] as usize], cell[self.third[x] as usize]);
        let w = [self.weights[0][x], self.weights[1][x], self.weights[2][x], self.weights[3][x]];
        let mut out = [0.0; 4];
        for (k, v) in out.iter_mut().enumerate() {
            *v = n0[k] * w[0] + n1[k] * w[1] + n2[k] * w[2] + n3[k] * w[3];
        }
        out
    }
}
