//! Eight pixels at a time, for windows along short spans, where a loop would mostly be its own remainder.

use fearless_simd::{Simd, f32x8, prelude::*};

/// Pixels a step.
pub const LANES: usize = 8;
/// Pixels left and right of a span that its lines hold; no window reaches farther.
pub(super) const MARGIN: usize = 4;

/// Pixels `x … x + 7` of a row; outside the row its first and last pixel repeat.
#[inline(always)]
pub fn load<S: Simd>(simd: S, row: &[f32], x: isize) -> f32x8<S> {
    match usize::try_from(x).ok().and_then(|x| row.get(x..x + LANES)) {
        Some(eight) => f32x8::from_slice(simd, eight),
        None => {
            let mut eight = [0.0; LANES];
            for (i, v) in eight.iter_mut().enumerate() {
                *v = row[(x + i as isize).clamp(0, row.len() as isize - 1) as usize];
            }
            f32x8::from_slice(simd, &eight)
        }
    }
}

/// Writes pixels `x … x + 7` of a row, as far as it goes.
#[inline(always)]
pub fn store<S: Simd>(row: &mut [f32], x: usize, value: f32x8<S>) {
    if let Some(eight) = row.get_mut(x..x + LANES) {
        value.store_slice(eight);
    } else {
        let eight: [f32; LANES] = value.into();
        row[x..].iter_mut().zip(eight).for_each(|(r, v)| *r = v);
    }
}

/// `N` quantities along a span and its margins: what windows are summed from.
#[derive(Debug)]
pub(super) struct Lines<const N: usize> {
    lines: [Vec<f32>; N],
}

impl<const N: usize> Lines<N> {
    /// Memory for the spans of a picture `width` pixels wide.
    #[must_use]
    pub(super) fn new(width: usize) -> Self {
        let room = width.next_multiple_of(LANES) + 2 * MARGIN;
        Self { lines: std::array::from_fn(|_| vec![0.0; room]) }
    }

    /// Writes the eight numbers of each quantity that begin `at` pixels into the left margin.
    #[inline(always)]
    pub(super) fn put<S: Simd>(&mut self, at: usize, values: &[f32x8<S>; N]) {
        for (line, value) in self.lines.iter_mut().zip(values) {
            value.store_slice(&mut line[at..at + LANES]);
        }
    }

    /// Sums of each quantity over windows `SIDE` pixels wide (odd), around the eight pixels that begin
    /// `at` pixels into the span.
    #[inline(always)]
    pub(super) fn windows<const SIDE: usize, S: Simd>(&self, simd: S, at: usize) -> [f32x8<S>; N] {
        let first = at + MARGIN - SIDE / 2;
        let mut sums = [f32x8::splat(simd, 0.0); N];
        for (sum, line) in sums.iter_mut().zip(&self.lines) {
            let line = &line[first..first + LANES + SIDE - 1];
            for k in 0..SIDE {
                *sum += f32x8::from_slice(simd, &line[k..k + LANES]);
            }
        }
        sums
    }
}
