//! One step of taking the colours of product and backdrop apart: each is drawn to its four neighbours, and the
//! two together to what the pixel says. Twin of shaders/band/unmix.wgsl.
//!
//! A step of a Jacobi iteration of varied length on the energy of Germer, Uelwer, Conrad and Harmeling (2020), with
//! ties that measure differences by the light of what they tie: a percentage is what texture and shade are
//! made of. Neighbours of the last step are read, so no order of pixels matters.

use super::cases;
use super::halo::{halo, neighbours, part, parts, tile};
use super::tiles::{PIXELS, SIDE};
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// How strongly neighbours are tied.
    pub(super) struct UnmixParams {
        /// Rows of the band to a neighbour.
        reach: u32,
        /// Squared difference to expect of the product, at squared light 1.
        product: f32,
        /// And at any light.
        product_floor: f32,
        /// Squared difference to expect of the backdrop, at squared light 1.
        backdrop: f32,
        /// And at any light.
        backdrop_floor: f32,
        /// Share of the way to go; above 1 in the long steps of a round.
        step: f32,
        /// Most light.
        most: f32,
        /// Unused.
        pad0: f32,
    }
}

/// Colours of product and backdrop after a step.
pub(super) static BAND_UNMIX: Kernel = Kernel {
    name: "band_unmix",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/tile.wgsl"),
        include_str!("../../../shaders/band/unmix.wgsl")
    ),
    inputs: &[
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "backdrop", format: PortFormat::Rgba, reach: Reach::Mapped(neighbours) },
        Input { name: "of_product", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "of_backdrop", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "of_both", format: PortFormat::Gray, reach: Reach::Rows(0) },
        Input { name: "tiles", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[
        Output { name: "next_product", format: PortFormat::Rgba },
        Output { name: "next_backdrop", format: PortFormat::Rgba },
    ],
    layout: UnmixParams::LAYOUT,
    cpu: unmix,
    tolerance: Tolerance { max: 1e-4, why: "a determinant of two like terms" },
    cases,
};

fn cases() -> Vec<Case> {
    cases::each(|name, case| {
        let params = UnmixParams {
            reach: case.reach,
            product: 0.02,
            product_floor: 4e-5,
            backdrop: 4e-4,
            backdrop_floor: 1e-6,
            step: 0.85,
            most: 1.0,
            pad0: 0.0,
        };
        // Evidence as pixels give it, for any alpha from 0 to 1.
        let mut evidence = [case.light.clone(), case.light.clone()];
        let mut both = case.number(2);
        for slot in 0..case.size.height as usize {
            for i in 0..PIXELS {
                let at = |run: usize| (4 * slot + run) * PIXELS + i;
                let share = &mut both.floats_mut()[slot * PIXELS + i];
                let (a, trust) = (*share, 3000.0);
                for (plane, weight) in evidence.iter_mut().zip([a, 1.0 - a]) {
                    (0..3).for_each(|c| plane.floats_mut()[at(c)] *= weight * trust);
                    plane.floats_mut()[at(3)] = weight * weight * trust;
                }
                *share = a * (1.0 - a) * trust;
            }
        }
        let [product, backdrop] = evidence;
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![case.state.clone(), case.light.clone(), product, backdrop, both, case.table.clone()],
            outputs: vec![(case.size, Format::Rgba), (case.size, Format::Rgba)],
        }
    })
}

const WIDE: usize = SIDE + 2;

/// Three runs of a tile with its rim.
type Colours = [[[f32; WIDE]; WIDE]; 3];

