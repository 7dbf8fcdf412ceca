//! Garments of known shape for the tests, drawn as alphas of both shots.

use super::Affine;
use crate::image::Size;
use crate::ops::field::Field;

/// Size of the pictures.
pub(super) const SIZE: Size = Size::new(320, 400);

/// A picture of a region, each pixel the share of its 16 samples that lie inside.
pub(super) fn draw(size: Size, inside: impl Fn(f64, f64) -> bool) -> Field {
    Field::from_fn(size, |x, y| {
        let samples = (0..16).map(|k| (f64::from(k % 4), f64::from(k / 4)));
        let hits = samples.filter(|(i, j)| inside(x as f64 + (i + 0.5) / 4.0, y as f64 + (j + 0.5) / 4.0));
        hits.count() as f32 / 16.0
    })
}

/// A garment on a form: where it is, from the front and from within.
pub(super) trait Garment {
    /// The back edge at a column.
    fn back(&self, x: f64) -> f64;
    /// The whole worn garment, opening and all, below the back edge.
    fn whole(&self, x: f64, y: f64) -> bool;
    /// Mannequin that is seen.
    fn form(&self, x: f64, y: f64) -> bool;
    /// What the inner shot shows, in the front's places.
    fn panel(&self, x: f64, y: f64) -> bool {
        self.whole(x, y)
    }

    /// Alpha of the front, and where mannequin is.
    fn front(&self) -> (Field, Field) {
        (draw(SIZE, |x, y| self.whole(x, y) && !self.form(x, y)), draw(SIZE, |x, y| self.form(x, y)))
    }

    /// Alpha of the inner shot, taken through a map.
    fn inner(&self, size: Size, map: &Affine) -> Field {
        let back = map.inverse().unwrap_or(*map);
        draw(size, |x, y| {
            let [x, y] = back.apply([x, y]);
            self.panel(x, y)
        })
    }
}

/// A shirt with a round neck. Its left shoulder hangs by `lean`, and it has sleeves or not.
pub(super) struct Shirt {
    pub(super) lean: f64,
    pub(super) sleeves: bool,
}

impl Shirt {
    fn neck(x: f64) -> f64 {
        150.0 - 55.0 * ((x - 160.0) / 44.0).powi(2)
    }
}

impl Garment for Shirt {
    fn back(&self, x: f64) -> f64 {
        let d = x - 160.0;
        let lean = if d < 0.0 { 1.0 + self.lean } else { 1.0 };
        let out = (d.abs() - 34.0).max(0.0);
        92.0 + 5.0 * (1.0 - (d / 34.0).powi(2)).max(0.0) + lean * (0.28 * out + 0.002 * out * out)
    }

    fn whole(&self, x: f64, y: f64) -> bool {
        let d = (x - 160.0).abs();
        let half = if y < 200.0 && self.sleeves { 118.0 } else { 86.0 - 0.03 * (y - 200.0) };
        d < half && y > self.back(x) && y < 350.0
    }

    fn form(&self, x: f64, y: f64) -> bool {
        let d = (x - 160.0).abs();
        let neck = d < 27.0 && y > 30.0 && y < Self::neck(x);
        let arm = (d - 104.0).abs() < 10.0 && (200.0..380.0).contains(&y) && self.sleeves;
        neck || arm || (d < 70.0 && y >= 350.0)
    }
}

/// A skirt: a ring of cloth around the waist, seen from a little above. Its panel lies flat.
pub(super) struct Skirt;

impl Skirt {
    fn round(x: f64) -> f64 {
        (1.0 - ((x - 160.0) / 90.0).powi(2)).max(0.0).sqrt()
    }

    fn sides(x: f64, y: f64) -> bool {
        (x - 160.0).abs() < 90.0 + 0.15 * (y - 100.0) && y < 360.0
    }
}

impl Garment for Skirt {
    fn back(&self, x: f64) -> f64 {
        100.0 - 12.0 * Self::round(x)
    }

    fn whole(&self, x: f64, y: f64) -> bool {
        Self::sides(x, y) && y > self.back(x)
    }

    fn form(&self, x: f64, y: f64) -> bool {
        (x - 160.0).abs() < 84.0 && y < 100.0 + 24.0 * Self::round(x)
    }

    fn panel(&self, x: f64, y: f64) -> bool {
        Self::sides(x, y) && y > 100.0
    }
}

/// A hood around a face.
pub(super) struct Hood;

impl Garment for Hood {
    fn back(&self, _: f64) -> f64 {
        0.0
    }

    fn whole(&self, x: f64, y: f64) -> bool {
        let d = x - 160.0;
        let hood = (d / 50.0).powi(2) + ((y - 100.0) / 70.0).powi(2) < 1.0;
        let slope = if d < 0.0 { 0.3 } else { 0.4 };
        hood || (d.abs() < 110.0 && y > 150.0 + slope * d.abs() && y < 360.0)
    }

    fn form(&self, x: f64, y: f64) -> bool {
        ((x - 160.0) / 26.0).powi(2) + ((y - 105.0) / 48.0).powi(2) < 1.0
    }
}

/// A top without sleeves on a form with arms: the straps are all of its outline that is near the neck.
pub(super) struct Top;

impl Top {
    fn half(y: f64) -> f64 {
        if y < 140.0 { 56.0 } else { 56.0 + 24.0 * ((y - 140.0) / 50.0).min(1.0).powi(2) }
    }
}

impl Garment for Top {
    fn back(&self, x: f64) -> f64 {
        Shirt { lean: 0.12, sleeves: false }.back(x)
    }

    fn whole(&self, x: f64, y: f64) -> bool {
        (x - 160.0).abs() < Self::half(y) && y > self.back(x) && y < 350.0
    }

    fn form(&self, x: f64, y: f64) -> bool {
        let d = (x - 160.0).abs();
        let neck = d < 27.0 && y > 30.0 && y < Shirt::neck(x);
        let shoulder = d < 98.0 && y > self.back(x) + 2.0 && (d >= 84.0 || y < 185.0) && y < 330.0;
        neck || (shoulder && d >= Self::half(y)) || (d < 70.0 && y >= 350.0)
    }
}
