//! Outlines of a soft mask, between its pixels: the lines along which alpha is a half.
//!
//! Marching squares (after Lorensen and Cline 1987), with crossings as straight lines between pixel centres put
//! them. An outline runs with the garment on its right as the picture is seen (y down); its normals point out. The outside of the picture counts as empty: where the garment leaves the picture, the outline follows the
//! frame and says so.

use super::affine::far;
use crate::ops::field::Field;

/// A closed line.
#[derive(Clone, Debug)]
pub(super) struct Contour {
    /// Its points in order, about a pixel apart; pixel (i, j) has its centre at (i + ½, j + ½).
    pub(super) points: Vec<[f64; 2]>,
    /// Unit normals, out of the garment.
    pub(super) normals: Vec<[f64; 2]>,
    /// Which points lie on the picture's frame: there the garment is cut, and no edge of it is seen.
    pub(super) framed: Vec<bool>,
}

/// Points on each side that a normal is drawn from.
const REACH: usize = 3;
/// Shorter outlines are specks.
const SHORTEST: usize = 24;
/// No crossing follows.
const NONE: u32 = u32::MAX;

/// All outlines of a field at a half, the longest first; specks are left out.
#[must_use]
pub(super) fn contours(field: &Field) -> Vec<Contour> {
    let crossings = Crossings::of(field);
    let mut next = crossings.next.clone();
    let mut found = Vec::new();
    for start in &crossings.starts {
        let mut points = Vec::new();
        let mut at = *start;
        while next[at as usize] != NONE {
            points.push(crossings.place(field, at));
            at = std::mem::replace(&mut next[at as usize], NONE);
        }
        if points.len() >= SHORTEST {
            found.push(Contour::new(points, field));
        }
    }
    found.sort_by_key(|c: &Contour| std::cmp::Reverse(c.points.len()));
    found
}

impl Contour {
    fn new(points: Vec<[f64; 2]>, field: &Field) -> Self {
        let points = even(&points);
        let n = points.len();
        let normals = (0..n).map(|i| {
            let (a, b) = (points[(i + n - REACH) % n], points[(i + REACH) % n]);
            let length = far(a, b).max(1e-9);
            [(b[1] - a[1]) / length, -(b[0] - a[0]) / length]
        });
        let (w, h) = (field.width() as f64, field.height() as f64);
        let edge = |p: &[f64; 2]| p[0] < 1.0 || p[1] < 1.0 || p[0] > w - 1.0 || p[1] > h - 1.0;
        let framed = points.iter().map(edge).collect();
        Self { normals: normals.collect(), framed, points }
    }
}

/// A closed line's points moved to even steps of about one, smoothed by a quarter each way against the stairs of
/// the grid.
fn even(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let n = points.len();
    let smooth: Vec<[f64; 2]> = (0..n)
        .map(|i| {
            let (a, b, c) = (points[(i + n - 1) % n], points[i], points[(i + 1) % n]);
            [0, 1].map(|k| 0.25 * a[k] + 0.5 * b[k] + 0.25 * c[k])
        })
        .collect();
    let total: f64 = (0..n).map(|i| far(smooth[i], smooth[(i + 1) % n])).sum();
    let count = (total.round() as usize).clamp(8, 4 * n);
    let step = total / count as f64;
    let mut evened = Vec::with_capacity(count);
    let (mut i, mut gone) = (0, 0.0);
    for k in 0..count {
        let wanted = k as f64 * step;
        let mut length = far(smooth[i], smooth[(i + 1) % n]);
        while gone + length < wanted && i + 1 < n {
            gone += length;
            i += 1;
            length = far(smooth[i], smooth[(i + 1) % n]);
        }
        let t = ((wanted - gone) / length.max(1e-12)).clamp(0.0, 1.0);
        let (a, b) = (smooth[i], smooth[(i + 1) % n]);
        evened.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
    }
    evened
}

/// Where the half is crossed between neighbouring pixel centres, and which crossing follows which.
struct Crossings {
    /// Centres a row, with one of the outside at each end.
    width: usize,
    /// Twice a centre's number, for the way to its right neighbour, and one more for the way down.
    next: Vec<u32>,
    /// A crossing of every stretch, in order.
    starts: Vec<u32>,
}

