//! Letters on a canvas: proportional, with figures of one width so that columns of numbers stand straight.
//!
//! Scaled by whole factors; enlarged letters are rounded off where the small drawing has steps. Knows only
//! the letters of `font`.

use super::canvas::Canvas;
use super::font::{COLUMNS, ROWS, inked};

/// Height of a capital, in pixels at scale 1.
pub(super) const CAPITAL: f64 = 7.0;

/// Where a text is hung up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// Size, colour and alignment of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) scale: usize,
    pub(super) colour: [u8; 3],
    pub(super) align: Align,
}

impl Style {
    pub(super) fn new(scale: usize, colour: [u8; 3], align: Align) -> Self {
        Self { scale: scale.clamp(1, 8), colour, align }
    }
}

/// First column and width of a letter, unscaled.
fn extent(letter: char) -> (usize, usize) {
    if letter.is_ascii_digit() {
        return (0, COLUMNS);
    }
    let column = |&x: &usize| (0..ROWS).any(|y| inked(letter, x, y));
    match ((0..COLUMNS).find(column), (0..COLUMNS).rev().find(column)) {
        (Some(first), Some(last)) => (first, last + 1 - first),
        _ => (0, 3),
    }
}

/// A text's width in pixels.
pub(super) fn width(text: &str, scale: usize) -> usize {
    let columns: usize = text.chars().map(|c| extent(c).1 + 1).sum();
    columns.saturating_sub(1) * scale
}

/// The text, or as much of its beginning as fits a width, with two dots for the rest.
pub(super) fn fitted(text: &str, scale: usize, room: usize) -> String {
    if width(text, scale) <= room {
        return text.to_owned();
    }
    // A letter is wider than a pixel: what is longer than the room can go at once.
    let mut kept: String = text.chars().take(room).collect();
    while kept.pop().is_some() {
        let shorter = format!("{}..", kept.trim_end());
        if width(&shorter, scale) <= room {
            return shorter;
        }
    }
    String::new()
}

impl Canvas {
    /// Writes a line; `at` is its left, middle or right end, at the top of its capitals.
    pub(super) fn text(&mut self, at: [f64; 2], text: &str, style: Style) {
        let length = width(text, style.scale) as f64;
        let left = match style.align {
            Align::Left => at[0],
            Align::Centre => at[0] - 0.5 * length,
            Align::Right => at[0] - length,
        };
        let mut x = left.round() as i64;
        for letter in text.chars() {
            let (first, columns) = extent(letter);
            self.letter([x, at[1].round() as i64], letter, (first, columns), style);
            x = x.saturating_add(((columns + 1) * style.scale) as i64);
        }
    }

    fn letter(&mut self, at: [i64; 2], letter: char, (first, columns): (usize, usize), style: Style) {
        for y in 0..ROWS * style.scale {
            for x in 0..columns * style.scale {
                let place = [at[0].saturating_add(x as i64), at[1].saturating_add(y as i64)];
                if let (Ok(px), Ok(py)) = (usize::try_from(place[0]), usize::try_from(place[1])) {
                    let coverage = coverage(letter, [first * style.scale + x, y], style.scale);
                    self.blend(px, py, style.colour, coverage);
                }
            }
        }
    }
}

/// How much of an enlarged letter's pixel is inked: the drawing, interpolated, with its edge at a half.
fn coverage(letter: char, [x, y]: [usize; 2], scale: usize) -> f64 {
    let ink = |column: i64, row: i64| match (usize::try_from(column), usize::try_from(row)) {
        (Ok(column), Ok(row)) => f64::from(u8::from(inked(letter, column, row))),
        _ => 0.0,
    };
    if scale == 1 {
        return ink(x as i64, y as i64);
    }
    let split = |v: usize| {
        let v = (v as f64 + 0.5) / scale as f64 - 0.5;
        (v.floor() as i64, v - v.floor())
    };
    let ((column, u), (row, v)) = (split(x), split(y));
    let across = |row: i64| ink(column, row) * (1.0 - u) + ink(column + 1, row) * u;
    let value = across(row) * (1.0 - v) + across(row + 1) * v;
    (scale as f64 * (value - 0.5) + 0.5).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_one_width_and_letters_their_own() {
        assert_eq!(width("1234", 2), width("8888", 2));
        assert_eq!(width("H", 3), 15);
        assert!(width("ill", 1) < width("mmm", 1));
        assert_eq!(width("", 4), 0);
    }

    #[test]
    fn a_text_is_cut_to_its_room() {
        assert_eq!(fitted("Light skin", 1, 500), "Light skin");
        let short = fitted("Light skin", 1, 30);
        assert!(short.ends_with("..") && width(&short, 1) <= 30, "{short}");
        assert_eq!(fitted("Light skin", 1, 0), "");
    }

    #[test]
    fn ink_stays_within_the_measured_width() {
        for (align, from) in [(Align::Left, 20), (Align::Centre, 20), (Align::Right, 20)] {
            let mut canvas = Canvas::new(120, 40, [255; 3]);
            let length = width("Hamburg", 2);
            let at = match align {
                Align::Left => from as f64,
                Align::Centre => from as f64 + length as f64 / 2.0,
                Align::Right => (from + length) as f64,
            };
            canvas.text([at, 8.0], "Hamburg", Style::new(2, [0; 3], align));
            let dark = |x: usize| (0..40).any(|y| canvas.rgb[3 * (y * 120 + x)] < 200);
            let inked: Vec<usize> = (0..120).filter(|&x| dark(x)).collect();
            assert_eq!(inked.first(), Some(&from), "{align:?}");
            assert_eq!(inked.last(), Some(&(from + length - 1)), "{align:?}");
        }
    }

    #[test]
    fn letters_far_outside_are_not_drawn() {
        let mut canvas = Canvas::new(8, 8, [255; 3]);
        for at in [[-1e300, 0.0], [1e300, 1e300], [f64::NAN, 1e300]] {
            canvas.text(at, "outside", Style::new(2, [0; 3], Align::Left));
        }
        assert!(canvas.rgb.iter().all(|&v| v == 255));
    }
}
