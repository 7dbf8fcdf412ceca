//! The three ways in which light differs: exposure, warmth, tint. Shading and noise are of very different
//! size in exposure and in colour, so each axis has a solution and variances of its own.
//!
//! Axes are orthonormal combinations of the natural logarithms of R, G, B. Knows no shots.

/// Exposure, warmth (red against blue), tint (green against both).
const AXES: [[f64; 3]; 3] = [
    [0.577_350_269_189_625_8, 0.577_350_269_189_625_8, 0.577_350_269_189_625_8],
    [std::f64::consts::FRAC_1_SQRT_2, 0.0, -std::f64::consts::FRAC_1_SQRT_2],
    [0.408_248_290_463_863, -0.816_496_580_927_726, 0.408_248_290_463_863],
];

/// The axis of exposure.
pub(super) const EXPOSURE: usize = 0;

/// One EV on the axis of exposure.
pub(super) const EV: f64 = 1.732_050_807_568_877_2 * std::f64::consts::LN_2;

/// Axes from logarithms.
pub(super) fn from_logs(logs: [f64; 3]) -> [f64; 3] {
    AXES.map(|axis| axis.iter().zip(logs).map(|(a, v)| a * v).sum())
}

/// Variances on the axes from variances of the logarithms, the channels being independent.
pub(super) fn variances(logs: [f64; 3]) -> [f64; 3] {
    AXES.map(|axis| axis.iter().zip(logs).map(|(a, v)| a * a * v).sum())
}

/// Logarithms from axes.
pub(super) fn to_logs(axes: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|channel| AXES.iter().zip(axes).map(|(axis, v)| axis[channel] * v).sum())
}

/// Linear gains from axes.
pub(super) fn gains(axes: [f64; 3]) -> [f64; 3] {
    to_logs(axes).map(f64::exp)
}

/// How far a channel's gain is from the gains' mean at most, as a share.
pub(super) fn tint(axes: [f64; 3]) -> f64 {
    let colour = gains([0.0, axes[1], axes[2]]);
    colour.iter().map(|g| (g - 1.0).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for logs in [[0.3, -0.2, 0.7], [-5.0, 1.0, 2.0]] {
            let back = to_logs(from_logs(logs));
            assert!(back.iter().zip(logs).all(|(a, b)| (a - b).abs() < 1e-12), "{back:?}");
        }
    }

    #[test]
    fn a_stop_is_a_stop_and_changes_no_colour() {
        let axes = from_logs([2.0_f64.ln(); 3]);
        assert!((axes[EXPOSURE] - EV).abs() < 1e-12 && tint(axes) < 1e-12);
        assert!(gains([EV, 0.0, 0.0]).iter().all(|g| (g - 2.0).abs() < 1e-12));
        let equal = variances([0.01; 3]);
        assert!(equal.iter().all(|v| (v - 0.01).abs() < 1e-12));
    }
}