impl Crossings {
    fn of(field: &Field) -> Self {
        let (width, height) = (field.width() + 2, field.height() + 2);
        let mut this = Self { width, next: vec![NONE; 2 * width * height], starts: Vec::new() };
        let mut above = vec![false; width];
        let mut below = vec![false; width];
        for y in 0..height - 1 {
            inside(field, y + 1, &mut below);
            for x in 0..width - 1 {
                let square = [above[x], above[x + 1], below[x + 1], below[x]];
                if square != [false; 4] && square != [true; 4] {
                    this.join(x, y, square);
                }
            }
            std::mem::swap(&mut above, &mut below);
        }
        this
    }

    /// Lines through the square whose upper left centre is (x, y).
    fn join(&mut self, x: usize, y: usize, [a, b, c, d]: [bool; 4]) {
        let centre = |x: usize, y: usize| 2 * (y * self.width + x) as u32;
        let (top, bottom, left, right) =
            (centre(x, y), centre(x, y + 1), centre(x, y) + 1, centre(x + 1, y) + 1);
        // Each side that is crossed from inside to outside, as one walks round clockwise, is where a line ends.
        let sides = [(a, b, top), (b, c, right), (c, d, bottom), (d, a, left)];
        for i in 0..4 {
            let (from, to, start) = sides[i];
            if from || !to {
                continue;
            }
            // The next side that leaves the garment.
            let end = (1..4).map(|k| sides[(i + k) % 4]).find(|(from, to, _)| *from && !*to);
            if let Some((_, _, end)) = end {
                self.next[end as usize] = start;
                self.starts.push(end);
            }
        }
    }

    fn place(&self, field: &Field, crossing: u32) -> [f64; 2] {
        let (centre, down) = (crossing as usize / 2, crossing % 2 == 1);
        let (x, y) = (centre % self.width, centre / self.width);
        let (u, v) = if down { (x, y + 1) } else { (x + 1, y) };
        let (p, q) = (value(field, x, y), value(field, u, v));
        let t = if p == q { 0.5 } else { ((0.5 - p) / (q - p)).clamp(0.0, 1.0) };
        let (x, y) = (x as f64 - 0.5, y as f64 - 0.5);
        if down { [x, y + t] } else { [x + t, y] }
    }
}

/// Whether the centres of padded row `y` are garment.
fn inside(field: &Field, y: usize, row: &mut [bool]) {
    row.fill(false);
    if (1..=field.height()).contains(&y) {
        row[1..].iter_mut().zip(field.row(y - 1)).for_each(|(r, v)| *r = *v >= 0.5);
    }
}

/// Alpha at a padded centre.
fn value(field: &Field, x: usize, y: usize) -> f64 {
    let inside = (1..=field.width()).contains(&x) && (1..=field.height()).contains(&y);
    if inside { f64::from(field.at(x - 1, y - 1)).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::scene::draw;
    use super::*;
    use crate::image::Size;

    #[test]
    fn a_disc_has_one_outline_of_its_radius_with_normals_out() {
        let disc = draw(Size::new(90, 80), |x, y| (x - 43.3).hypot(y - 38.6) < 25.0);
        let found = contours(&disc);
        assert_eq!(found.len(), 1);
        assert!((found[0].points.len() as f64 - 157.0).abs() < 4.0);
        for ([x, y], [u, v]) in found[0].points.iter().zip(&found[0].normals) {
            let (dx, dy) = (x - 43.3, y - 38.6);
            let radius = dx.hypot(dy);
            assert!((radius - 25.0).abs() < 0.15, "{radius}");
            assert!((dx * u + dy * v) / radius > 0.995);
        }
    }

    #[test]
    fn a_hole_has_an_outline_of_its_own_and_the_frame_is_known() {
        let ring = draw(Size::new(60, 60), |x, y| x > 20.0 && ((x - 40.0).hypot(y - 30.0) > 9.0));
        let found = contours(&ring);
        assert_eq!(found.len(), 2);
        let hole = &found[1];
        assert!(hole.framed.iter().all(|f| !f));
        for ([x, y], [u, v]) in hole.points.iter().zip(&hole.normals) {
            assert!((x - 40.0) * u + (y - 30.0) * v < 0.0, "out of the garment is into the hole");
        }
        let framed = found[0].framed.iter().filter(|f| **f).count();
        assert!((framed as f64 - 140.0).abs() < 6.0, "{framed}");
    }

    #[test]
    fn touching_corners_and_specks_end() {
        let checks = Field::from_fn(Size::new(40, 40), |x, y| ((x / 8 + y / 8) % 2) as f32);
        let points: usize = contours(&checks).iter().map(|c| c.points.len()).sum();
        assert!(points > 300);
        assert!(contours(&Field::new(Size::new(5, 5))).is_empty());
    }
}
