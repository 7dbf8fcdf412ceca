//! The analysis in progress: the proxy, and the numbers decided so far.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Frame;
use super::band::Trimap;
use super::flat_field::Flat;
use super::ghost_merge::record::Merge;
use super::plate::Extra;
use super::resample::Active;
use super::swatch_match::Swatch;
use crate::image::{Plane, Size, Window};

/// Something a person should know before a picture is released.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flag {
    /// Stable name.
    pub code: &'static str,
    /// The reason, in plain words.
    pub reason: String,
}

/// A side of the photograph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Row 0.
    Top,
    /// Last column.
    Right,
    /// Last row.
    Bottom,
    /// Column 0.
    Left,
}

impl Side {
    /// All four, clockwise.
    pub const ALL: [Self; 4] = [Self::Top, Self::Right, Self::Bottom, Self::Left];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Right => "right",
            Self::Bottom => "bottom",
            Self::Left => "left",
        }
    }
}

/// What is certain of a product, on a small picture: a [`Format::Gray`](crate::image::Format::Gray) plane of
/// 0 backdrop, 1 product, ½ neither.
#[derive(Clone, Debug)]
pub struct Certain {
    /// It.
    pub plane: Plane,
    /// Where it lies in the photograph.
    pub frame: Frame,
}

/// What the host knows of one photograph: a small proxy of it, and numbers decided on it.
#[derive(Debug)]
pub struct Study {
    /// The decoded photograph's frame.
    pub photo: Frame,
    /// The proxy's frame: the same window, at most about 1024 pixels long.
    pub proxy_frame: Frame,
    /// The proxy: linear working light, premultiplied, after the ops analysed so far.
    pub proxy: Plane,
    /// The empty set.
    pub plate: Option<Extra>,
    /// The product before another backdrop, and that empty set.
    pub second: Option<[Extra; 2]>,
    /// The gain by place that evens all of these photographs, once one has been found.
    pub flat: Option<Flat>,
    /// What the ops analysed so far have multiplied the light by.
    pub gain: [f32; 3],
    /// Whether the photograph brought its own alpha.
    pub has_alpha: bool,
    /// Where the product is, in photograph pixels, once it has been found.
    pub product: Option<Window>,
    /// Everything that is not certainly backdrop, in photograph pixels, once it has been found.
    pub visible: Option<Window>,
    /// The channel (1 green, 2 blue) and the light of a screen whose spill is to be taken off.
    pub screen: Option<(usize, [f32; 3])>,
    /// Share of the frame for the product, where the recipe overrides the outputs.
    pub fill: Option<f64>,
    /// Sides of the photograph that cut the product.
    pub cut: Vec<Side>,
    /// Grids of the matte, once it has been analysed.
    pub matte: Option<super::backdrop_matte::Matte>,
    /// The garment on its mannequin, once they have been told apart.
    pub worn: Option<super::mannequin_matte::Worn>,
    /// What is certain of the product, once it has been found.
    pub certain: Option<Certain>,
    /// What was known of every pixel before alpha was solved, where it was.
    pub trimap: Option<Arc<Trimap>>,
    /// The unknown band of the photograph, once it has been gathered.
    pub band: Option<super::band::Band>,
    /// The change that brings the product to its swatch, once it has been decided.
    pub swatch: Option<Swatch>,
    /// How inner shots are laid beneath the garment, once it has been decided.
    pub merge: Option<Merge>,
    /// Numbers by op, for the report.
    pub numbers: Map<String, Value>,
    /// Doubts.
    pub flags: Vec<Flag>,
}

impl Study {
    /// Notes an op's numbers for the report.
    pub fn note(&mut self, op: &str, numbers: impl Serialize) {
        let value = serde_json::to_value(numbers).unwrap_or(Value::Null);
        self.numbers.insert(op.into(), value);
    }

    /// Raises a flag.
    pub fn flag(&mut self, code: &'static str, reason: impl Into<String>) {
        self.flags.push(Flag { code, reason: reason.into() });
    }

    /// Size of the proxy.
    #[must_use]
    pub fn proxy_size(&self) -> Size {
        self.proxy_frame.size
    }

    /// The part of a frame in which anything can be seen once the product is matted; all of it before.
    #[must_use]
    pub fn active(&self, frame: &Frame) -> Active {
        let Some(part) = self.visible.filter(|_| self.matte.is_some()) else {
            return Active::all(frame.size);
        };
        let window = Frame { window: part, size: frame.size }.window_in(frame);
        let span = |start: f64, length: f64, limit: u32| {
            let limit = f64::from(limit);
            let lo = (start.floor() - 1.0).clamp(0.0, limit);
            [lo as u32, (start + length + 1.0).ceil().clamp(lo, limit) as u32]
        };
        Active {
            columns: span(window.x, window.width, frame.size.width),
            rows: span(window.y, window.height, frame.size.height),
        }
    }

    /// Where the product is, or the whole photograph.
    #[must_use]
    pub fn product_or_whole(&self) -> Window {
        self.product.unwrap_or(self.photo.window)
    }
}

