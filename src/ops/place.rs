//! Where the product stands in an output: fill, margins, aspect, alignment.
//!
//! A side where the photograph itself cuts the product is set flush with the picture's edge: a cut limb or
//! hem that floats in white would show that something is missing.

use serde::{Deserialize, Serialize};

use super::{Frame, Op, OpDef, OpError, ParamDef, Scene, Side, Stage, Study, settings, within};
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
        within("fill", v, [0.05, 1.0]).map(Self)
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

/// Which side of the product the fill share speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Whichever side is larger relative to the frame.
    #[default]
    Both,
    /// Its width, unless its height would then leave the frame.
    Width,
    /// Its height, unless its width would then leave the frame.
    Height,
}

/// Where the product stands in the room that fill and margins leave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// In the middle both ways.
    #[default]
    Centre,
    /// In the middle, at the upper margin.
    Top,
    /// In the middle, standing on the lower margin.
    Bottom,
}

/// What stays free of product, as shares of the frame's width or height.
#[derive(Clone, Copy, Debug, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Margins {
    /// Of the height.
    pub top: f32,
    /// Of the width.
    pub right: f32,
    /// Of the height.
    pub bottom: f32,
    /// Of the width.
    pub left: f32,
}

/// The room that an output gives the product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Product side over frame side.
    pub share: f64,
    /// Which side that is.
    pub axis: Axis,
    /// Where the product stands.
    pub align: Align,
    /// What stays free.
    pub margins: Margins,
}

impl Default for Room {
    /// All of the frame.
    fn default() -> Self {
        Self { share: 1.0, axis: Axis::Both, align: Align::Centre, margins: Margins::default() }
    }
}

impl Room {
    fn across(&self) -> f64 {
        1.0 - f64::from(self.margins.left) - f64::from(self.margins.right)
    }

    fn down(&self) -> f64 {
        1.0 - f64::from(self.margins.top) - f64::from(self.margins.bottom)
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
        /// The product's room in it.
        room: Room,
    },
    /// A frame with the product's own aspect and this long side.
    LongSide {
        /// Pixels of the longer side.
        pixels: u32,
        /// The product's room in it.
        room: Room,
    },
}

/// The frame of an output.
#[must_use]
pub fn frame(study: &Study, placing: Placing) -> Frame {
    let found = study.product_or_whole();
    // A product of no extent would ask for endless enlargement.
    let product = Window { width: found.width.max(1.0), height: found.height.max(1.0), ..found };
    let own = |room: Room| Room { share: study.fill.unwrap_or(room.share), ..room };
    match placing {
        Placing::Source => study.photo,
        Placing::Fixed { size, room } => fixed(product, &study.cut, size, own(room)),
        Placing::LongSide { pixels, room } => {
            let room = own(room);
            fixed(product, &study.cut, around(product, pixels, room), room)
        }
    }
}

/// The size with the product's aspect once share and margins are added around it.
fn around(product: Window, long: u32, room: Room) -> Size {
    let (w, h) =
        (product.width / room.share.min(room.across()), product.height / room.share.min(room.down()));
    let round = |short: f64, side: f64| ((f64::from(long) * short / side).round() as u32).max(1);
    if w >= h { Size::new(long, round(h, w)) } else { Size::new(round(w, h), long) }
}

fn fixed(product: Window, cut: &[Side], size: Size, room: Room) -> Frame {
    let across = Axial {
        start: product.x,
        length: product.width,
        frame: f64::from(size.width),
        lead: f64::from(room.margins.left),
        room: room.across(),
        cut: [Side::Left, Side::Right].map(|s| cut.contains(&s)),
    };
    let down = Axial {
        start: product.y,
        length: product.height,
        frame: f64::from(size.height),
        lead: f64::from(room.margins.top),
        room: room.down(),
        cut: [Side::Top, Side::Bottom].map(|s| cut.contains(&s)),
    };
    let scale = match room.axis {
        Axis::Both => across.scale(room.share).max(down.scale(room.share)),
        Axis::Width => across.scale(room.share).max(down.scale(1.0)),
        Axis::Height => across.scale(1.0).max(down.scale(room.share)),
    };
    let vertical = match room.align {
        Align::Centre => 0.5,
        Align::Top => 0.0,
        Align::Bottom => 1.0,
    };
    let window = Window {
        x: across.begin(scale, 0.5),
        y: down.begin(scale, vertical),
        width: across.frame * scale,
        height: down.frame * scale,
    };
    Frame { window, size }
}

