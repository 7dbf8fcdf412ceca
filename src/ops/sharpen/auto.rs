//! How much sharpening a photograph needs after it was shrunk: what camera, pixels and resampling take of fine
//! detail, and what the mask adds to it. Knows no picture.

/// Blur of a camera, lens and demosaicing together: sigma in photograph pixels.
const CAMERA: f64 = 0.6;
/// The detail that is restored, in cycles an output pixel, and what Lanczos3 leaves of it.
const DETAIL: f64 = 0.35;
const LANCZOS3: f64 = 0.929;
/// The most that `auto` adds: more would be noise.
const MOST: f64 = 0.8;

/// The amount that restores detail of a photograph shrunk by `scale`: one over what camera, pixels and resampling
/// leave of it, over what the mask adds to it.
pub(super) fn restoring(radius: f64, scale: f64) -> f64 {
    let frequency = DETAIL / scale.max(0.1);
    let gaussian = |sigma: f64, f: f64| (-2.0 * (std::f64::consts::PI * sigma * f).powi(2)).exp();
    let turn = std::f64::consts::PI * frequency;
    let left = gaussian(CAMERA, frequency) * turn.sin() / turn * LANCZOS3;
    if left <= 0.0 {
        return MOST;
    }
    ((1.0 / left - 1.0) / (1.0 - gaussian(radius, DETAIL))).clamp(0.0, MOST)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{OPEN, grey, lightness, run};
    use super::*;
    use crate::image::{Plane, Size, Taps};

    /// A grating as a camera sees it, shrunk by Lanczos3 and sharpened by `auto`: its contrast is what it was.
    #[test]
    fn auto_restores_the_detail_that_was_lost() {
        let width = 120_u32;
        for shrink in [2_u32, 3, 4] {
            let frequency = DETAIL / f64::from(shrink);
            let turn = 2.0 * std::f64::consts::PI * frequency;
            // The mean over a pixel of a grating blurred by the camera, in closed form.
            let left = (-0.5 * (turn * CAMERA).powi(2)).exp() * (0.5 * turn).sin() / (0.5 * turn);
            let seen: Vec<f64> =
                (0..width * shrink).map(|x| (turn * (f64::from(x) + 0.5)).cos() * left).collect();
            let taps = Taps::lanczos3(width * shrink, 0.0, f64::from(width * shrink), width);
            let table = taps.table(0);
            let small: Vec<f64> = (0..width)
                .map(|x| {
                    let first = table.gray_at(0, x) as usize;
                    let weight = |k: usize| f64::from(table.gray_at(1 + k as u32, x));
                    (0..taps.count()).map(|k| weight(k) * seen[first + k]).sum()
                })
                .collect();
            let contrast = |p: &dyn Fn(u32) -> f64| {
                let sum = |f: fn(f64) -> f64| -> f64 {
                    (10..110).map(|x| p(x) * f(turn * f64::from(shrink) * (f64::from(x) + 0.5))).sum::<f64>()
                        / 50.0
                };
                sum(f64::cos).hypot(sum(f64::sin))
            };
            let picture = grey(Size::new(width, 9), |x, _| (0.25 * (1.0 + 0.1 * small[x as usize])).sqrt());
            let amount = restoring(OPEN.radius, f64::from(shrink));
            let sharp = run(OPEN, amount, picture.clone());
            let light = |p: &Plane, x: u32| (lightness(p, x, 4).powi(2) / 0.25 - 1.0) * 10.0;
            let (before, after) = (contrast(&|x| light(&picture, x)), contrast(&|x| light(&sharp, x)));
            assert!(
                before < 0.93 && (after - 1.0).abs() < 0.03,
                "shrunk by {shrink}: {before:.3} to {after:.3}"
            );
        }
        assert_eq!((restoring(0.6, 0.5), restoring(0.6, 1.0)), (MOST, MOST));
        assert!(restoring(0.6, 100.0) < 0.14 && restoring(1.2, 1e-9) == MOST);
    }
}
