//! From a world to light and coverage: one ray a pixel inside surfaces, more where something ends.
//!
//! The light that falls on surfaces is measured on a coarse lattice of pixels and taken over where the
//! surface goes on; elsewhere it is measured again. Rows are independent, so the number of threads
//! changes nothing.

use rayon::prelude::*;

use super::camera::Camera;
use super::light::Light;
use super::vector::{V3, add, along, dot, length, sub};
use super::world::{Part, World};
use crate::image::Size;

/// Rays along a side of a pixel where something ends.
const FINE: usize = 3;
/// Side of the tiles whose rays set out together, in pixels.
const TILE: usize = 8;
/// Nodes of the light's lattice across a picture.
const NODES: usize = 128;

/// What one photograph's pixels hold, before lens and sensor.
pub(super) struct Frame {
    pub(super) pixels: Vec<Pixel>,
    /// Distance to the garment through the pixel's middle; zero where it is not seen.
    pub(super) depth: Vec<f32>,
}

/// A pixel's light, and its coverage by the garment, the garment's inward side and the form.
#[derive(Clone, Copy, Default)]
pub(super) struct Pixel {
    pub(super) light: V3,
    pub(super) cloth: f32,
    pub(super) inside: f32,
    pub(super) form: f32,
}

/// A surface's point seen along a ray.
#[derive(Clone, Copy)]
struct Seen {
    part: Part,
    t: f32,
    normal: V3,
}

const NOTHING: Seen = Seen { part: Part::Wall, t: 0.0, normal: [0.0, 0.0, 1.0] };

/// Light measured at every `step`th pixel.
struct Lattice {
    step: usize,
    columns: usize,
    rows: usize,
    nodes: Vec<(Seen, V3, V3)>,
}

/// Everything that takes a photograph.
pub(super) struct Studio<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) camera: Camera,
    pub(super) light: &'a Light,
    pub(super) size: Size,
    /// Light of the empty wall, pixel by pixel.
    pub(super) wall: &'a [V3],
}

