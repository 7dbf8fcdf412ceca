//! One channel from one size to another.

use crate::image::{Size, Taps};

/// Makes the weights of an axis: source pixels, first edge, span, output pixels.
pub(super) type Filter = fn(u32, f64, f64, u32) -> Taps;

/// The whole of `values` (row-major, `from` pixels) at another size; rows first, then columns.
pub(super) fn resample(values: &[f32], from: Size, to: Size, filter: Filter) -> Vec<f32> {
    let (width, wide) = (from.width as usize, to.width as usize);
    let across = filter(from.width, 0.0, f64::from(from.width), to.width);
    let across = across.table(0);
    let mut narrow = vec![0.0; wide * from.height as usize];
    for (row, line) in narrow.chunks_exact_mut(wide).zip(values.chunks_exact(width)) {
        for (value, taps) in row.iter_mut().zip(across.floats().chunks_exact(across.size().width as usize)) {
            let source = &line[taps[0] as usize..];
            *value = source.iter().zip(&taps[1..]).map(|(v, w)| v * w).sum();
        }
    }
    let down = filter(from.height, 0.0, f64::from(from.height), to.height);
    let down = down.table(0);
    let mut out = vec![0.0; to.pixels()];
    for (row, taps) in out.chunks_exact_mut(wide).zip(down.floats().chunks_exact(down.size().width as usize))
    {
        let lines = narrow.chunks_exact(wide).skip(taps[0] as usize);
        for (line, weight) in lines.zip(&taps[1..]) {
            row.iter_mut().zip(line).for_each(|(v, s)| *v += s * weight);
        }
    }
    out
}
