//! Quantities over time, one under the other on one time axis: points with their uncertainty, what is flagged
//! in the colour of alarm, and a trend line. Fits nothing: the trend comes with the data.

use super::axis::Axis;
use super::canvas::{Area, Canvas};
use super::text::{Align, Style, fitted, width};
use super::{ALARM, GRID, INK, PALE, PAPER};

/// One point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    /// When, in hours.
    pub hours: f64,
    /// The value.
    pub value: f64,
    /// Its standard deviation; 0 for none.
    pub sigma: f64,
    /// Whether a person should look.
    pub flagged: bool,
}

/// One quantity over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// What is shown, with its unit.
    pub label: String,
    /// The trend in words.
    pub note: String,
    /// The points; those that are not finite are not drawn.
    pub marks: Vec<Mark>,
    /// Value at hour 0 and change an hour.
    pub trend: Option<[f64; 2]>,
    /// The least range that is shown, in the value's unit: noise shall not look like drift.
    pub least: f64,
    /// Colour of the points.
    pub colour: [u8; 3],
}

/// Width of the sheet.
const WIDTH: usize = 880;
const MARGIN: f64 = 28.0;
/// Room for the title.
const HEAD: f64 = 40.0;
/// Room for the values' labels.
const GUTTER: f64 = 46.0;
/// Height of a panel's field, and of a panel with its heading.
const FIELD: f64 = 150.0;
const PANEL: f64 = FIELD + 44.0;
/// Room for the time axis.
const FOOT: f64 = 34.0;
/// The most panels that are drawn.
const MOST: usize = 16;

/// Draws panels over one time axis, at most 16.
#[must_use]
pub fn drift(title: &str, panels: &[Panel]) -> Canvas {
    let panels = &panels[..panels.len().min(MOST)];
    let height = 2.0 * MARGIN + HEAD + panels.len() as f64 * PANEL + FOOT;
    let mut canvas = Canvas::new(WIDTH, height as usize, PAPER);
    let room = WIDTH - 2 * MARGIN as usize;
    canvas.text([MARGIN, MARGIN], &fitted(title, 2, room), Style::new(2, INK, Align::Left));
    let across = [MARGIN + GUTTER, WIDTH as f64 - MARGIN];
    let hours = || panels.iter().flat_map(|p| &p.marks).map(|m| m.hours);
    let (unit, per_hour) = if spread(hours()) < 2.0 { ("minutes", 60.0) } else { ("hours", 1.0) };
    let time = Axis::over(hours().map(|h| h * per_hour), 0.1, 9, across);
    for (i, panel) in panels.iter().enumerate() {
        let top = MARGIN + HEAD + i as f64 * PANEL;
        let field = Area::new(across[0], top + 20.0, across[1] - across[0], FIELD);
        heading(&mut canvas, field, panel);
        draw(&mut canvas, field, panel, (&time, per_hour));
    }
    let base = MARGIN + HEAD + panels.len() as f64 * PANEL - 16.0;
    for (value, label) in time.ticks() {
        canvas.text([time.at(value), base], &label, Style::new(1, PALE, Align::Centre));
    }
    let words = format!("{unit} since the first shot");
    canvas.text([across[1], base + 18.0], &words, Style::new(1, PALE, Align::Right));
    legend(&mut canvas, [across[0], base + 18.0], panels);
    canvas
}

/// From the least to the largest of the finite values.
fn spread(values: impl Iterator<Item = f64>) -> f64 {
    let finite = values.filter(|v| v.is_finite());
    let (low, high) = finite.fold((f64::MAX, f64::MIN), |(l, h), v| (v.min(l), v.max(h)));
    high - low
}

fn heading(canvas: &mut Canvas, field: Area, panel: &Panel) {
    let y = field.y - 14.0;
    canvas.text([field.x, y], &fitted(&panel.label, 1, 360), Style::new(1, INK, Align::Left));
    let note = fitted(&panel.note, 1, 400);
    canvas.text([field.x + field.width, y], &note, Style::new(1, PALE, Align::Right));
}

