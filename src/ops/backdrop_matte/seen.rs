//! The backdrop as it is seen, with its shadow: filled in behind the product from what surrounds it.

use super::photo::Photo;
use crate::ops::field::{
    Adder, Cells, Field, Mask, enlarge, exp, ln, median, push_pull, quantile, sample, wide,
};
use crate::ops::luminance;

/// Log2 of the width of the fill's cells.
const SHIFT: u32 = 2;
/// Pixels of certain backdrop at which a cell trusts itself alone.
const FULL: f32 = 8.0;
/// Rank of the log luma that counts as unshaded.
const UNSHADED: f32 = 0.7;
/// Log light above which a camera's curve has left little of tint and grain: ln 0.8.
const CLIPPED: f32 = -0.223;
/// Least deviation of the backdrop from its fill, in logarithms.
const LEAST_NOISE: f32 = 0.004;

/// Log colours of the certain backdrop, summed over small cells; backdrop may be added pixel by pixel.
pub(super) struct Sums {
    colour: Cells<3>,
    weight: Field,
    veil: f32,
}

impl Sums {
    pub(super) fn of(photo: &Photo, backdrop: &Mask) -> Self {
        let [r, g, b, weight] = add_up(photo, backdrop).planes;
        Self {
            colour: Cells { planes: [r, g, b], shift: SHIFT, full: photo.size() },
            weight,
            veil: photo.veil,
        }
    }

    /// Adds a pixel to the backdrop.
    pub(super) fn add(&mut self, photo: &Photo, x: usize, y: usize) {
        let (column, row) = (x >> SHIFT, y >> SHIFT);
        for (plane, log) in self.colour.planes.iter_mut().zip(&photo.log) {
            plane.row_mut(row)[column] += log.at(x, y);
        }
        self.weight.row_mut(row)[column] += 1.0;
    }

    /// The backdrop with its holes filled.
    pub(super) fn fill(&self) -> Seen {
        Seen::new(push_pull(self.colour.clone(), &self.weight, FULL), &self.weight, self.veil)
    }
}

wide! {
    fn add_up(photo: &Photo, backdrop: &Mask) -> Cells<4> {
        let mut adder = Adder::<4>::new(photo.size(), SHIFT);
        for y in 0..photo.size().height as usize {
            let [r, g, b, weight] = adder.row();
            weight.iter_mut().zip(backdrop.row(y)).for_each(|(w, k)| *w = f32::from(u8::from(*k)));
            for (row, log) in [r, g, b].into_iter().zip(&photo.log) {
                row.iter_mut().zip(log.row(y)).zip(&*weight).for_each(|((o, l), w)| *o = l * w);
            }
            adder.add();
        }
        adder.finish()
    }
}

/// The filled backdrop in cells of 4 × 4 pixels.
pub(super) struct Seen {
    /// Log colour.
    pub(super) log: Cells<3>,
    /// ln of its luminance, ln of red over green and of blue over green, and the luma-weighted mean of the
    /// log colour.
    shape: Cells<4>,
    /// Mean log colour that counts as unshaded.
    unshaded: f32,
}

/// How a pixel differs from the backdrop, in logarithms, and how dark the backdrop is there.
#[derive(Clone, Copy)]
pub(super) struct Delta {
    /// Of luma.
    pub(super) luma: f32,
    /// Of red over green.
    pub(super) red: f32,
    /// Of blue over green.
    pub(super) blue: f32,
    /// How far below the unshaded backdrop the seen one is: at most 0.
    pub(super) shade: f32,
}

