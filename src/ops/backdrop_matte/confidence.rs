//! How far the matte may be trusted, and why not.

use std::fmt;

use super::band::Band;
use super::border::Border;
use super::solve::Solution;
use crate::image::Size;
use crate::ops::Side;
use crate::ops::field::{Components, Field, Mask, Neighbours, Run, area, dilate, erode};

/// Share of the border that must agree, and share of the picture that must be backdrop.
const LEAST_BACKDROP: (f32, f32) = (0.35, 0.05);
/// Contrast (not squared) that is plenty.
const PLENTY: f32 = 0.35;
/// Squared contrast below which an edge is a guess.
const FAINT: f32 = 0.02;
/// Pixels of faint edge worth telling, and how many places.
const LEAST_FAINT: (usize, usize) = (150, 3);
/// Share of a side that the product may touch.
const TOUCH: f32 = 0.02;
/// Radius in pixels of the smallest translucent area that counts, and its least share.
const LEAST_TRANSLUCENT: (usize, f32) = (4, 0.002);

/// Why a matte may be wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The border agrees on no backdrop.
    NoBackdrop {
        /// Share of the border that agrees.
        coverage: f32,
    },
    /// Product and backdrop have nearly the same colour along an edge.
    LowContrast {
        /// Middle of the edge, as a share of the width.
        x: f32,
        /// Middle of the edge, as a share of the height.
        y: f32,
        /// Pixels of the proxy.
        pixels: usize,
    },
    /// The photograph's frame cuts the product.
    Cut {
        /// Which side.
        side: Side,
        /// Share of the side.
        share: f32,
    },
    /// A large part is neither product nor backdrop.
    Translucent {
        /// Share of the picture.
        share: f32,
    },
    /// A part inside the product has the backdrop's tint and was taken for a hole.
    Hole {
        /// Its middle, as a share of the width.
        x: f32,
        /// Its middle, as a share of the height.
        y: f32,
    },
    /// There is nothing but backdrop.
    NoProduct,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f32| 100.0 * share;
        match self {
            Self::NoBackdrop { coverage } => {
                write!(f, "no even backdrop: only {:.0} % of the border agrees on one", percent(*coverage))
            }
            Self::LowContrast { x, y, .. } => write!(
                f,
                "product and backdrop have nearly the same colour at {:.0} % of the width, {:.0} % of the height",
                percent(*x),
                percent(*y)
            ),
            Self::Cut { side, share } => {
                write!(
                    f,
                    "the photograph cuts the product at the {} ({:.0} % of that side)",
                    side.name(),
                    percent(*share)
                )
            }
            Self::Translucent { share } => {
                write!(f, "a large translucent area ({:.1} % of the photograph)", percent(*share))
            }
            Self::Hole { x, y } => write!(
                f,
                "a part of the backdrop's tint was taken for a hole at {:.0} % of the width, {:.0} % of the height; use --keep if it is cloth",
                percent(*x),
                percent(*y)
            ),
            Self::NoProduct => write!(f, "nothing but backdrop"),
        }
    }
}

impl Reason {
    /// Stable name for reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoBackdrop { .. } => "no-backdrop",
            Self::LowContrast { .. } => "low-contrast",
            Self::Cut { .. } => "product-cut",
            Self::Translucent { .. } => "translucent",
            Self::Hole { .. } => "hole",
            Self::NoProduct => "no-product",
        }
    }

    /// How much of the score it takes away.
    fn cost(self) -> f32 {
        match self {
            Self::NoBackdrop { .. } => 0.6,
            Self::Translucent { .. } => 0.3,
            Self::NoProduct => 1.0,
            Self::LowContrast { .. } | Self::Cut { .. } | Self::Hole { .. } => 0.0,
        }
    }
}

