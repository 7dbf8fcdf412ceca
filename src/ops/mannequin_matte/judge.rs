//! How far the edge between cloth and mannequin may be trusted: it is no better than the difference of the two.

use super::signs::Logs;
use crate::ops::field::{Field, Mask, box_mean, dilate, erode, sample};
use crate::ops::luminance;

/// Radius in pixels of the windows in which both sides are compared.
const AROUND: usize = 5;
/// Pixels of the edge itself on either side, which are mixtures.
const EDGE: usize = 1;
/// Log luma and log chroma below which two surfaces look alike.
const ALIKE: [f32; 2] = [0.12, 0.03];

/// The edge between garment and mannequin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    /// Pixels of it.
    pub(super) length: usize,
    /// Share of them on both sides of which the colours are nearly the same.
    pub(super) alike: f32,
}

/// Looks along the edge of `garment` and `mannequin`.
pub(super) fn edge(logs: &Logs, garment: &Mask, mannequin: &Mask) -> Edge {
    let on = Mask::from_fn(garment.size(), {
        let beside = dilate(mannequin, 1);
        move |x, y| garment.at(x, y) && beside.at(x, y)
    });
    let length = on.count();
    let [cloth, form] = [garment, mannequin].map(|mask| Side::of(logs, &erode(mask, EDGE)));
    let places = sample(&on);
    let alike = |(x, y): &&(usize, usize)| match (cloth.at(*x, *y), form.at(*x, *y)) {
        (Some(a), Some(b)) => {
            let [r, g, b]: [f32; 3] = std::array::from_fn(|c| a[c] - b[c]);
            luminance([r, g, b]).abs() < ALIKE[0] && (r - g).hypot(b - g) < ALIKE[1]
        }
        _ => false,
    };
    let count = places.iter().filter(alike).count();
    Edge { length, alike: count as f32 / places.len().max(1) as f32 }
}

/// Mean log colours of one side's pixels in the window around each place.
struct Side {
    sums: [Field; 3],
    weight: Field,
}

impl Side {
    fn of(logs: &Logs, mask: &Mask) -> Self {
        let one = |x, y| f32::from(u8::from(mask.at(x, y)));
        let weight = box_mean(&Field::from_fn(mask.size(), one), AROUND);
        let sums = logs
            .log
            .each_ref()
            .map(|plane| box_mean(&Field::from_fn(mask.size(), |x, y| one(x, y) * plane.at(x, y)), AROUND));
        Self { sums, weight }
    }

    fn at(&self, x: usize, y: usize) -> Option<[f32; 3]> {
        let weight = self.weight.at(x, y);
        (weight > 0.02).then(|| self.sums.each_ref().map(|s| s.at(x, y) / weight))
    }
}
