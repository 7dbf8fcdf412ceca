//! Reads a chart's patches from the full pixels, and says which reading is not to be trusted.
//!
//! Specks (dust, scratches, a mark) are left out by their distance from the median, then 10 % are trimmed at
//! either end. Never compares a patch with its reference colour.

use super::homography::Homography;
use super::{Chart, Doubt, Patch, Picture};

/// The part of a patch's width and height that is read: half of its area.
const CENTRAL: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// Pixels that are left between what is read and the patch's edge, for blur.
const MARGIN: f64 = 2.0;
/// Points along a patch's side at most: larger patches are read on a raster.
const RASTER: usize = 32;
/// Fewer pixels than this are no measurement.
const FEWEST: usize = 12;
/// Share of pixels at a channel's end that spoils a patch.
const CLIPPED: f64 = 0.05;
/// A pixel this far from the median, in that of the patch's brightest channel, may be a speck.
const SPECK: f64 = 0.1;
/// Share of specks that spoils a patch.
const SPECKS: f64 = 0.35;
/// Change of brightness across a patch, in its own plus a little of the chart's brightest.
const SLOPE: f64 = 0.35;
/// Standard deviation, likewise.
const ROUGH: f64 = 0.25;
/// Distance of mean and median, likewise: noise has none, a mark or a shadow's edge has.
const LOPSIDED: f64 = 0.035;
/// How much of the brightest patch is added to a dark patch's brightness before it is judged.
const VEIL: f64 = 0.04;

/// Where a chart lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    /// From column and row to pixels; patch centres are at whole numbers.
    pub(super) map: Homography,
    /// Share of a cell that its patch fills, along rows and columns.
    pub(super) fill: [f64; 2],
}

impl Fit {
    /// A patch's centre, in cells.
    pub(super) fn centre(chart: Chart, patch: usize) -> [f64; 2] {
        [(patch % chart.columns()) as f64, (patch / chart.columns()) as f64]
    }

    /// The outer corners of the corner patches, in pixels.
    pub(super) fn corners(&self, chart: Chart) -> Option<[[f64; 2]; 4]> {
        let mut out = [[0.0; 2]; 4];
        for (out, cell) in out.iter_mut().zip(Self::corner_cells(chart, self.fill)) {
            *out = self.map.map(cell)?;
        }
        Some(out)
    }

    /// The same in cells.
    pub(super) fn corner_cells(chart: Chart, fill: [f64; 2]) -> [[f64; 2]; 4] {
        let (x, y) = ((chart.columns() - 1) as f64, (chart.rows() - 1) as f64);
        let [a, b] = fill.map(|fill| 0.5 * fill);
        [[-a, -b], [x + a, -b], [x + a, y + b], [-a, y + b]]
    }

    /// The shortest step from a patch to the next, in pixels.
    pub(super) fn pitch(&self, chart: Chart) -> f64 {
        (0..chart.patches())
            .map(|patch| {
                let steps = self.map.steps(Self::centre(chart, patch));
                steps.map_or(0.0, |steps| steps.map(|s| s[0].hypot(s[1])).into_iter().fold(1e9, f64::min))
            })
            .fold(1e9, f64::min)
    }
}

impl Picture<'_> {
    /// Light at a point, between the four nearest pixels; `None` outside.
    pub(super) fn at(&self, [x, y]: [f64; 2]) -> Option<[f64; 3]> {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64;
        if !inside {
            return None;
        }
        let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
        let (i, j) = (x as usize, y as usize);
        let (fx, fy) = (x - i as f64, y - j as f64);
        let (i1, j1) = ((i + 1).min(self.width - 1), (j + 1).min(self.height - 1));
        let [a, b, c, d] = [self.pixel(i, j)?, self.pixel(i1, j)?, self.pixel(i, j1)?, self.pixel(i1, j1)?];
        Some(std::array::from_fn(|k| {
            let (top, bottom) = (a[k] + (b[k] - a[k]) * fx, c[k] + (d[k] - c[k]) * fx);
            top + (bottom - top) * fy
        }))
    }

    /// A pixel's light; what is not a number is 0.
    fn pixel(&self, x: usize, y: usize) -> Option<[f64; 3]> {
        let rgb = self.rgb.get(y * self.width + x)?;
        Some(rgb.map(|v| if v.is_finite() { f64::from(v) } else { 0.0 }))
    }
}

/// Reads every patch and doubts those that speak against themselves.
pub(super) fn patches(picture: &Picture<'_>, chart: Chart, fit: &Fit) -> Vec<Patch> {
    let read: Vec<Reading> = (0..chart.patches()).map(|patch| read(picture, chart, fit, patch)).collect();
    let brightest = read.iter().map(|read| brightness(read.patch.rgb)).fold(0.0, f64::max);
    read.iter().map(|read| Patch { doubt: doubt(read, brightest), ..read.patch }).collect()
}

