//! The analysis' own small warp: an inner shot's proxy, laid into the front's. The rendering has a kernel for it.

use crate::image::{Format, Plane, Size};

/// A colour plane read at `place(x, y)` of every pixel of a picture, bilinearly; nothing outside of it. Places are in
/// pixels, centres at a half.
pub(super) fn lay(plane: &Plane, size: Size, place: impl Fn(usize, usize) -> [f64; 2]) -> Plane {
    let mut laid = Plane::zeros(size, Format::Rgba);
    let width = (size.width as usize).max(1);
    for (y, row) in laid.floats_mut().chunks_exact_mut(4 * width).enumerate() {
        for x in 0..width {
            let colour = read(plane, place(x, y));
            (0..4).for_each(|c| row[c * width + x] = colour[c]);
        }
    }
    laid
}

fn read(plane: &Plane, [u, v]: [f64; 2]) -> [f32; 4] {
    let Size { width, height } = plane.size();
    let inside = u >= 0.0 && v >= 0.0 && u <= f64::from(width) && v <= f64::from(height);
    if !inside || width == 0 || height == 0 {
        return [0.0; 4];
    }
    let split = |at: f64, limit: u32| {
        let at = (at - 0.5).clamp(0.0, f64::from(limit - 1));
        (at as u32, (at as u32 + 1).min(limit - 1), at.fract() as f32)
    };
    let ((x0, x1, fx), (y0, y1, fy)) = (split(u, width), split(v, height));
    let [a, b, c, d] = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| plane.rgba_at(x, y));
    [0, 1, 2, 3].map(|i| {
        let (upper, lower) = (a[i] + fx * (b[i] - a[i]), c[i] + fx * (d[i] - c[i]));
        upper + fy * (lower - upper)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_read_where_it_lies_and_nothing_outside() {
        let plane = Plane::rgba(Size::new(8, 6), |x, y| [x as f32 + 0.5, y as f32 + 0.5, 1.0, 1.0]);
        let laid = lay(&plane, Size::new(4, 4), |x, y| [x as f64 + 2.3, y as f64 + 1.1]);
        for (x, y) in [(0, 0), (3, 2)] {
            let p = laid.rgba_at(x, y);
            assert!(
                (p[0] - (x as f32 + 2.3)).abs() < 1e-5 && (p[1] - (y as f32 + 1.1)).abs() < 1e-5,
                "{p:?}"
            );
        }
        assert_eq!(lay(&plane, Size::new(1, 1), |_, _| [8.1, 2.0]).rgba_at(0, 0), [0.0; 4]);
        assert_eq!(lay(&plane, Size::new(1, 1), |_, _| [f64::NAN, 2.0]).rgba_at(0, 0), [0.0; 4]);
    }
}