impl Seen {
    fn new(log: Cells<3>, weight: &Field, veil: f32) -> Self {
        let size = weight.size();
        let mut planes: [Field; 4] = std::array::from_fn(|_| Field::new(size));
        derive(&log.planes, &mut planes);
        let [.., mean] = &planes;
        let half = (1 << (2 * SHIFT - 1)) as f32;
        let covered = |least: f32| -> Vec<f32> {
            let cells = mean.values().iter().zip(weight.values());
            cells.filter(|(_, w)| **w >= least).map(|(m, _)| *m).collect()
        };
        let unshaded =
            quantile(&mut covered(half), UNSHADED).or_else(|| quantile(&mut covered(1.0), UNSHADED));
        let shape = Cells { planes, shift: log.shift, full: log.full };
        Self { log, shape, unshaded: unshaded.unwrap_or(0.0) + veil }
    }

    /// How a pixel of the photograph differs from the backdrop.
    #[inline(always)]
    pub(super) fn delta(&self, photo: &Photo, x: usize, y: usize) -> Delta {
        let [luma, red, blue, mean] = self.shape.at(x, y);
        Delta {
            luma: photo.luma.at(x, y) - luma,
            red: photo.red.at(x, y) - red,
            blue: photo.blue.at(x, y) - blue,
            shade: (mean - self.unshaded).min(0.0),
        }
    }

    /// How dark the backdrop is at a pixel: at most 0.
    #[inline(always)]
    pub(super) fn shade(&self, x: usize, y: usize) -> f32 {
        (self.shape.at(x, y)[3] - self.unshaded).min(0.0)
    }

    /// The darkest shade of the filled backdrop.
    pub(super) fn darkest(&self) -> f32 {
        let [.., mean] = &self.shape.planes;
        mean.values().iter().fold(0.0_f32, |d, m| d.min(m - self.unshaded))
    }

    /// Whether most of the certain backdrop is clipped or nearly so; also where there is none.
    pub(super) fn clipped(&self, backdrop: &Mask) -> bool {
        let certain = sample(backdrop);
        let [r, g, b] = &self.log.planes;
        let bright = |(x, y): &&(usize, usize)| {
            let (x, y) = (x >> SHIFT, y >> SHIFT);
            [r, g, b].iter().all(|p| p.at(x, y) > CLIPPED)
        };
        2 * certain.iter().filter(bright).count() >= certain.len().max(1)
    }

    /// The four derived numbers a pixel: luma, red, blue and shade (at most 0).
    pub(super) fn shapes(&self) -> [Field; 4] {
        let mut shapes = self.shape.enlarge();
        shapes[3].values_mut().iter_mut().for_each(|m| *m = (*m - self.unshaded).min(0.0));
        shapes
    }

    /// Luma-weighted mean of the log colour, a number a pixel.
    pub(super) fn mean_log(&self) -> Field {
        let [.., mean] = &self.shape.planes;
        enlarge(mean, self.shape.shift, self.shape.full)
    }

    /// Robust deviations of the backdrop's pixels from the fill: luma, red, blue.
    pub(super) fn noise(&self, photo: &Photo, backdrop: &Mask) -> [f32; 3] {
        let deltas: Vec<Delta> = sample(backdrop).into_iter().map(|(x, y)| self.delta(photo, x, y)).collect();
        let spread = |part: fn(&Delta) -> f32| {
            let mut sizes: Vec<f32> = deltas.iter().map(|d| part(d).abs()).collect();
            (1.4826 * median(&mut sizes).unwrap_or(0.0)).max(LEAST_NOISE)
        };
        [spread(|d| d.luma), spread(|d| d.red), spread(|d| d.blue)]
    }
}

wide! {
    fn derive(log: &[Field; 3], shape: &mut [Field; 4]) {
        let [r, g, b] = log.each_ref().map(Field::values);
        let [luma, red, blue, mean] = shape.each_mut().map(Field::values_mut);
        let logs = r.iter().zip(g).zip(b);
        let shapes = luma.iter_mut().zip(red).zip(blue).zip(mean);
        for ((((luma, red), blue), mean), ((r, g), b)) in shapes.zip(logs) {
            *luma = ln(luminance([exp(*r), exp(*g), exp(*b)]).max(f32::MIN_POSITIVE));
            *red = r - g;
            *blue = b - g;
            *mean = luminance([*r, *g, *b]);
        }
    }
}
