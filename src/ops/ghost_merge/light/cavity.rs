//! How much of the light that falls on the outside of a garment reaches the inside that an opening shows.
//!
//! Light comes in through the closed rim of the opening, of which the photograph shows both edges and of which only
//! the depth is not seen. The share of an even sky within a polygon is exact (Lambert 1760; Baum, Rushmeier and
//! Winget 1989); between the walls light goes back and forth, so that the inside is also more saturated than the
//! outside (Funt, Drew and Ho 1991, "Color constancy from mutual reflection"). Nothing is read from pixels here, and
//! nothing fine is made: a number a cell.
//!
//! The measures are those of people and of clothes, in widths of the opening. A third more or less of any of them
//! moves the mean error over two dozen garments by less than a fifth.

use std::f32::consts::TAU;

use super::opening::Opening;

/// A neck, or a waist, is this deep where its rim is as wide as 1.
const DEPTH: f32 = 0.6;
/// Below the shoulders the chest adds up to this to the depth, …
const CHEST: f32 = 1.4;
/// … most of it within this distance.
const CHEST_WITHIN: f32 = 1.5;
/// The back slopes away under the neck like shoulders do, in radians from upright, …
const SLOPE: f32 = 0.75;
/// … and is upright again this far below.
const SLOPE_WITHIN: f32 = 0.4;
/// The rim of a collar that stands up leans back, in radians.
const LEAN: f32 = 0.5;
/// Light that comes through the cloth and by the garment's other openings, as a share of what falls on it.
const STRAY: f32 = 0.09;
/// Nearer to the back edge than this, the edge's own roundness decides, which is not known.
const RIM: f32 = 0.05;
/// The front's inside is looked at this far below its edge.
const UNDER: f32 = 0.15;
/// No cloth gives back more.
const WHITEST: f32 = 0.85;
/// Points on each of the two edges.
const POINTS: usize = 40;

type Vec3 = [f32; 3];

/// What the inside is made of, and where the light comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    /// Share of the light that its cloth gives back, by channel.
    pub(super) albedo: Vec3,
    /// By how much the walls gain from the opening's middle to its right corner, as a share.
    pub(super) slant: f32,
}

/// An opening as a hole in space: x to the right, y down, z towards the camera, in pixels.
#[derive(Debug)]
pub(super) struct Cavity<'a> {
    opening: &'a Opening,
    rim: Vec<Vec3>,
}

impl<'a> Cavity<'a> {
    /// The cavity behind an opening.
    pub(super) fn new(opening: &'a Opening) -> Self {
        let width = opening.width();
        let mut rim = Vec::with_capacity(2 * POINTS);
        for edge in 0..2 * POINTS {
            let back = edge >= POINTS;
            let along = (edge % POINTS) as f32 / (POINTS - 1) as f32;
            let across = if back { 1.0 } else { -1.0 } * (along * 0.5 * TAU).cos();
            let column = ((0.5 * (1.0 + across) * width) as usize).min(opening.back.len().saturating_sub(1));
            let row = if back { opening.back[column] } else { opening.front[column] };
            let z = if back { -0.5 - bulge(across) } else { front(opening, across, row) };
            rim.push([(opening.left + column) as f32 + 0.5, row, z * DEPTH * width]);
        }
        Self { opening, rim }
    }

    /// Share of an even sky that the wall behind pixel (x, y) sees.
    fn sky(&self, x: f32, y: f32) -> f32 {
        let (point, normal) = self.wall(x, y);
        within(&self.rim, point, normal).clamp(0.0, 1.0)
    }

    /// Skies of the back wall behind pixel (x, y), and of the front wall under the front edge there, which faces away.
    pub(super) fn skies(&self, x: f32, y: f32) -> [f32; 2] {
        let front = within(&self.rim, self.across(x), [0.0, 0.0, -1.0]);
        [self.sky(x, y), front.clamp(0.0, 1.0)]
    }

    /// A point of the front wall under the front edge at column x.
    fn across(&self, x: f32) -> Vec3 {
        let o = self.opening;
        let y = o.front.get(o.column(x)).copied().unwrap_or_default();
        // One pixel inside here too.
        [x, y + UNDER * o.width(), front(o, o.across(x), y) * DEPTH * o.width() - 1.0]
    }