fn brightness(rgb: [f64; 3]) -> f64 {
    rgb.iter().sum::<f64>() / 3.0
}

fn doubt(reading: &Reading, brightest: f64) -> Option<Doubt> {
    let Reading { patch, specks, lopsided } = reading;
    let own = brightness(patch.rgb).max(0.0);
    let unit = 1.0 / (own + VEIL * brightest).max(1e-9);
    let rough = patch.sigma.iter().sum::<f64>() / 3.0;
    if patch.pixels < FEWEST {
        Some(Doubt::Small)
    } else if patch.clipped > CLIPPED {
        Some(Doubt::Clipped)
    } else if patch.slope * own * unit > SLOPE {
        Some(Doubt::Glare)
    } else if *specks > SPECKS || rough * unit > ROUGH || lopsided * unit > LOPSIDED {
        Some(Doubt::Uneven)
    } else {
        None
    }
}

/// A patch before it is judged.
struct Reading {
    patch: Patch,
    /// Share of specks.
    specks: f64,
    /// The largest distance of a channel's mean from its median, in light.
    lopsided: f64,
}

fn read(picture: &Picture<'_>, chart: Chart, fit: &Fit, patch: usize) -> Reading {
    let all = raster(picture, fit, Fit::centre(chart, patch));
    if all.is_empty() {
        return Reading { patch: Patch::default(), specks: 0.0, lopsided: 0.0 };
    }
    let count = all.len() as f64;
    let ends = |(_, rgb): &&([f64; 2], [f64; 3])| rgb.iter().any(|v| *v <= 0.002 || *v >= 0.98);
    let typical: [(f64, f64); 3] =
        std::array::from_fn(|c| middle(all.iter().map(|(_, rgb)| rgb[c]).collect()));
    let floor = SPECK * typical.iter().map(|(median, _)| median.abs()).fold(1e-3, f64::max);
    let kept: Vec<_> = all
        .iter()
        .filter(|(_, rgb)| {
            rgb.iter()
                .zip(typical)
                .all(|(v, (median, spread))| (v - median).abs() <= (3.5 * spread).max(floor))
        })
        .copied()
        .collect();
    let clipped = kept.iter().filter(ends).count() as f64 / kept.len().max(1) as f64;
    let mut out = Patch { clipped, slope: slope(&kept), pixels: all.len(), ..Patch::default() };
    for c in 0..3 {
        let mut values: Vec<f64> = kept.iter().map(|(_, rgb)| rgb[c]).collect();
        values.sort_by(f64::total_cmp);
        (out.rgb[c], out.sigma[c]) = trimmed(&values);
    }
    let lopsided = (0..3).map(|c| (out.rgb[c] - typical[c].0).abs()).fold(0.0, f64::max);
    Reading { patch: out, specks: 1.0 - kept.len() as f64 / count, lopsided }
}

/// The pixels of the patch's central part, with their places: the whole patch goes from -1 to 1.
fn raster(picture: &Picture<'_>, fit: &Fit, centre: [f64; 2]) -> Vec<([f64; 2], [f64; 3])> {
    let Some(steps) = fit.map.steps(centre) else { return Vec::new() };
    let sides: [f64; 2] = std::array::from_fn(|k| fit.fill[k] * steps[k][0].hypot(steps[k][1]));
    let share = sides.map(|side| (1.0 - 2.0 * MARGIN / side.max(1.0)).clamp(0.4, CENTRAL));
    let half = fit.fill.map(|fill| 0.5 * fill);
    let counts = [0, 1].map(|k| ((share[k] * sides[k]).min(RASTER as f64).round() as usize).max(1));
    let mut out = Vec::with_capacity(counts[0] * counts[1]);
    for j in 0..counts[1] {
        for i in 0..counts[0] {
            let place = [(i, counts[0]), (j, counts[1])].map(|(k, n)| (2 * k + 1) as f64 / n as f64 - 1.0);
            let place = [share[0] * place[0], share[1] * place[1]];
            let cell = [centre[0] + half[0] * place[0], centre[1] + half[1] * place[1]];
            let pixel = fit.map.map(cell).filter(|at| at.iter().all(|v| *v >= 0.0));
            let pixel = pixel.filter(|at| at[0] < picture.width as f64);
            out.extend(
                pixel.and_then(|[x, y]| picture.pixel(x as usize, y as usize)).map(|rgb| (place, rgb)),
            );
        }
    }
    out
}

/// Median, and the deviation that a normal spread of the same quartiles would have.
fn middle(mut values: Vec<f64>) -> (f64, f64) {
    let at = values.len() / 2;
    let median = *values.select_nth_unstable_by(at, f64::total_cmp).1;
    values.iter_mut().for_each(|v| *v = (*v - median).abs());
    (median, 1.4826 * *values.select_nth_unstable_by(at, f64::total_cmp).1)
}

