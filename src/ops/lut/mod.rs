//! A look from a .cube file, on the straight codes of the product.
//!
//! Whoever made the look saw codes, so codes of a named space go through its tables; the picture stays linear before
//! and after. Only what is seen is changed: colour where alpha is next to nothing stays as it is.

mod cube;
mod kernel;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use cube::{Cube, CubeError, Table};
pub use kernel::APPLY_LUT;

use self::kernel::LutParams;
use super::codes::{SPACES, Space};
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, settings, within};
use crate::image::{Format, Plane, Size};
use crate::plan::{Plan, PlanError, PlaneId};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "lut",
    about: "a look from a .cube file: a curve, a lattice, or both",
    source: "Adobe, Cube LUT Specification 1.0, 2013; tetrahedra of a cube (J. M. Kasson et al., Tetrahedral \
             interpolation technique for color space conversion, 1993)",
    stage: Stage::Item,
    params: &[
        ParamDef {
            name: "file",
            default: "required",
            range: "a .cube file beside the recipe",
            about: "the look",
        },
        ParamDef {
            name: "space",
            default: "\"srgb\"",
            range: SPACES,
            about: "what the look's numbers are codes of, coming in and going out",
        },
        ParamDef {
            name: "strength",
            default: "1.0",
            range: "0 … 1",
            about: "share of the change, in codes of `space`",
        },
        ParamDef {
            name: "interpolation",
            default: "\"tetrahedral\"",
            range: "tetrahedral | linear",
            about: "how a lattice is read between its points",
        },
    ],
    kernels: &[&APPLY_LUT],
    make: settings::<Lut>,
};

/// How a lattice is read between its points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// From four corners, so that greys depend on greys alone.
    #[default]
    Tetrahedral,
    /// From all eight corners.
    Linear,
}

/// The op's settings as a recipe has them.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    file: Option<String>,
    text: Option<String>,
    space: Space,
    strength: f64,
    interpolation: Interpolation,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            file: None,
            text: None,
            space: Space::Srgb,
            strength: 1.0,
            interpolation: Interpolation::default(),
        }
    }
}

/// A look, ready to be recorded.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Lut {
    title: String,
    params: LutParams,
    curve: Arc<Plane>,
    lattice: Arc<Plane>,
}

impl TryFrom<Written> for Lut {
    type Error = String;

    fn try_from(w: Written) -> Result<Self, String> {
        let text = super::text_of("a .cube file", w.file.as_deref(), w.text.as_deref())?;
        let cube = Cube::parse(text).map_err(|e| super::in_file(w.file.as_deref(), &e.to_string()))?;
        let strength = within("strength", w.strength, [0.0, 1.0])? as f32;
        Ok(Self::new(&cube, w.space, w.interpolation, strength))
    }
}

#[derive(Serialize)]
struct Numbers<'a> {
    title: &'a str,
    curve: u32,
    lattice: u32,
    strength: f32,
}

impl Op for Lut {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        let LutParams { curve_side: curve, lattice_side: lattice, strength, .. } = self.params;
        study.note(OP.name, Numbers { title: &self.title, curve, lattice, strength });
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        scene.settle_alpha()?;
        scene.colour = self.apply(scene.plan, scene.colour)?;
        Ok(())
    }
}

impl Lut {
    /// A look whose numbers are codes of `space`; `strength` in 0 … 1 is the share of its change.
    #[must_use]
    pub fn new(cube: &Cube, space: Space, interpolation: Interpolation, strength: f32) -> Self {
        let way = space.way();
        let [to_red, to_green, to_blue, from_red, from_green, from_blue] = way.rows();
        let side = |t: &Option<Table>| t.as_ref().map_or(0, |t| t.side as u32);
        let four = |[r, g, b]: [f32; 3]| [r, g, b, 0.0];
        let low = |t: &Option<Table>| t.as_ref().map_or([0.0; 4], |t| four(t.low));
        let scale = |t: &Option<Table>| t.as_ref().map_or([0.0; 4], |t| four(t.scale()));
        let params = LutParams {
            to_red,
            to_green,
            to_blue,
            from_red,
            from_green,
            from_blue,
            curve_low: low(&cube.curve),
            curve_scale: scale(&cube.curve),
            lattice_low: low(&cube.lattice),
            lattice_scale: scale(&cube.lattice),
            curve_side: side(&cube.curve),
            lattice_side: side(&cube.lattice),
            encoded: way.curve,
            linear: u32::from(interpolation == Interpolation::Linear),
            strength,
            pad0: 0.0,
            pad1: 0.0,
            pad2: 0.0,
        };
        let curve = Arc::new(curve_plane(cube.curve.as_ref()));
        let lattice = Arc::new(lattice_plane(cube.lattice.as_ref()));
        Self { title: cube.title.clone(), params, curve, lattice }
    }