fn draw(canvas: &mut Canvas, field: Area, panel: &Panel, (time, per_hour): (&Axis, f64)) {
    let shown = panel.marks.iter().filter(|m| m.hours.is_finite() && m.value.is_finite());
    let shown: Vec<&Mark> = shown.collect();
    let values = shown.iter().map(|m| m.value);
    let axis = Axis::over(values, panel.least, 4, [field.y + field.height, field.y]);
    for (value, _) in time.ticks() {
        canvas.fill(Area::new(time.at(value), field.y, 1.0, field.height), GRID);
    }
    for (value, label) in axis.ticks() {
        let y = axis.at(value).round();
        canvas.fill(Area::new(field.x, y, field.width, 1.0), GRID);
        let label = fitted(&label, 1, GUTTER as usize);
        canvas.text([field.x - 8.0, y - 3.0], &label, Style::new(1, PALE, Align::Right));
    }
    canvas.frame(field, [196, 196, 200]);
    let place = |m: &Mark| [time.at(m.hours * per_hour), axis.at(m.value)];
    let soft = panel.colour.map(|c| (0.35 * f64::from(c) + 0.65 * 250.0) as u8);
    let mut order = shown.clone();
    order.sort_by(|a, b| a.hours.total_cmp(&b.hours));
    for pair in order.windows(2) {
        canvas.line(place(pair[0]), place(pair[1]), 1.0, soft);
    }
    if let Some([value, slope]) = panel.trend {
        let end = |h: f64| [time.at(h * per_hour), axis.at(value + slope * h)];
        if let (Some(first), Some(last)) = (order.first(), order.last()) {
            canvas.line(end(first.hours), end(last.hours), 2.0, INK);
        }
    }
    for mark in shown {
        let at = place(mark);
        let colour = if mark.flagged { ALARM } else { panel.colour };
        let whisker = (axis.at(mark.value - mark.sigma) - at[1]).abs();
        if whisker > 3.5 && whisker < field.height {
            let inside = |y: f64| [at[0], y.clamp(field.y, field.y + field.height)];
            canvas.line(inside(at[1] - whisker), inside(at[1] + whisker), 1.0, colour);
        }
        canvas.disc(at, 3.0, colour);
        if mark.flagged {
            canvas.ring(at, 6.5, colour);
        }
    }
}

fn legend(canvas: &mut Canvas, at: [f64; 2], panels: &[Panel]) {
    let style = Style::new(1, PALE, Align::Left);
    let mut x = at[0] + 7.0;
    if panels.iter().flat_map(|p| &p.marks).any(|m| m.flagged) {
        canvas.disc([x, at[1] + 3.5], 3.0, ALARM);
        canvas.ring([x, at[1] + 3.5], 6.5, ALARM);
        canvas.text([x + 13.0, at[1]], "flagged", style);
        x += 13.0 + width("flagged", 1) as f64 + 24.0;
    }
    if panels.iter().any(|p| p.trend.is_some()) {
        canvas.line([x, at[1] + 3.5], [x + 20.0, at[1] + 3.5], 2.0, INK);
        canvas.text([x + 28.0, at[1]], "trend", style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(marks: Vec<Mark>) -> Panel {
        Panel { marks, colour: [0, 90, 160], least: 0.1, trend: Some([0.0, 0.1]), ..Panel::default() }
    }

    fn mark(hours: f64, value: f64, flagged: bool) -> Mark {
        Mark { hours, value, flagged, sigma: 0.0 }
    }

    #[test]
    fn points_stand_where_the_axes_say() {
        let marks = vec![mark(0.0, -0.2, false), mark(1.0, 0.3, true), mark(3.0, 0.1, false)];
        let canvas = drift("t", &[panel(marks)]);
        let across = [MARGIN + GUTTER, WIDTH as f64 - MARGIN];
        let top = MARGIN + HEAD + 20.0;
        for (hours, value, colour) in [(0.0, -0.2, [0, 90, 160]), (1.0, 0.3, ALARM)] {
            // 6 % of air on each side, by hand.
            let x = across[0] + (hours + 0.18) / 3.36 * (across[1] - across[0]);
            let y = top + FIELD * (1.0 - (value + 0.23) / 0.56);
            let start = 3 * (y as usize * canvas.width + x as usize);
            assert_eq!(canvas.rgb[start..start + 3], colour, "{hours} {value}");
        }
    }

    #[test]
    fn nothing_and_nonsense_are_drawn() {
        let wild =
            vec![mark(f64::NAN, 1.0, true), mark(1e300, -1e300, false), mark(0.0, f64::INFINITY, false)];
        for panels in [vec![], vec![panel(vec![])], vec![panel(wild)], vec![Panel::default(); 99]] {
            let canvas = drift("title", &panels);
            assert_eq!(canvas.rgb.len(), 3 * canvas.width * canvas.height);
        }
    }
}
