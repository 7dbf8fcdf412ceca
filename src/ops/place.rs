//! Where the product stands in an output: fill, margins, aspect, alignment.
//!
//! A side where the photograph itself cuts the product is set flush with the picture's edge: a cut limb or
//! hem that floats in white would show that something is missing.

use serde::Deserialize;

use super::{Frame, Op, OpDef, OpError, ParamDef, Scene, Side, Stage, Study, settings};
use crate::image::{Size, Window};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "place",
    about: "puts the product into the output's frame: its size, centred, flush where the photograph cuts it",
    source: "the channel's own rules",
    stage: Stage::Output,
    params: &[ParamDef {
        name: "fill",
        default: "unset",
        range: "0.05 … 1 of the frame",
        about: "share of the frame that the product's box takes, over the channel's own",
    }],
    kernels: &[],
    make: settings::<Place>,
};

/// The op's settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Place {
    fill: Option<Share>,
}

/// A share of the frame.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
struct Share(f64);

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        if (0.05..=1.0).contains(&v) {
            Ok(Self(v))
        } else {
            Err(format!("fill {v} is not within 0.05 … 1"))
        }
    }
}

impl Op for Place {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        study.fill = self.fill.map(|s| s.0).or(study.fill);
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        scene.target().map(|_| ())
    }
}

/// How an output wants the product placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placing {
    /// The photograph as it is, every pixel.
    Source,
    /// A frame of this size.
    Fixed {
        /// The frame.
        size: Size,
        /// Share of the frame that the product's box takes in its tighter direction.
        fill: f64,
        /// 0 is the top, 1 the bottom.
        vertical: f64,
    },
    /// A frame as wide and high as the product needs, with this long side.
    LongSide {
        /// Pixels of the longer side.
        pixels: u32,
        /// Share of each side that the product's box takes.
        fill: f64,
    },
}

/// The frame of an output.
#[must_use]
pub fn frame(study: &Study, placing: Placing) -> Frame {
    let product = study.product_or_whole();
    let share = |fill: f64| study.fill.unwrap_or(fill).clamp(0.05, 1.0);
    match placing {
        Placing::Source => study.photo,
        Placing::Fixed { size, fill, vertical } => fixed(product, &study.cut, size, share(fill), vertical),
        Placing::LongSide { pixels, fill } => {
            let long = product.width.max(product.height);
            let side = |v: f64| ((f64::from(pixels) * v / long).round().max(1.0)) as u32;
            fixed(product, &study.cut, Size::new(side(product.width), side(product.height)), share(fill), 0.5)
        }
    }
}

fn fixed(product: Window, cut: &[Side], size: Size, fill: f64, vertical: f64) -> Frame {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let spans = |a: Side, b: Side| if cut.contains(&a) && cut.contains(&b) { 1.0 } else { fill };
    let scale_x = product.width / (width * spans(Side::Left, Side::Right));
    let scale_y = product.height / (height * spans(Side::Top, Side::Bottom));
    let scale = scale_x.max(scale_y);
    let (w, h) = (width * scale, height * scale);
    let x = along(product.x, product.width, w, 0.5, cut.contains(&Side::Left), cut.contains(&Side::Right));
    let y =
        along(product.y, product.height, h, vertical, cut.contains(&Side::Top), cut.contains(&Side::Bottom));
    Frame { window: Window { x, y, width: w, height: h }, size }
}

/// Start of a window of length `window` around a product, aligned, or flush with a side that is cut.
fn along(start: f64, length: f64, window: f64, align: f64, cut_start: bool, cut_end: bool) -> f64 {
    match (cut_start, cut_end) {
        (true, false) => start,
        (false, true) => start + length - window,
        _ => start - (window - length) * align,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCT: Window = Window { x: 100.0, y: 50.0, width: 200.0, height: 400.0 };

    #[test]
    fn fills_the_tighter_direction_and_centres() {
        let f = fixed(PRODUCT, &[], Size::new(1000, 1000), 0.8, 0.5);
        assert!((f.window.height - 500.0).abs() < 1e-9);
        assert!((f.window.y - 0.0).abs() < 1e-9 && (f.window.x + 50.0).abs() < 1e-9, "{f:?}");
    }

    #[test]
    fn a_cut_side_is_flush() {
        let f = fixed(PRODUCT, &[Side::Bottom], Size::new(1000, 1000), 0.8, 0.5);
        assert!((f.window.y + f.window.height - 450.0).abs() < 1e-9);
        let both = fixed(PRODUCT, &[Side::Top, Side::Bottom], Size::new(1000, 1000), 0.8, 0.5);
        assert!((both.window.height - 400.0).abs() < 1e-9 && (both.window.y - 50.0).abs() < 1e-9);
    }
}