    /// The wall behind pixel (x, y): the point, and which way it faces.
    fn wall(&self, x: f32, y: f32) -> (Vec3, Vec3) {
        let o = self.opening;
        let width = o.width();
        let y = y.max(o.back.get(o.column(x)).copied().unwrap_or(y) + RIM * width);
        // The tube of a waist is round; a back below shoulders is as good as flat across an opening.
        let across = o.across(x).clamp(-0.95, 0.95);
        let round = (1.0 - across * across).sqrt();
        let depth = 0.5 * (1.0 + (1.0 - o.waist) + o.waist * round) + 0.5 * chest(o, y);
        let turned = -o.waist * across / round * DEPTH;
        let (sin, cos) = (tilt(o, y) * (1.0 - o.waist)).sin_cos();
        // One pixel inside, so that the back edge is not level with the wall.
        let point = [x, y, -depth * DEPTH * width - 1.0];
        (point, normalised([turned, sin, cos]))
    }
}

/// How far a rim bulges at a place between the corners, in depths: half an ellipse.
fn bulge(across: f32) -> f32 {
    0.5 * (1.0 - across * across).max(0.0).sqrt()
}

/// Where the front edge lies at a place between the corners and at a row, in depths: the chest pushes it out.
fn front(o: &Opening, across: f32, row: f32) -> f32 {
    bulge(across) - 0.5 + 0.5 * chest(o, row)
}

/// What the chest adds to the depth at a row, in depths of the neck.
fn chest(o: &Opening, y: f32) -> f32 {
    let below = (y - o.shoulder).max(0.0) / o.width();
    (1.0 - o.waist) * CHEST / DEPTH * (1.0 - (-below / CHEST_WITHIN).exp())
}

/// How far the back faces down at a row, in radians.
fn tilt(o: &Opening, y: f32) -> f32 {
    let below = y - o.shoulder;
    if below < 0.0 && o.stand > 0.0 {
        return SLOPE - (SLOPE + LEAN) * o.stands * (-below / o.stand).min(1.0);
    }
    SLOPE * (-below.max(0.0) / o.width() / SLOPE_WITHIN).exp()
}

/// What the back wall receives, by channel, as a share of what the outside does. `skies` are what it and the wall
/// across see, `across` is its place between the corners. What of the sky one wall does not see, the other one is:
/// light goes to and fro between them.
pub(super) fn received(inside: &Inside, skies: [f32; 2], across: f32) -> Vec3 {
    let slant = (1.0 + inside.slant * across).clamp(0.5, 1.5);
    let [own, other] = skies.map(|sky| sky + STRAY);
    let [hidden, behind] = skies.map(|sky| 1.0 - sky);
    inside.albedo.map(|albedo| {
        let albedo = albedo.clamp(0.0, WHITEST);
        (own + albedo * hidden * other) * slant / (1.0 - albedo * albedo * hidden * behind)
    })
}

/// Share of an even sky within a closed polygon, as seen from a point with a normal: Lambert's sum over the edges.
fn within(polygon: &[Vec3], from: Vec3, normal: Vec3) -> f32 {
    let Some(last) = polygon.last() else { return 0.0 };
    let ray = |p: &Vec3| normalised([p[0] - from[0], p[1] - from[1], p[2] - from[2]]);
    let mut before = ray(last);
    let mut sum = 0.0;
    for corner in polygon {
        let next = ray(corner);
        let across = cross(before, next);
        let sine = dot(across, across).sqrt();
        if sine > 1e-9 {
            sum += dot(across, normal) * sine.atan2(dot(before, next)) / sine;
        }
        before = next;
    }
    (sum / TAU).abs()
}

