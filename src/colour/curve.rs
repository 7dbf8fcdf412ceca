//! Tone curves, evaluated in `f64`: file code to linear light, 0 to 1 on both sides.

use std::sync::Arc;

use moxcms::ToneReprCurve;

use crate::image::srgb_decode;

/// A tone curve.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Curve {
    /// sRGB's.
    Srgb,
    /// The camera curve of ITU-R BT.709 and BT.2020, undone.
    Rec709,
    /// A pure power; 1 is linear.
    Gamma(f64),
    /// Equally spaced values with straight lines between.
    Table(Vec<u16>),
    /// ICC's parametric curve in its longest form: `(a·x + b)^g + e` from `d` on, `c·x + f` below.
    Parametric { g: f64, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64 },
    /// A curve in lightness: the inner curve gives L* from 0 to 1.
    Lightness(Box<Curve>),
    /// A curve backwards: light to code.
    Inverse(Box<Curve>),
}

impl Curve {
    /// From a profile's tag; `None` where it has an impossible form.
    pub(super) fn from_icc(curve: &ToneReprCurve) -> Option<Self> {
        Some(match curve {
            ToneReprCurve::Lut(table) => match table.as_slice() {
                [] => Self::Gamma(1.0),
                [gamma] => Self::Gamma(f64::from(*gamma) / 256.0),
                _ => Self::Table(table.clone()),
            },
            ToneReprCurve::Parametric(values) => {
                let v: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
                match *v.as_slice() {
                    [g] => Self::Gamma(g),
                    [g, a, b] if a != 0.0 => Self::Parametric { g, a, b, c: 0.0, d: -b / a, e: 0.0, f: 0.0 },
                    [g, a, b, c] if a != 0.0 => Self::Parametric { g, a, b, c: 0.0, d: -b / a, e: c, f: c },
                    [g, a, b, c, d] => Self::Parametric { g, a, b, c, d, e: 0.0, f: 0.0 },
                    [g, a, b, c, d, e, f] => Self::Parametric { g, a, b, c, d, e, f },
                    _ => return None,
                }
            }
        })
    }

    /// Whether it changes nothing.
    pub(super) fn is_linear(&self) -> bool {
        (0..=64).all(|i| {
            let x = f64::from(i) / 64.0;
            (self.at(x) - x).abs() < 1e-4
        })
    }

    /// Linear light for a code. Its value at 1 is exactly 1 where the profile meant it to be, whatever its
    /// fixed-point numbers round to.
    pub(super) fn at(&self, x: f64) -> f64 {
        let top = self.raw(1.0);
        let v = self.raw(x);
        if (top - 1.0).abs() < 2e-3 { v / top } else { v }
    }

    fn raw(&self, x: f64) -> f64 {
        let v = match self {
            Self::Srgb => srgb_decode(x),
            Self::Rec709 if x < 0.081_242_858 => x / 4.5,
            Self::Rec709 => ((x + 0.099_296_826_8) / 1.099_296_826_8).powf(1.0 / 0.45),
            Self::Gamma(g) => x.max(0.0).powf(*g),
            Self::Table(table) => {
                let at = x.clamp(0.0, 1.0) * (table.len() - 1) as f64;
                let i = (at as usize).min(table.len().saturating_sub(2));
                let (low, high) = (f64::from(table[i]), f64::from(table[i + 1]));
                (low + (high - low) * (at - i as f64)) / 65_535.0
            }
            Self::Parametric { c, d, f, .. } if x < *d => c * x + f,
            Self::Parametric { g, a, b, e, .. } => (a * x + b).max(0.0).powf(*g) + e,
            Self::Inverse(inner) => return inner.code(x),
            Self::Lightness(inner) => {
                let t = (inner.raw(x) * 100.0 + 16.0) / 116.0;
                if t > 6.0 / 29.0 { t.powi(3) } else { 3.0 * (6.0_f64 / 29.0).powi(2) * (t - 4.0 / 29.0) }
            }
        };
        if v.is_finite() { v } else { 0.0 }
    }

    /// The code whose light this is: by halving, 0 … 1, and beyond along the line from there to the end.
    fn code(&self, light: f64) -> f64 {
        let (first, last) = (self.at(0.0), self.at(1.0));
        let rises = last >= first;
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if (self.at(middle) < light) == rises { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// Linear light for each of `codes` codes, kept to what a display can show.
    pub(super) fn table(&self, codes: usize) -> Arc<[f32]> {
        let scale = 1.0 / (codes.max(2) - 1) as f64;
        (0..codes).map(|i| self.at(i as f64 * scale).clamp(0.0, 1.0) as f32).collect()
    }
}

/// The tables of three curves; equal curves share one.
pub(super) fn tables([r, g, b]: [&Curve; 3], codes: usize) -> [Arc<[f32]>; 3] {
    let red = r.table(codes);
    let green = if g == r { red.clone() } else { g.table(codes) };
    let blue = match b {
        b if b == r => red.clone(),
        b if b == g => green.clone(),
        b => b.table(codes),
    };
    [red, green, blue]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_meets_its_formula() {
        let gamma = Curve::from_icc(&ToneReprCurve::Lut(vec![563])).map(|c| c.at(0.5));
        assert_eq!(gamma, Some(0.5_f64.powf(563.0 / 256.0)));
        let table = Curve::from_icc(&ToneReprCurve::Lut(vec![0, 16_384, 65_535])).map(|c| c.at(0.25));
        assert!(table.is_some_and(|v| (v - 8192.0 / 65_535.0).abs() < 1e-12), "{table:?}");
        let srgb = vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
        let srgb = Curve::from_icc(&ToneReprCurve::Parametric(srgb));
        for i in 0..=255 {
            let x = f64::from(i) / 255.0;
            let v = srgb.as_ref().map_or(f64::NAN, |c| c.at(x));
            assert!((v - srgb_decode(x)).abs() < 1e-6, "{i}: {v}");
        }
        let offset = Curve::from_icc(&ToneReprCurve::Parametric(vec![2.0, 1.0, -0.5, 0.1]));
        assert!(offset.is_some_and(|c| (c.at(0.2) - 0.1).abs() < 1e-6), "constant below −b/a");
        assert_eq!(Curve::from_icc(&ToneReprCurve::Parametric(vec![2.0, 0.0, 1.0])), None);
        let lightness = Curve::Lightness(Box::new(Curve::Gamma(1.0)));
        assert!((lightness.at(0.5) - 0.184_187).abs() < 1e-5, "L* 50 is 18.4 %");
    }

    #[test]
    fn white_is_exactly_one() {
        for curve in [Curve::Srgb, Curve::Rec709, Curve::Gamma(2.2), Curve::Table(vec![0, 65_500])] {
            assert_eq!(curve.table(256).last(), Some(&1.0), "{curve:?}");
        }
    }
}