impl Study {
    /// Multiplies the proxies' channels: all photographs are of one light.
    pub fn apply_gain(&mut self, gain: [f32; 3]) {
        self.gain.iter_mut().zip(gain).for_each(|(all, g)| *all *= g);
        multiply(&mut self.proxy, gain);
        let extras = self.plate.iter_mut().chain(self.second.iter_mut().flatten());
        extras.for_each(|extra| multiply(&mut extra.proxy, gain));
    }

    /// Evens the proxies: all photographs are of one set.
    pub fn flatten(&mut self, flat: Flat) {
        flat.even(&mut self.proxy, &self.proxy_frame);
        let extras = self.plate.iter_mut().chain(self.second.iter_mut().flatten());
        for extra in extras {
            let frame = Frame { size: extra.proxy.size(), ..self.proxy_frame };
            flat.even(&mut extra.proxy, &frame);
        }
        self.flat = Some(flat);
    }

    /// Brings a picture of one of the photographs, at `frame`, to the light of the ops analysed so far.
    pub fn light(&self, picture: &mut Plane, frame: &Frame) {
        if let Some(flat) = &self.flat {
            flat.even(picture, frame);
        }
        multiply(picture, self.gain);
    }

    /// The gain that an op noted; 1 where it noted none.
    #[must_use]
    pub fn gain_of(&self, op: &str) -> [f32; 3] {
        let noted = self.numbers.get(op).and_then(|n| n.get("gain")).and_then(Value::as_array);
        let at = |c: usize| noted.and_then(|g| g.get(c)).and_then(Value::as_f64).map_or(1.0, |v| v as f32);
        [at(0), at(1), at(2)]
    }

    /// Median colour of the border ring, if its sides agree; `None` for a cut-out or an uneven border.
    #[must_use]
    pub fn border_colour(&self) -> Option<[f32; 3]> {
        if self.has_alpha {
            return None;
        }
        let size = self.proxy.size();
        let ring = (size.width.min(size.height) / 32).max(1);
        let sides = Side::ALL.map(|side| self.side_median(side, ring));
        let level = |c: &[f32; 3]| super::luminance(*c);
        let mut order: Vec<usize> = (0..4).collect();
        order.sort_by(|a, b| level(&sides[*b]).total_cmp(&level(&sides[*a])));
        let (first, second) = (sides[order[0]], sides[order[1]]);
        let agree = first.iter().zip(second).all(|(a, b)| (a - b).abs() <= 0.25 * a.max(b) + 0.01);
        agree.then(|| [0, 1, 2].map(|c| 0.5 * (first[c] + second[c])))
    }

    fn side_median(&self, side: Side, ring: u32) -> [f32; 3] {
        let (width, height) = (self.proxy.size().width as usize, self.proxy.size().height as usize);
        let ring = ring as usize;
        let (xs, ys) = match side {
            Side::Top => (0..width, 0..ring),
            Side::Bottom => (0..width, height - ring..height),
            Side::Left => (0..ring, 0..height),
            Side::Right => (width - ring..width, 0..height),
        };
        let runs = &self.proxy.floats()[4 * width * ys.start..4 * width * ys.end];
        [0, 1, 2].map(|c| {
            let mut values: Vec<f32> = Vec::with_capacity(xs.len() * ys.len());
            for run in runs.chunks_exact(width).skip(c).step_by(4) {
                values.extend_from_slice(&run[xs.clone()]);
            }
            let middle = values.len() / 2;
            *values.select_nth_unstable_by(middle, f32::total_cmp).1
        })
    }

    /// Mean colour of a patch given in photograph pixels; `None` where it is empty, black or clipped.
    #[must_use]
    pub fn patch_mean(&self, [x, y, w, h]: [f64; 4]) -> Option<[f32; 3]> {
        let to_proxy = self.photo.map_to(&self.proxy_frame);
        let (sx, sy) = (f64::from(to_proxy[0]), f64::from(to_proxy[2]));
        let Size { width, height } = self.proxy.size();
        let span = |start: f64, length: f64, scale: f64, limit: u32| {
            let lo = (start * scale).ceil().clamp(0.0, f64::from(limit)) as u32;
            let hi = ((start + length) * scale).floor().clamp(0.0, f64::from(limit)) as u32;
            lo..hi
        };
        let (xs, ys) = (span(x, w, sx, width), span(y, h, sy, height));
        let mut sum = [0.0_f64; 3];
        let mut count = 0.0;
        for p in ys.flat_map(|y| xs.clone().map(move |x| (x, y))).map(|(x, y)| self.proxy.rgba_at(x, y)) {
            (0..3).for_each(|c| sum[c] += f64::from(p[c]));
            count += 1.0;
        }
        let mean = sum.map(|s| (s / f64::max(count, 1.0)) as f32);
        (count > 0.0 && mean.iter().all(|v| (0.01..0.98).contains(v))).then_some(mean)
    }
}

fn multiply(proxy: &mut Plane, gain: [f32; 3]) {
    let width = (proxy.size().width as usize).max(1);
    for row in proxy.floats_mut().chunks_exact_mut(4 * width) {
        for (run, g) in row.chunks_exact_mut(width).zip(gain) {
            run.iter_mut().for_each(|v| *v *= g);
        }
    }
}