fn dot(a: Vec3, b: Vec3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn normalised(v: Vec3) -> Vec3 {
    let length = dot(v, v).sqrt().max(1e-12);
    v.map(|c| c / length)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::field::{Field, Mask};
    use crate::ops::testing::noise;

    #[test]
    fn a_disc_overhead_is_its_textbook_share() {
        for (radius, distance) in [(1.0_f32, 1.0_f32), (0.3, 2.0), (5.0, 1.0)] {
            let disc: Vec<Vec3> = (0..720)
                .map(|i| (i as f32 / 720.0 * TAU).sin_cos())
                .map(|(s, c)| [c * radius, s * radius, distance])
                .collect();
            let truth = radius * radius / (radius * radius + distance * distance);
            assert!((within(&disc, [0.0; 3], [0.0, 0.0, 1.0]) - truth).abs() < 1e-3);
        }
    }

    #[test]
    fn a_tilted_square_is_what_random_rays_count() {
        let square = [[-1.0, -0.5, 2.0], [1.5, -0.5, 1.5], [1.5, 1.0, 1.0], [-1.0, 1.0, 1.5]];
        let normal = normalised([0.2, 0.3, 1.0]);
        let (mut hits, rays) = (0, 200_000);
        for i in 0..rays {
            // Even over the ball, moved by the normal: the cosine law.
            let z = 2.0 * noise(i, 0, 1) - 1.0;
            let (s, c) = (noise(i, 0, 2) * TAU).sin_cos();
            let r = (1.0 - z * z).sqrt();
            let ray = [normal[0] + r * c, normal[1] + r * s, normal[2] + z];
            // The square lies in the plane 0.2 x + ⅓ y + z = 1.6 + …, its shadow along the ray is −1 … 1.5 by −½ … 1.
            let plane = [0.2, 1.0 / 3.0, 1.0];
            let t = dot(plane, square[0]) / dot(plane, ray);
            let (x, y) = (ray[0] * t, ray[1] * t);
            hits += u32::from(t > 0.0 && (-1.0..1.5).contains(&x) && (-0.5..1.0).contains(&y));
        }
        let counted = hits as f32 / rays as f32;
        let found = within(&square, [0.0; 3], normal);
        assert!((found - counted).abs() < 0.004, "{found} {counted}");
    }

    #[test]
    fn walls_that_reflect_nothing_get_what_they_see_and_white_ones_more() {
        let black = Inside { albedo: [0.0; 3], slant: 0.0 };
        assert_eq!(received(&black, [0.3, 0.1], 0.5), [0.3 + STRAY; 3]);
        let red = Inside { albedo: [0.6, 0.1, 0.0], slant: 0.0 };
        let found = received(&red, [0.3, 0.1], 0.0);
        // Light that goes to and fro, counted bounce by bounce.
        let (mut back, mut front, mut sum) = (0.3 + STRAY, 0.1 + STRAY, 0.0);
        for _ in 0..100 {
            sum += back;
            (back, front) = (0.6 * 0.7 * front, 0.6 * 0.9 * back);
        }
        assert!(
            (found[0] - sum).abs() < 1e-5 && found[0] > found[1] && found[1] > found[2],
            "{found:?} {sum}"
        );
    }

    /// Sky at the middle column of a slit, from its top to its foot.
    fn slit(half: f32) -> Vec<f32> {
        let size = Size::new(240, 300);
        let inside = |x: usize, y: usize| {
            let middle = (x as f32 + 0.5 - 120.0).abs();
            (50..250).contains(&y) && middle < if y < 60 { 50.0 } else { half }
        };
        let open = Mask::from_fn(size, inside);
        let around = |x: usize, y: usize| y >= 50 && !inside(x, y) && (10..230).contains(&x);
        let alpha = Field::from_fn(size, |x, y| f32::from(u8::from(around(x, y))));
        let opening = Opening::find(&open, &alpha).unwrap();
        let cavity = Cavity::new(&opening);
        (0..10).map(|i| cavity.sky(120.0, 60.0 + 19.0 * i as f32)).collect()
    }

    #[test]
    fn deeper_and_narrower_is_darker() {
        let (wide, narrow) = (slit(40.0), slit(10.0));
        assert!(wide.iter().zip(&narrow).all(|(w, n)| w > n), "{wide:?} {narrow:?}");
        assert!(narrow[9] < 0.5 * narrow[1] && narrow[9] > 0.0, "{narrow:?}");
    }
}