/// Mean of the middle 80 % of sorted values, and the standard deviation of all.
fn trimmed(sorted: &[f64]) -> (f64, f64) {
    let cut = sorted.len() / 10;
    let kept = &sorted[cut..sorted.len() - cut];
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
    let all = mean(sorted);
    let squares = sorted.iter().map(|v| (v - all) * (v - all)).sum::<f64>() / sorted.len().max(1) as f64;
    (mean(kept), squares.sqrt())
}

/// Relative change of brightness across the whole patch, from the plane through its central part.
fn slope(pixels: &[([f64; 2], [f64; 3])]) -> f64 {
    let n = pixels.len().max(1) as f64;
    let mean = pixels.iter().map(|(_, rgb)| brightness(*rgb)).sum::<f64>() / n;
    // Places are a symmetric raster, so the plane's two slopes do not mix.
    let along = |k: usize| {
        let (up, square) = pixels.iter().fold((0.0, 0.0), |(up, square), (place, rgb)| {
            (up + place[k] * (brightness(*rgb) - mean), square + place[k] * place[k])
        });
        if square > 0.0 { up / square } else { 0.0 }
    };
    if mean > 1e-6 { 2.0 * along(0).hypot(along(1)) / mean } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Patches 20 pixels apart, upright; `light` says what a pixel shows.
    fn read_all(light: impl Fn(usize, usize) -> [f32; 3]) -> Vec<Patch> {
        let (width, height) = (120, 80);
        let rgb: Vec<_> = (0..width * height).map(|at| light(at % width, at / width)).collect();
        let map = Homography([[20.0, 0.0, 10.0], [0.0, 20.0, 10.0], [0.0, 0.0, 1.0]]);
        patches(&Picture { width, height, rgb: &rgb }, Chart::Classic24, &Fit { map, fill: [0.8; 2] })
    }

    #[test]
    fn flat_patches_are_read_as_they_are() {
        let shade = |x: usize, y: usize| [0.02 + 0.1 * (x / 20) as f32, 0.1 + 0.2 * (y / 20) as f32, 0.5];
        for (at, patch) in read_all(shade).iter().enumerate() {
            let truth = shade(at % 6 * 20, at / 6 * 20).map(f64::from);
            assert!(patch.rgb.iter().zip(truth).all(|(a, b)| (a - b).abs() < 1e-6));
            assert_eq!((patch.doubt, patch.clipped, patch.pixels), (None, 0.0, 121));
            assert!(patch.slope < 1e-6 && patch.sigma.iter().all(|s| *s < 1e-6));
        }
    }

    #[test]
    fn slopes_ends_specks_and_marks_are_told() {
        let all = read_all(|x, y| match (y / 20, x / 20) {
            // Brightness rises by 0.1 from edge to edge of a 16-pixel patch.
            (0, 0) => [0.5 + 0.1 * (x as f32 + 0.5 - 10.0) / 16.0; 3],
            (0, 1) => [0.5 + 0.6 * (x as f32 + 0.5 - 30.0) / 16.0; 3],
            (0, 2) => [0.99, 0.5, 0.5],
            (0, 3) => [0.5, 0.001, 0.5],
            (0, 4) if (x + y) % 9 == 0 => [0.9, 0.0, 0.9],
            (0, 5) if y % 20 < 10 => [0.1, 0.6, 0.9],
            _ => [0.5; 3],
        });
        assert!((all[0].slope - 0.2).abs() < 0.03 && all[0].doubt.is_none(), "{:?}", all[0]);
        let doubts = [1, 2, 3, 5].map(|at| all[at].doubt);
        assert_eq!(doubts, [Doubt::Glare, Doubt::Clipped, Doubt::Clipped, Doubt::Uneven].map(Some));
        assert!((all[2].clipped, all[3].clipped) == (1.0, 1.0));
        assert!(all[4].doubt.is_none() && all[4].rgb.iter().all(|v| (v - 0.5).abs() < 1e-6), "{:?}", all[4]);
    }

    #[test]
    fn what_is_small_or_outside_is_doubted() {
        let picture = Picture { width: 12, height: 8, rgb: &[[0.5; 3]; 96] };
        for map in [
            Homography([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0], [0.0, 0.0, 1.0]]),
            Homography([[20.0, 0.0, -900.0], [0.0, 20.0, 10.0], [0.0, 0.0, 1.0]]),
            Homography([[f64::NAN; 3]; 3]),
        ] {
            let all = patches(&picture, Chart::Classic24, &Fit { map, fill: [0.8; 2] });
            assert!(all.iter().all(|patch| patch.doubt == Some(Doubt::Small)));
        }
    }
}
