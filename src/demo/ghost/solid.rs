//! Signed distances of simple solids, and how they grow together.
//!
//! Negative inside. Exact or a little short of the true distance, so that a ray may step by them.

use super::vector::{V3, along, dot, length, sub};

/// A cone with round ends: radius `ra` at `a`, `rb` at `b` (interpolated: a bound for mild tapers).
#[inline]
pub(super) fn limb(p: V3, a: V3, b: V3, ra: f32, rb: f32) -> f32 {
    let (pa, ba) = (sub(p, a), sub(b, a));
    let t = (dot(pa, ba) / dot(ba, ba)).clamp(0.0, 1.0);
    length(along(pa, ba, -t)) - (ra + (rb - ra) * t)
}

/// An ellipsoid of these half-axes about a centre.
#[inline]
pub(super) fn ellipsoid(p: V3, centre: V3, half: V3) -> f32 {
    let q = sub(p, centre);
    let at = |power: fn(f32) -> f32| length([0, 1, 2].map(|i| q[i] / power(half[i])));
    round(at(|h| h), at(|h| h * h), half[0].min(half[1]).min(half[2]))
}

/// An ellipse of these half-axes about the origin of a plane.
#[inline]
pub(super) fn ellipse(x: f32, y: f32, a: f32, b: f32) -> f32 {
    let (u, v) = (x / a, y / b);
    let (du, dv) = (u / a, v / b);
    round((u * u + v * v).sqrt(), (du * du + dv * dv).sqrt(), a.min(b))
}

/// Distance from the implicit value and half its slope: first order near the surface, and never more than
/// the truth about the middle, where first order knows no shortest way.
#[inline]
fn round(value: f32, slope: f32, least: f32) -> f32 {
    let deep = (value - 1.0) * least;
    if value < 0.5 {
        return deep;
    }
    let near = value * (value - 1.0) / slope;
    let share = ((value - 0.5) * 3.0).min(1.0);
    deep + (near - deep) * share
}

/// A box of these half-sides about a centre.
pub(super) fn block(p: V3, centre: V3, half: V3) -> f32 {
    let q = sub(p, centre);
    let d = [q[0].abs() - half[0], q[1].abs() - half[1], q[2].abs() - half[2]];
    length(d.map(|v| v.max(0.0))) + d[0].max(d[1]).max(d[2]).min(0.0)
}

/// One station of a loft: height, half-width, half-depth, how far the middle stands forward.
pub(super) type Station = [f32; 4];

/// The loft's ellipse at a height: half-width, half-depth, middle. Stations in rising order.
pub(super) fn section(stations: &[Station], y: f32) -> [f32; 3] {
    let (Some(first), Some(last)) = (stations.first(), stations.last()) else { return [0.1, 0.1, 0.0] };
    if y >= last[0] {
        return [last[1], last[2], last[3]];
    }
    if y <= first[0] {
        return [first[1], first[2], first[3]];
    }
    let above = stations.iter().position(|s| s[0] > y).unwrap_or(stations.len() - 1).max(1);
    let (low, high) = (stations[above - 1], stations[above]);
    let (before, after) = (stations[above.saturating_sub(2)], stations[(above + 1).min(stations.len() - 1)]);
    let span = high[0] - low[0];
    let t = (y - low[0]) / span;
    [1, 2, 3].map(|i| {
        let rise = |a: Station, b: Station| (b[i] - a[i]) / (b[0] - a[0]).max(1e-6) * span;
        let (m, n) = (rise(before, high), rise(low, after));
        let d = high[i] - low[i];
        low[i] + t * (m + t * (3.0 * d - 2.0 * m - n + t * (m + n - 2.0 * d)))
    })
}

/// An upright column whose ellipse follows the stations.
#[inline]
pub(super) fn loft(p: V3, stations: &[Station]) -> f32 {
    let [a, b, middle] = section(stations, p[1]);
    ellipse(p[0], p[2] - middle, a, b)
}

/// The union with its crease filled over about `k`.
#[inline]
pub(super) fn blend(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0);
    a.min(b) - 0.25 * h * h / k
}

/// The cut of two solids with its edge rounded over about `k`.
#[inline]
pub(super) fn carve(a: f32, b: f32, k: f32) -> f32 {
    -blend(-a, -b, k)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the nearest of many points of the outline.
    #[test]
    fn an_ellipse_is_never_farther_than_it_is_and_exact_nearby() {
        let (a, b) = (0.18_f32, 0.11_f32);
        let outline: Vec<[f32; 2]> = (0..4000)
            .map(|i| {
                let (s, c) = (i as f32 * std::f32::consts::TAU / 4000.0).sin_cos();
                [a * c, b * s]
            })
            .collect();
        for i in 0..441 {
            let (x, y) = ((i % 21) as f32 * 0.03 - 0.3, (i / 21) as f32 * 0.03 - 0.3);
            let d = ellipse(x, y, a, b);
            let true_distance = outline.iter().map(|p| (p[0] - x).hypot(p[1] - y)).fold(1.0, f32::min);
            let inside = (x / a) * (x / a) + (y / b) * (y / b) < 1.0;
            assert_eq!(d < 0.0, inside, "{x} {y}");
            assert!(d.abs() < 1.08 * true_distance + 1e-4, "{x} {y}: {d} of {true_distance}");
            if true_distance < 0.01 {
                assert!((d.abs() - true_distance).abs() < 0.002, "{x} {y}: {d} of {true_distance}");
            }
        }
    }

    #[test]
    fn a_loft_passes_through_its_stations_without_a_jump() {
        let stations = [[0.0, 0.2, 0.1, 0.0], [0.3, 0.1, 0.1, 0.02], [0.5, 0.15, 0.12, 0.0]];
        for s in stations {
            let [a, b, middle] = section(&stations, s[0]);
            assert!((a - s[1]).abs() + (b - s[2]).abs() + (middle - s[3]).abs() < 1e-6, "{s:?}");
        }
        let width = |i: i32| section(&stations, -0.1 + 0.001 * i as f32)[0];
        assert!((0..700).all(|i| (width(i + 1) - width(i)).abs() < 0.001));
        assert_eq!(section(&[], 0.3), [0.1, 0.1, 0.0]);
    }

    #[test]
    fn a_blend_adds_matter_in_the_crease_only() {
        assert_eq!(blend(0.3, 0.1, 0.05), 0.1);
        assert!(blend(0.1, 0.1, 0.05) < 0.1);
        assert_eq!(carve(-0.3, -0.1, 0.05), -0.1);
        assert!(carve(-0.1, -0.1, 0.05) > -0.1);
    }
}
