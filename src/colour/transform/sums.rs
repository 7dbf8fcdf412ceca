//! The shortest way from 8-bit codes through curves and a matrix to 8-bit codes: what each code adds to the three
//! output lights is a packed number, two additions make a pixel, and three tables give its codes.
//!
//! Holds no pixels, and stands aside where it would be less exact than the stages: where a last curve is too steep
//! for even steps of light, such as a pure power, or a light leaves its field.

use std::sync::Arc;

use super::Curve;
use crate::image::stages::Stage;

/// Steps of light from black to white in the tables of codes.
const STEPS: usize = 1 << 14;

/// Parts of a step that the sums still tell apart.
const PARTS: i64 = 1 << 5;

/// Entries of a table of codes: light from −1.5 to 2.5, as the widest spaces have it in the narrowest.
const ENTRIES: usize = 4 * STEPS;

/// Those below black.
const BELOW: usize = 3 * STEPS / 2;

/// First bit of each light in a packed number; a light has 21, of which the upper sixteen are its step.
const FIELDS: [u32; 3] = [0, 21, 43];

/// How far the middles of neighbouring steps may lie apart, in codes: a code is at most half of it further from
/// the exact value than the nearest code is.
const APART: f64 = 0.25;

/// Codes for each step of light.
type Codes = Arc<[u8; ENTRIES]>;

/// The tables of a conversion.
#[derive(Debug)]
pub(super) struct Sums {
    parts: Box<[[u64; 256]; 3]>,
    codes: [Codes; 3],
}

impl Sums {
    /// The tables, where the conversion is curves, a matrix and curves that they can hold.
    pub(super) fn new(first: &[Curve], middle: &[Stage], last: &[Curve]) -> Option<Self> {
        let ([r, g, b], [x, y, z]) = (first, last) else { return None };
        let (matrix, offset) = match middle {
            [] => ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3]),
            [Stage::Affine { matrix, offset }] => (*matrix, *offset),
            _ => return None,
        };
        let lights =
            [r, g, b].map(|curve| -> [f64; 256] { std::array::from_fn(|i| curve.at(i as f64 / 255.0)) });
        let mut parts = Box::new([[0_u64; 256]; 3]);
        for (k, from) in FIELDS.into_iter().enumerate() {
            let column = |c: usize, i: usize| f64::from(matrix[k][c]) * lights[c][i];
            for (c, codes) in field(column, f64::from(offset[k]))?.iter().enumerate() {
                for (part, v) in parts[c].iter_mut().zip(codes) {
                    *part += v << from;
                }
            }
        }
        let red = codes(x)?;
        let green = if y == x { red.clone() } else { codes(y)? };
        let blue = if z == x { red.clone() } else { codes(z)? };
        Some(Self { parts, codes: [red, green, blue] })
    }

    /// Converts whole pixels of three codes, or four of which the last is alpha.
    #[inline(always)]
    pub(super) fn run<const N: usize>(&self, from: &[u8], to: &mut [u8]) {
        let [r, g, b] = &*self.parts;
        let [x, y, z] = [0, 1, 2].map(|c| &*self.codes[c]);
        for (from, to) in from.as_chunks::<N>().0.iter().zip(to.as_chunks_mut::<N>().0) {
            let sum = r[usize::from(from[0])] + g[usize::from(from[1])] + b[usize::from(from[2])];
            let step = |k: usize| usize::from((sum >> (FIELDS[k] + 5)) as u16);
            to[0] = x[step(0)];
            to[1] = y[step(1)];
            to[2] = z[step(2)];
            if N == 4 {
                to[3] = from[3];
            }
        }
    }
}

/// One output light by the codes of each input: whole parts of a step, none below 0; `None` where a sum could
/// leave its bits. The third takes what rounding left of the neutral of its code, so that neutrals are neutral.
fn field(column: impl Fn(usize, usize) -> f64, offset: f64) -> Option<[[u64; 256]; 3]> {
    let unit = (STEPS as i64 * PARTS) as f64;
    let whole = |v: f64| (v * unit).round() as i64;
    let made: [[i64; 3]; 256] = std::array::from_fn(|i| {
        let [r, g, b] = [0, 1, 2].map(|c| column(c, i));
        let (first, second) = (whole(r), whole(g));
        [first, second, whole(r + g + b) - first - second]
    });
    let codes = |c: usize| made.iter().map(move |v| v[c]);
    let ends = [0, 1, 2].map(|c| codes(c).fold((i64::MAX, i64::MIN), |(a, b), v| (a.min(v), b.max(v))));
    let base = whole(offset) + BELOW as i64 * PARTS;
    let low: i64 = ends.iter().map(|e| e.0).sum::<i64>() + base;
    let high: i64 = ends.iter().map(|e| e.1).sum::<i64>() + base;
    if low < 0 || high >= ENTRIES as i64 * PARTS {
        return None;
    }
    // Each begins at nothing; what that takes away is given to the first.
    let lift = [low, 0, 0];
    Some([0, 1, 2].map(|c| made.map(|v| (v[c] - ends[c].0 + lift[c]) as u64)))
}

/// The code of every step of light, from its middle; `None` where they lie too far apart.
fn codes(curve: &Curve) -> Option<Codes> {
    let code = |light: f64| curve.at(light).clamp(0.0, 1.0) * 255.0;
    let inside: Vec<f64> = (0..STEPS).map(|i| code((i as f64 + 0.5) / STEPS as f64)).collect();
    let (black, white) = (code(0.0), code(1.0));
    let below = std::iter::repeat_n(black, BELOW);
    let above = std::iter::repeat_n(white, ENTRIES - BELOW - STEPS);
    let values: Vec<f64> = below.chain(inside).chain(above).collect();
    let near = values.windows(2).all(|w| (w[1] - w[0]).abs() <= APART);
    let made: Option<Box<[u8; ENTRIES]>> =
        values.iter().map(|v| (v + 0.5) as u8).collect::<Box<[u8]>>().try_into().ok();
    near.then_some(made).flatten().map(Arc::from)
}