impl Studio<'_> {
    /// Takes the photograph.
    pub(super) fn shoot(&self) -> Frame {
        let width = self.size.width as usize;
        let starts = self.starts();
        let look = |x: usize, y: usize, at: [f32; 2]| {
            let start = starts[y / TILE * width.div_ceil(TILE) + x / TILE];
            start.map_or(NOTHING, |start| self.look([x as f32 + at[0], y as f32 + at[1]], start))
        };
        let mut seen = vec![NOTHING; self.size.pixels()];
        seen.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, row)| {
            row.iter_mut().enumerate().for_each(|(x, out)| *out = look(x, y, [0.5; 2]));
        });
        let lattice = self.lattice(&seen);
        let mut pixels = vec![Pixel::default(); seen.len()];
        pixels.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, row)| {
            for (x, out) in row.iter_mut().enumerate() {
                let i = y * width + x;
                if !self.ends(&seen, x, y) {
                    self.add(&seen[i], [x as f32 + 0.5, y as f32 + 0.5], &lattice, (self.wall[i], 1.0), out);
                    continue;
                }
                for k in 0..FINE * FINE {
                    let at = [k % FINE, k / FINE].map(|v| (v as f32 + 0.5) / FINE as f32);
                    let share = 1.0 / (FINE * FINE) as f32;
                    let s = look(x, y, at);
                    self.add(&s, [x as f32 + at[0], y as f32 + at[1]], &lattice, (self.wall[i], share), out);
                }
            }
        });
        let depth = seen.iter().map(|s| if s.part.is_cloth() { s.t } else { 0.0 }).collect();
        Frame { pixels, depth }
    }

    /// For each tile how far its rays go before anything is near; none where nothing is.
    fn starts(&self) -> Vec<Option<f32>> {
        let [columns, rows] = [self.size.width, self.size.height].map(|v| (v as usize).div_ceil(TILE));
        let half = 0.5 * TILE as f32;
        let slope = self.camera.pixel(1.0) * 1.5 * half;
        let one = |i: usize| {
            let (x, y) = ((i % columns * TILE) as f32 + half, (i / columns * TILE) as f32 + half);
            self.world.approach(self.camera.place(), self.camera.ray(x, y), slope)
        };
        (0..columns * rows).into_par_iter().map(one).collect()
    }

    fn look(&self, [x, y]: [f32; 2], start: f32) -> Seen {
        let (from, way) = (self.camera.place(), self.camera.ray(x, y));
        let Some(t) = self.world.trace(from, way, start) else { return NOTHING };
        let (part, normal) = self.world.surface(along(from, way, t), way);
        Seen { part, t, normal }
    }

    /// Whether a pixel's neighbours see another surface.
    fn ends(&self, seen: &[Seen], x: usize, y: usize) -> bool {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let here = &seen[y * width + x];
        let far = 12.0 * self.camera.pixel(3.0);
        (y.saturating_sub(1)..(y + 2).min(height)).any(|v| {
            let row = &seen[v * width..][..width];
            row[x.saturating_sub(1)..(x + 2).min(width)]
                .iter()
                .any(|there| there.part != here.part || (there.t - here.t).abs() > far)
        })
    }

    fn lattice(&self, seen: &[Seen]) -> Lattice {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let step = (width / NODES).max(2);
        let (columns, rows) = (width.div_ceil(step), height.div_ceil(step));
        let node = |i: usize| {
            let (x, y) = (i % columns * step, i / columns * step);
            let s = seen[y * width + x];
            if s.part == Part::Wall {
                return (s, [0.0; 3], [0.0; 3]);
            }
            let way = self.camera.ray(x as f32 + 0.5, y as f32 + 0.5);
            let point = along(self.camera.place(), way, s.t);
            (s, point, self.light.at(self.world, point, s.normal))
        };
        let nodes = (0..columns * rows).into_par_iter().map(node).collect();
        Lattice { step, columns, rows, nodes }
    }

    /// The light at a surface's point, from the lattice where the same surface lies around it.
    fn lit(&self, s: &Seen, point: V3, at: [f32; 2], lattice: &Lattice) -> V3 {
        let [u, v] = at.map(|v| (v - 0.5) / lattice.step as f32);
        let (i, j) = (u.floor() as isize, v.floor() as isize);
        let (mut sum, mut total) = ([0.0_f32; 3], 0.0);
        for k in 0..16 {
            let (a, b) = (i - 1 + k % 4, j - 1 + k / 4);
            if a < 0 || b < 0 || a >= lattice.columns as isize || b >= lattice.rows as isize {
                continue;
            }
            let (node, place, light) = &lattice.nodes[b as usize * lattice.columns + a as usize];
            // Cloth's contact shadow on the form is finer than the lattice.
            if s.part == Part::Form && node.part.is_cloth() {
                return self.light.at(self.world, point, s.normal);
            }
            if node.part != s.part || dot(node.normal, s.normal) < 0.8 {
                continue;
            }
            let away = sub(*place, point);
            if dot(away, s.normal).abs() > 0.003 + 0.25 * length(away) {
                continue;
            }
            let (x, y) = ((u - a as f32) * 0.5, (v - b as f32) * 0.5);
            let weight = ((1.0 - x * x) * (1.0 - y * y)).max(0.0);
            sum = along(sum, *light, weight * weight);
            total += weight * weight;
        }
        if total > 0.05 { sum.map(|c| c / total) } else { self.light.at(self.world, point, s.normal) }
    }

    /// Adds what one ray sees to its pixel: `wall` where it meets nothing, for this share of the pixel.
    fn add(&self, s: &Seen, at: [f32; 2], lattice: &Lattice, (wall, share): (V3, f32), out: &mut Pixel) {
        if s.part == Part::Wall {
            out.light = along(out.light, wall, share);
            return;
        }
        let way = self.camera.ray(at[0], at[1]);
        let point = along(self.camera.place(), way, s.t);
        let falls = self.lit(s, point, at, lattice);
        let slant = -dot(way, s.normal);
        let pixel = self.camera.pixel(s.t) / slant.max(0.3).sqrt();
        let colour = self.world.colour(point, s.part, pixel);
        let mut light = [0, 1, 2].map(|c| colour[c] * falls[c]);
        if s.part == Part::Form {
            light = add(light, [self.light.gloss(s.normal, way) * falls[1].min(1.0); 3]);
        }
        out.light = along(out.light, light, share);
        if s.part.is_cloth() {
            out.cloth += share;
        } else {
            out.form += share;
        }
        if s.part == Part::Inner {
            out.inside += share;
        }
    }
}
