//! A chart's patches as they lie on it: what they should be, what they were, what they became.
//!
//! A cell is the reference colour; on it the photograph's colour before (left) and after (right) the
//! calibration touch each other, so that the eye sees all three differences. Colours are drawn as given.

use super::canvas::{Area, Canvas};
use super::text::{Align, CAPITAL, Style, fitted};
use super::{INK, PALE, PAPER};

/// One patch of a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Its name.
    pub name: String,
    /// What it should be, in sRGB codes.
    pub reference: [u8; 3],
    /// What it was, in sRGB codes.
    pub before: [u8; 3],
    /// What it became, in sRGB codes.
    pub after: [u8; 3],
    /// CIEDE2000 from reference to before.
    pub de_before: f64,
    /// CIEDE2000 from reference to after.
    pub de_after: f64,
    /// Why the patch was left out of the calibration, in a word or two.
    pub left_out: Option<String>,
}

/// Side of a cell.
const CELL: usize = 112;
/// From one cell to the next.
const PITCH: usize = CELL + 8;
/// The border of the sheet.
const MARGIN: usize = 28;
/// Room for the title and the figures under it.
const HEAD: usize = 62;
/// Room for the legend.
const FOOT: usize = 46;
/// The least width, for the title.
const LEAST: usize = 640;
const LEGEND: &str = "frame: reference   left: before   right: after   number: ΔE2000 after";
/// The most cells a side that are drawn.
const MOST: usize = 40;

/// Draws patches (row by row) as a lattice of `rows` × `columns`, at most 40 each; spare patches are left
/// out, spare cells stay empty. Differences that are not finite count for no mean.
#[must_use]
pub fn patches(title: &str, rows: usize, columns: usize, patches: &[Patch]) -> Canvas {
    let (rows, columns) = (rows.min(MOST), columns.min(MOST));
    let lattice = (columns * PITCH).saturating_sub(PITCH - CELL);
    let size = [lattice.max(LEAST) + 2 * MARGIN, HEAD + rows * PITCH + FOOT + 2 * MARGIN];
    let mut canvas = Canvas::new(size[0], size[1], PAPER);
    let left = MARGIN as f64;
    let room = size[0] - 2 * MARGIN;
    canvas.text([left, left], &fitted(title, 2, room), Style::new(2, INK, Align::Left));
    canvas.text([left, left + 28.0], &figures(patches), Style::new(1, PALE, Align::Left));
    let from = [((size[0] - lattice.min(size[0])) / 2) as f64, (MARGIN + HEAD) as f64];
    for (i, patch) in patches.iter().take(rows * columns).enumerate() {
        let at = [from[0] + (i % columns * PITCH) as f64, from[1] + (i / columns * PITCH) as f64];
        cell(&mut canvas, Area::new(at[0], at[1], CELL as f64, CELL as f64), patch);
    }
    legend(&mut canvas, [from[0].min(left), from[1] + (rows * PITCH) as f64 + 14.0]);
    canvas
}

/// Mean and largest difference, before and after, of the patches that took part.
fn figures(patches: &[Patch]) -> String {
    let used = || patches.iter().filter(|p| p.left_out.is_none());
    let summary = |values: Vec<f64>| {
        let (mean, worst) = mean_and_max(&values);
        format!("mean {mean:.2}, max {worst:.2}")
    };
    let before = summary(used().map(|p| p.de_before).collect());
    let after = summary(used().map(|p| p.de_after).collect());
    let left_out = patches.len() - used().count();
    let rest = if left_out > 0 { format!(" ({left_out} left out)") } else { String::new() };
    format!("ΔE2000 before: {before}   after: {after}   {} patches{rest}", used().count())
}

fn mean_and_max(values: &[f64]) -> (f64, f64) {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let mean = finite.iter().sum::<f64>() / finite.len().max(1) as f64;
    (mean, finite.iter().copied().fold(0.0, f64::max))
}