/// One direction of a placement.
struct Axial {
    /// The product in the photograph.
    start: f64,
    length: f64,
    /// Pixels of the frame, and which shares of them are margin and room.
    frame: f64,
    lead: f64,
    room: f64,
    /// Whether the photograph cuts the product at its start and its end.
    cut: [bool; 2],
}

impl Axial {
    /// Photograph pixels a frame pixel, so that the product takes `share` of the frame and stays in its room.
    fn scale(&self, share: f64) -> f64 {
        let share = if self.cut == [true, true] { 1.0 } else { share.min(self.room) };
        self.length / (self.frame * share)
    }

    /// Where the frame begins in the photograph.
    fn begin(&self, scale: f64, align: f64) -> f64 {
        let frame = self.frame * scale;
        match self.cut {
            [true, false] => self.start,
            [false, true] => self.start + self.length - frame,
            [true, true] => self.start - (frame - self.length) * 0.5,
            [false, false] => self.start - frame * self.lead - (frame * self.room - self.length) * align,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCT: Window = Window { x: 100.0, y: 50.0, width: 200.0, height: 400.0 };

    /// The product's box in the output.
    fn placed(width: f64, height: f64, room: Room) -> [f64; 4] {
        let product = Window { x: 7.0, y: 9.0, width, height };
        let f = fixed(product, &[], Size::new(100, 100), room);
        let k = 1.0 / f.scale();
        [(7.0 - f.window.x) * k, (9.0 - f.window.y) * k, width * k, height * k]
    }

    fn near(a: [f64; 4], b: [f64; 4]) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4), "{a:?} against {b:?}");
    }

    #[test]
    fn share_axis_align_and_margins_are_kept() {
        let room = |share| Room { share, ..Room::default() };
        near(placed(100.0, 200.0, room(0.8)), [30.0, 10.0, 40.0, 80.0]);
        near(placed(200.0, 100.0, Room { align: Align::Bottom, ..room(0.8) }), [10.0, 60.0, 80.0, 40.0]);
        near(placed(100.0, 200.0, Room { axis: Axis::Width, ..room(0.4) }), [30.0, 10.0, 40.0, 80.0]);
        near(placed(100.0, 200.0, Room { axis: Axis::Width, ..room(0.9) }), [25.0, 0.0, 50.0, 100.0]);
        let margins = Margins { top: 0.1, bottom: 0.3, ..Margins::default() };
        near(placed(100.0, 100.0, Room { margins, ..room(1.0) }), [20.0, 10.0, 60.0, 60.0]);
    }

    #[test]
    fn a_frame_around_the_product_has_its_aspect() {
        let tall = Window { x: 0.0, y: 0.0, width: 100.0, height: 200.0 };
        assert_eq!(around(tall, 800, Room::default()), Size::new(400, 800));
        assert_eq!(around(tall, 800, Room { share: 0.5, ..Room::default() }), Size::new(400, 800));
    }

    #[test]
    fn a_cut_side_is_flush() {
        let room = Room { share: 0.8, ..Room::default() };
        let f = fixed(PRODUCT, &[Side::Bottom], Size::new(1000, 1000), room);
        assert!((f.window.height - 500.0).abs() < 1e-9);
        assert!((f.window.y + f.window.height - 450.0).abs() < 1e-9);
        let both = fixed(PRODUCT, &[Side::Top, Side::Bottom], Size::new(1000, 1000), room);
        assert!((both.window.height - 400.0).abs() < 1e-9 && (both.window.y - 50.0).abs() < 1e-9);
    }
}