vectorised! {
    fn unmix(job: &mut Job<'_>) {
        let by: UnmixParams = job.params();
        let [product, backdrop, of_product, of_backdrop, of_both] = [0, 1, 2, 3, 4].map(|i| job.inputs[i]);
        let (mut inside, mut behind) = ([[[0.0; WIDE]; WIDE]; 3], [[[0.0; WIDE]; WIDE]; 3]);
        let [to_product, to_backdrop] = job.outputs else { return };
        for slot in job.rows.clone() {
            let entry = job.inputs[5].gray(i64::from(slot));
            for c in 0..3 {
                halo::<1, WIDE>(&product, c, entry, &mut inside[c]);
                halo::<1, WIDE>(&backdrop, c, entry, &mut behind[c]);
            }
            let own = slot as usize;
            let (p, b) = ([0, 1, 2, 3].map(|r| tile(&of_product, r, own)), [0, 1, 2, 3].map(|r| tile(&of_backdrop, r, own)));
            let both = tile(&of_both, 0, own);
            let (next_p, next_b) = (to_product.rgba(slot), to_backdrop.rgba(slot));
            for y in 0..SIDE {
                let here = Line { y, of_product: p, of_backdrop: b, both };
                let [line_p, line_b] = here.step(&by, &inside, &behind);
                for c in 0..3 {
                    next_p[c][y * SIDE..(y + 1) * SIDE].copy_from_slice(&line_p[c]);
                    next_b[c][y * SIDE..(y + 1) * SIDE].copy_from_slice(&line_b[c]);
                }
            }
            next_p[3].fill(0.0);
            next_b[3].fill(0.0);
        }
    }
}

/// A line of a tile, and what its pixels say.
struct Line<'a> {
    y: usize,
    of_product: [&'a [f32; PIXELS]; 4],
    of_backdrop: [&'a [f32; PIXELS]; 4],
    both: &'a [f32; PIXELS],
}

impl Line<'_> {
    /// The line of four runs of a tile.
    #[inline(always)]
    fn of(&self, [a, b, c, d]: &[&[f32; PIXELS]; 4]) -> [[f32; SIDE]; 4] {
        let from = self.y * SIDE;
        [part(*a, from), part(*b, from), part(*c, from), part(*d, from)]
    }

    /// Both colours after the step.
    #[inline(always)]
    fn step(&self, by: &UnmixParams, inside: &Colours, behind: &Colours) -> [[[f32; SIDE]; 3]; 2] {
        let (tie_p, near_p) = ties(inside, self.y, by.product, by.product_floor);
        let (tie_b, near_b) = ties(behind, self.y, by.backdrop, by.backdrop_floor);
        let (p, b) = (self.of(&self.of_product), self.of(&self.of_backdrop));
        let u = part(self.both, self.y * SIDE);
        let (mut s, mut t, mut scale) = ([0.0; SIDE], [0.0; SIDE], [0.0; SIDE]);
        for x in 0..SIDE {
            s[x] = p[3][x] + tie_p[x];
            t[x] = b[3][x] + tie_b[x];
            // No less than the ties alone make it, whatever rounding does.
            scale[x] = 1.0 / (s[x] * t[x] - u[x] * u[x]).max(tie_p[x] * tie_b[x]);
        }
        let mut next = [[[0.0; SIDE]; 3]; 2];
        for c in 0..3 {
            for x in 0..SIDE {
                let (f, g) = (p[c][x] + near_p[c][x], b[c][x] + near_b[c][x]);
                let (was_p, was_b) = (inside[c][self.y + 1][x + 1], behind[c][self.y + 1][x + 1]);
                let go_p = by.step * ((t[x] * f - u[x] * g) * scale[x] - was_p);
                let go_b = by.step * ((s[x] * g - u[x] * f) * scale[x] - was_b);
                next[0][c][x] = (was_p + go_p).max(0.0).min(by.most);
                next[1][c][x] = (was_b + go_b).max(0.0).min(by.most);
            }
        }
        next
    }
}

/// For a line of pixels: the sum of the ties to the four neighbours, and the neighbours' colours times them.
#[inline(always)]
fn ties(of: &Colours, y: usize, square: f32, floor: f32) -> ([f32; SIDE], [[f32; SIDE]; 3]) {
    let (mut sum, mut near) = ([0.0; SIDE], [[0.0; SIDE]; 3]);
    let own = parts(of, y + 1, 1);
    let around = [parts(of, y, 1), parts(of, y + 2, 1), parts(of, y + 1, 0), parts(of, y + 1, 2)];
    for other in around {
        for x in 0..SIDE {
            let levels = own[0][x] + own[1][x] + own[2][x] + (other[0][x] + other[1][x] + other[2][x]);
            let level = levels * (1.0 / 6.0);
            let tie = 1.0 / (square * (level * level) + floor);
            sum[x] += tie;
            near[0][x] += tie * other[0][x];
            near[1][x] += tie * other[1][x];
            near[2][x] += tie * other[2][x];
        }
    }
    (sum, near)
}
