//! Where the product goes in an output's frame: the one place where fill, margins and alignment become
//! numbers. Pure geometry; it resamples nothing.

use super::{Align, Axis, Frame, OutputSpec};
use crate::image::{Size, Window};

/// An output's size and where the product's box lands in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Size of the output.
    pub frame: Size,
    /// The product's box in the output, in pixels; its edges need not be whole.
    pub product: Window,
    /// Output pixels to a source pixel; above 1 the picture is enlarged.
    pub scale: f64,
}

impl OutputSpec {
    /// Places a product whose box in the photograph is `width` by `height`. `None` where the output is the
    /// photograph's own frame, or where the box is empty.
    #[must_use]
    pub fn place(&self, width: f64, height: f64) -> Option<Placement> {
        if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
            return None;
        }
        let frame = match self.frame {
            Frame::Fixed(size) => size,
            Frame::LongSide(side) => self.frame_around(width, height, side),
            Frame::Source => return None,
        };
        let (fw, fh) = (f64::from(frame.width), f64::from(frame.height));
        let (room_w, room_h) = (fw * self.room_across(), fh * self.room_down());
        let (by_width, by_height) = (room_w / width, room_h / height);
        let share = self.share();
        let wanted = match self.fill.map_or(Axis::Both, |f| f.axis) {
            Axis::Both => (share * fw / width).min(share * fh / height),
            Axis::Width => share * fw / width,
            Axis::Height => share * fh / height,
        };
        let scale = wanted.min(by_width).min(by_height);
        let (w, h) = (width * scale, height * scale);
        let left = fw * f64::from(self.margins.left) + (room_w - w) / 2.0;
        let top = fh * f64::from(self.margins.top);
        let y = match self.align {
            Align::Centre => top + (room_h - h) / 2.0,
            Align::Top => top,
            Align::Bottom => top + room_h - h,
        };
        Some(Placement { frame, product: Window { x: left, y, width: w, height: h }, scale })
    }

    /// The frame with the product crop's aspect, once fill and margins are added around it.
    fn frame_around(&self, width: f64, height: f64, side: u32) -> Size {
        let share = self.share();
        let (w, h) = (width / share.min(self.room_across()), height / share.min(self.room_down()));
        let round = |short: f64, long: f64| ((f64::from(side) * short / long).round() as u32).max(1);
        if w >= h { Size::new(side, round(h, w)) } else { Size::new(round(w, h), side) }
    }

    fn share(&self) -> f64 {
        self.fill.map_or(1.0, |f| f64::from(f.share))
    }

    fn room_across(&self) -> f64 {
        1.0 - f64::from(self.margins.left) - f64::from(self.margins.right)
    }

    fn room_down(&self) -> f64 {
        1.0 - f64::from(self.margins.top) - f64::from(self.margins.bottom)
    }
}