/// Score from 0 to 1 and what lowers it.
pub(super) fn confidence(
    border: &Border,
    backdrop: &Mask,
    band: &Band,
    solution: &Solution,
    tinted: &Mask,
) -> (f32, Vec<Reason>) {
    let mut reasons = Vec::new();
    let coverage = border.agreed as f32 / border.ring.max(1) as f32;
    if coverage < LEAST_BACKDROP.0 || backdrop.share() < LEAST_BACKDROP.1 {
        reasons.push(Reason::NoBackdrop { coverage });
    }
    reasons.extend(faint_edges(&solution.contrast, &band.unknown));
    reasons.extend(parts(tinted).map(|(x, y, _)| Reason::Hole { x, y }).take(LEAST_FAINT.1));
    reasons.extend(Side::ALL.into_iter().filter_map(|side| cut(backdrop, side)));
    let share = translucent(&solution.alpha);
    if share > LEAST_TRANSLUCENT.1 {
        reasons.push(Reason::Translucent { share });
    }
    if backdrop.values().iter().all(|k| *k) {
        reasons.push(Reason::NoProduct);
    }
    let cost: f32 = reasons.iter().map(|r| r.cost()).sum();
    (mean_contrast(&solution.contrast, &band.unknown) * (1.0 - cost.min(1.0)), reasons)
}

/// Mean over the band of the contrast, plenty being 1.
fn mean_contrast(contrast: &Field, unknown: &Mask) -> f32 {
    let band = contrast.values().iter().zip(unknown.values()).filter(|(_, u)| **u);
    let (sum, count) = band.fold((0.0_f64, 0_usize), |(sum, count), (c, _)| {
        (sum + f64::from((c.max(0.0).sqrt() / PLENTY).min(1.0)), count + 1)
    });
    (sum / count.max(1) as f64) as f32
}

/// The largest places where the edge is a guess.
fn faint_edges(contrast: &Field, unknown: &Mask) -> Vec<Reason> {
    let mut faint = unknown.clone();
    faint.values_mut().iter_mut().zip(contrast.values()).for_each(|(f, c)| *f &= *c < FAINT);
    let mut places: Vec<Reason> = parts(&dilate(&faint, 1))
        .filter(|(.., pixels)| *pixels > LEAST_FAINT.0)
        .map(|(x, y, pixels)| Reason::LowContrast { x, y, pixels })
        .collect();
    let size = |r: &Reason| if let Reason::LowContrast { pixels, .. } = r { *pixels } else { 0 };
    places.sort_by_key(|r| std::cmp::Reverse(size(r)));
    places.truncate(LEAST_FAINT.1);
    places
}

/// The parts of a mask: the middle of each as shares of width and height, and its pixels.
fn parts(mask: &Mask) -> impl Iterator<Item = (f32, f32, usize)> {
    let (width, height) = (mask.width() as f64, mask.height() as f64);
    let components = Components::of(mask, Neighbours::Eight);
    let middle = move |runs: &[Run]| {
        let pixels = area(runs);
        let (mut x, mut y) = (0.0, 0.0);
        for run in runs {
            let length = (run.end - run.start) as f64;
            x += length * 0.5 * (run.start + run.end) as f64;
            y += length * (run.y as f64 + 0.5);
        }
        let share = |sum: f64, side: f64| (sum / pixels.max(1) as f64 / side) as f32;
        (share(x, width), share(y, height), pixels)
    };
    components.each().map(middle).collect::<Vec<_>>().into_iter()
}

/// Whether the product touches a side.
fn cut(backdrop: &Mask, side: Side) -> Option<Reason> {
    touched(backdrop.size(), side, |x, y| !backdrop.at(x, y)).map(|share| Reason::Cut { side, share })
}

/// Share of a side that the product touches, where it is more than a trifle.
pub(in crate::ops) fn touched(size: Size, side: Side, product: impl Fn(usize, usize) -> bool) -> Option<f32> {
    let (width, height) = (size.width as usize, size.height as usize);
    let (length, place): (usize, &dyn Fn(usize) -> (usize, usize)) = match side {
        Side::Top => (width, &|i| (i, 0)),
        Side::Bottom => (width, &|i| (i, height - 1)),
        Side::Left => (height, &|i| (0, i)),
        Side::Right => (height, &|i| (width - 1, i)),
    };
    let count = (0..length).map(place).filter(|(x, y)| product(*x, *y)).count();
    let share = count as f32 / length as f32;
    (share > TOUCH).then_some(share)
}

/// Share of the picture in large areas of middling alpha.
fn translucent(alpha: &Field) -> f32 {
    let mut middling = Mask::unset(alpha.size());
    let pixels = middling.values_mut().iter_mut().zip(alpha.values());
    pixels.for_each(|(m, a)| *m = (*a > 0.1) & (*a < 0.9));
    erode(&middling, LEAST_TRANSLUCENT.0).share()
}