    /// Records the look on a picture that carries its alpha; no strength records nothing.
    ///
    /// # Errors
    /// [`PlanError`] where the recording is inconsistent.
    pub fn apply(&self, plan: &mut Plan, picture: PlaneId) -> Result<PlaneId, PlanError> {
        if self.params.strength <= 0.0 {
            return Ok(picture);
        }
        let curve = plan.constant("look: curve", self.curve.clone());
        let lattice = plan.constant("look: lattice", self.lattice.clone());
        let looked = plan.plane("looked", plan.decl(picture).size, Format::Rgba);
        plan.record(OP.name, &APPLY_LUT, &self.params, &[picture, curve, lattice], &[looked])?;
        Ok(looked)
    }
}

/// A line a channel.
fn curve_plane(table: Option<&Table>) -> Plane {
    let Some(table) = table else { return Plane::zeros(Size::new(2, 3), Format::Gray) };
    let size = Size::new(table.side as u32, 3);
    let at = |x: u32, y: u32| table.colours.get(x as usize).map_or(0.0, |colour| colour[y as usize]);
    Plane::gray(size, at)
}

/// Points in the file's order, four floats each, so that one point is one load.
fn lattice_plane(table: Option<&Table>) -> Plane {
    let side = table.map_or(2, |t| t.side as u32);
    let mut plane = Plane::zeros(Size::new(4 * side, side * side), Format::Gray);
    let (points, _) = plane.floats_mut().as_chunks_mut::<4>();
    for (point, [r, g, b]) in points.iter_mut().zip(table.map_or(&[][..], |t| &t.colours)) {
        *point = [*r, *g, *b, 0.0];
    }
    plane
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Executor as _;
    use crate::ops::testing::{colour, noise};

    /// Runs a look on a picture.
    fn run(lut: &Lut, picture: Plane) -> Plane {
        let mut plan = Plan::new();
        let given = plan.constant("given", picture);
        let Ok(out) = lut.apply(&mut plan, given) else { unreachable!() };
        plan.output(out);
        let done = crate::exec::cpu::Cpu::new(Arc::default(), false).run(&plan, &[]);
        let Ok(mut planes) = done else { unreachable!() };
        planes.remove(0)
    }

    fn table(side: usize, entries: usize, bend: impl Fn(usize, usize) -> f32) -> Table {
        let colours = (0..entries).map(|i| [0, 1, 2].map(|c| bend(i, c))).collect();
        Table { side, low: [-0.2, 0.0, 0.1], high: [1.0, 1.5, 0.9], colours }
    }

    /// A wild look: a curve and a lattice of noise.
    fn wild() -> Cube {
        let random = |i: usize, c: usize| noise(i as u32, c as u32, 9);
        let (curve, lattice) = (table(7, 7, random), table(4, 64, |i, c| 1.4 * random(i + 7, c) - 0.2));
        Cube { title: "wild".into(), curve: Some(curve), lattice: Some(lattice) }
    }

    /// A value's place in a table, in entries.
    fn place(t: &Table, v: f64, c: usize) -> f64 {
        let (low, high) = (f64::from(t.low[c]), f64::from(t.high[c]));
        ((v - low) / (high - low)).clamp(0.0, 1.0) * (t.side - 1) as f64
    }

    fn naive(cube: &Cube, mut v: [f64; 3], interpolation: Interpolation) -> [f64; 3] {
        if let Some(t) = &cube.curve {
            v = [0, 1, 2].map(|c| {
                let u = place(t, v[c], c);
                let i = (u.floor() as usize).min(t.side - 2);
                let at = |i: usize| f64::from(t.colours[i][c]);
                at(i) + (at(i + 1) - at(i)) * (u - i as f64)
            });
        }
        let Some(t) = &cube.lattice else { return v };
        let u = [0, 1, 2].map(|c| place(t, v[c], c));
        let cell = u.map(|u| (u.floor() as usize).min(t.side - 2));
        let f = [0, 1, 2].map(|c| u[c] - cell[c] as f64);
        let at = |p: [usize; 3], c: usize| f64::from(t.colours[p[0] + t.side * (p[1] + t.side * p[2])][c]);
        if interpolation == Interpolation::Linear {
            let corner = |k: usize| [0, 1, 2].map(|axis| (k >> axis) & 1);
            let weight = |k| [0, 1, 2].map(|x| if corner(k)[x] == 1 { f[x] } else { 1.0 - f[x] });
            let point = |k| [0, 1, 2].map(|axis| cell[axis] + corner(k)[axis]);
            return [0, 1, 2]
                .map(|c| (0..8).map(|k| weight(k).iter().product::<f64>() * at(point(k), c)).sum());
        }
        // Walk from corner to corner along the axes, the farthest first.
        let mut axes = [0, 1, 2];
        axes.sort_by(|a, b| f[*b].total_cmp(&f[*a]));
        [0, 1, 2].map(|c| {
            let (mut corner, mut value) = (cell, at(cell, c));
            for axis in axes {
                let before = at(corner, c);
                corner[axis] += 1;
                value += f[axis] * (at(corner, c) - before);
            }
            value
        })
    }

    #[test]
    fn tables_are_read_as_a_naive_reading_reads_them() {
        let cube = wild();
        for interpolation in [Interpolation::Tetrahedral, Interpolation::Linear] {
            let lut = Lut::new(&cube, Space::Rec2020Linear, interpolation, 1.0);
            for content in ["noise", "out of range", "ramp", "checker"] {
                let mut picture = colour(Size::new(61, 17), content);
                let width = 61;
                picture.floats_mut().chunks_exact_mut(4 * width).for_each(|row| row[3 * width..].fill(1.0));
                let got = run(&lut, picture.clone());
                for (x, y) in (0..17).flat_map(|y| (0..61).map(move |x| (x, y))) {
                    let [r, g, b, _] = picture.rgba_at(x, y).map(f64::from);
                    let exact = naive(&cube, [r, g, b], interpolation);
                    let got = got.rgba_at(x, y);
                    for c in 0..3 {
                        let off = (f64::from(got[c]) - exact[c]).abs();
                        assert!(off < 4e-6, "{interpolation:?}, {content}, {x}, {y}: {got:?} for {exact:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_look_that_changes_nothing_changes_nothing_in_any_space() {
        let lattice = Table {
            side: 3,
            low: [0.0; 3],
            high: [1.0; 3],
            colours: (0..27).map(|i| [i % 3, i / 3 % 3, i / 9].map(|v| v as f32 * 0.5)).collect(),
        };
        let cube = Cube { title: String::new(), curve: None, lattice: Some(lattice) };
        let picture = colour(Size::new(70, 9), "noise");
        // Colours that all of the spaces hold.
        let pale = Plane::rgba(picture.size(), |x, y| {
            let [r, g, b, a] = picture.rgba_at(x, y);
            [0.4 * a + 0.2 * r, 0.4 * a + 0.2 * g, 0.4 * a + 0.2 * b, a]
        });
        for space in [Space::Srgb, Space::DisplayP3, Space::Linear, Space::Rec2020Linear] {
            let got = run(&Lut::new(&cube, space, Interpolation::Tetrahedral, 1.0), pale.clone());
            let off = got.floats().iter().zip(pale.floats()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 2e-6, "{space:?}: off by {off:e}");
        }
    }

    #[test]
    fn strength_is_a_share_of_the_change_and_what_is_not_seen_stays() {
        let cube = wild();
        let hidden =
            Plane::rgba(Size::new(5, 1), |x, _| [0.5, -0.25, 2.0, [0.0, 9e-4, -1.0, 0.5, 1.0][x as usize]]);
        let with =
            |strength| run(&Lut::new(&cube, Space::Linear, Interpolation::Linear, strength), hidden.clone());
        let (none, half, full) = (with(0.0), with(0.5), with(1.0));
        assert_eq!(none, hidden);
        for x in 0..5 {
            let [from, half, full] = [&hidden, &half, &full].map(|p| p.rgba_at(x, 0));
            assert_eq!(from[3], full[3]);
            if x < 3 {
                assert_eq!([half, full], [from, from]);
            }
            for c in 0..3 {
                assert!((half[c] - 0.5 * (from[c] + full[c])).abs() < 1e-5);
            }
            assert!(x < 3 || full[..3] != from[..3]);
        }
    }

    #[test]
    fn numbers_that_are_none_reach_no_table() {
        let wild = wild();
        let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN];
        let picture =
            Plane::rgba(Size::new(5, 5), |x, y| [strange[x as usize], 0.5, strange[y as usize], 1.0]);
        for space in [Space::Srgb, Space::Rec2020Linear] {
            let got = run(&Lut::new(&wild, space, Interpolation::Tetrahedral, 1.0), picture.clone());
            assert!(got.floats().iter().all(|v| v.is_finite()), "a table holds finite numbers only");
        }
    }
}