fn cell(canvas: &mut Canvas, area: Area, patch: &Patch) {
    canvas.fill(area, patch.reference);
    canvas.frame(area, shaded(patch.reference));
    let ink = contrast(patch.reference);
    let (pad, room) = (9.0, CELL - 18);
    let name = Style::new(1, ink, Align::Left);
    canvas.text([area.x + pad, area.y + 8.0], &fitted(&patch.name, 1, room), name);
    let inset = Area::new(area.x + pad, area.y + 22.0, room as f64, area.height - 22.0 - 30.0);
    let half = inset.width / 2.0;
    canvas.fill(Area::new(inset.x, inset.y, half, inset.height), patch.before);
    canvas.fill(Area::new(inset.x + half, inset.y, half, inset.height), patch.after);
    let base = area.y + area.height - 8.0;
    if let Some(reason) = &patch.left_out {
        for ends in [[0.0, 1.0], [1.0, 0.0]] {
            let end = |t: f64, x: f64| [inset.x + x * inset.width, inset.y + t * inset.height];
            canvas.line(end(ends[0], 0.0), end(ends[1], 1.0), 1.4, contrast(patch.after));
        }
        canvas.text(
            [area.x + pad, base - CAPITAL],
            &fitted(reason, 1, room),
            Style::new(1, ink, Align::Left),
        );
        return;
    }
    let number = difference(patch.de_after);
    let right = area.x + area.width - pad;
    canvas.text([right, base - 2.0 * CAPITAL], &number, Style::new(2, ink, Align::Right));
}

/// A difference with two decimals, or fewer where it is large.
fn difference(value: f64) -> String {
    match value {
        v if !v.is_finite() => "-".into(),
        v if v < 99.5 => format!("{v:.2}"),
        v => format!("{:.0}", v.min(9999.0)),
    }
}

fn legend(canvas: &mut Canvas, at: [f64; 2]) {
    let key = Area::new(at[0], at[1], 26.0, 26.0);
    canvas.fill(key, [168, 168, 172]);
    let inner = Area::new(key.x + 6.0, key.y + 6.0, 7.0, 14.0);
    canvas.fill(inner, [120, 120, 126]);
    canvas.fill(Area { x: inner.x + 7.0, ..inner }, [214, 214, 217]);
    canvas.text([at[0] + 38.0, at[1] + 9.5], LEGEND, Style::new(1, PALE, Align::Left));
}

/// Black or white, whichever is read more easily on a colour.
fn contrast(colour: [u8; 3]) -> [u8; 3] {
    let light: f64 =
        colour.iter().zip([0.2126, 0.7152, 0.0722]).map(|(c, w)| w * f64::from(*c).powf(2.2)).sum();
    if light > 0.2 * 255.0_f64.powf(2.2) { [20; 3] } else { [244; 3] }
}

/// A colour a little darker, for an edge that shows on paper of any lightness.
fn shaded(colour: [u8; 3]) -> [u8; 3] {
    colour.map(|c| (f64::from(c) * 0.82) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(seed: u8) -> Patch {
        Patch {
            name: format!("P{seed}"),
            reference: [seed, 10, 20],
            before: [30, seed, 40],
            after: [50, 60, seed],
            de_before: f64::from(seed),
            de_after: 1.0,
            left_out: None,
        }
    }

    #[test]
    fn every_cell_shows_its_three_colours_exactly() {
        let list: Vec<Patch> = (100..106).map(patch).collect();
        let canvas = patches("t", 2, 3, &list);
        let from = [(canvas.width - (3 * PITCH - 8)) / 2, MARGIN + HEAD];
        for (i, p) in list.iter().enumerate() {
            let at = [from[0] + i % 3 * PITCH, from[1] + i / 3 * PITCH];
            let pixel = |x: usize, y: usize| {
                let start = 3 * ((at[1] + y) * canvas.width + at[0] + x);
                [canvas.rgb[start], canvas.rgb[start + 1], canvas.rgb[start + 2]]
            };
            assert_eq!(pixel(4, 50), p.reference);
            assert_eq!(pixel(30, 50), p.before);
            assert_eq!(pixel(80, 50), p.after);
        }
    }

    #[test]
    fn the_figures_leave_out_what_was_left_out() {
        let mut list = vec![patch(4), patch(8), patch(200)];
        list[2].left_out = Some("clipped".into());
        let line = figures(&list);
        assert!(line.contains("before: mean 6.00, max 8.00"), "{line}");
        assert!(line.contains("2 patches (1 left out)"), "{line}");
        list[0].de_before = f64::NAN;
        assert!(figures(&list).contains("before: mean 8.00, max 8.00"));
    }

    #[test]
    fn odd_lattices_are_drawn() {
        for (rows, columns) in [(0, 0), (1, 0), (0, 5), (usize::MAX, 1), (1, 1)] {
            let canvas = patches(&"long ".repeat(99), rows, columns, &[patch(1), patch(2)]);
            assert_eq!(canvas.rgb.len(), 3 * canvas.width * canvas.height);
        }
        assert_eq!(difference(f64::INFINITY), "-");
        assert!(crate::plot::text::width(LEGEND, 1) + 38 < LEAST);
    }
}
