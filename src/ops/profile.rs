//! Working light to the codes of a colour profile, by the stages that the profile was compiled to: the way of
//! every output that is not sRGB's curve over a set of primaries. Twin of shaders/profile.wgsl.
//!
//! It reads no profile: the stages come as numbers, in a plane.

use super::transfer::unit;
use super::{LEAST_ALPHA, OpError, Scene};
use crate::image::stages::{Chunk, RUN, Stages, program, views};
use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// What becomes of alpha.
    pub struct ProfileParams {
        /// Linear working light behind the picture; the fourth number is unused.
        behind: [f32; 4],
        /// 1: colour is divided by alpha.
        straight: u32,
        /// 1: there is something behind the picture, and it becomes opaque.
        backed: u32,
        /// 1: the fourth code is a colour's and takes the place of alpha.
        ink: u32,
        /// Unused.
        pad0: u32,
    }
}

/// Colour through a program of stages.
pub static THROUGH_PROFILE: Kernel = Kernel {
    name: "through_profile",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/lib/root.wgsl"),
        include_str!("../../shaders/profile.wgsl")
    ),
    inputs: &[
        Input { name: "light", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "program", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "codes", format: PortFormat::Rgba }],
    layout: ProfileParams::LAYOUT,
    cpu: through_profile,
    // A code of 16 bits.
    tolerance: Tolerance {
        max: 1.0 / 65_535.0,
        why: "a GPU's square root may be off by ulps, a curve's line is steep",
    },
    cases,
};

/// Records the current picture's colour as codes, straight or before what lies behind it.
///
/// # Errors
/// [`OpError`] where the recording is inconsistent.
pub(super) fn record(
    scene: &mut Scene<'_>,
    stages: &Stages,
    straight: bool,
    ink: bool,
) -> Result<(), OpError> {
    let behind = scene.behind.take();
    let [r, g, b] = behind.unwrap_or_default();
    let params = ProfileParams {
        behind: [r, g, b, 0.0],
        straight: u32::from(straight && behind.is_none()),
        backed: u32::from(behind.is_some()),
        ink: u32::from(ink),
        pad0: 0,
    };
    let table = scene.plan.constant("profile", plane(stages));
    let codes = scene.plan.plane("profile codes", scene.plan.decl(scene.colour).size, Format::Rgba);
    scene.plan.record("quantise", &THROUGH_PROFILE, &params, &[scene.colour, table], &[codes])?;
    scene.colour = codes;
    Ok(())
}

/// Alpha of a pixel of which nothing is seen but what lies behind it: opaque, and not to be dithered.
pub(super) const PURE: f32 = 2.0;

/// Floats a line of the program's plane.
const LINE: u32 = 1024;

/// The program of stages as a plane.
fn plane(stages: &Stages) -> Plane {
    let words = program(stages);
    let rows = (words.len() as u32).div_ceil(LINE).max(1);
    let mut plane = Plane::zeros(Size::new(LINE, rows), Format::Gray);
    plane.floats_mut()[..words.len()].copy_from_slice(&words);
    plane
}

vectorised! {
    fn through_profile(job: &mut Job<'_>) {
        let p: ProfileParams = job.params();
        let Some(stages) = views(bytemuck::cast_slice(job.inputs[1].bytes)) else { return };
        let mut chunk: Chunk = [[0.0; RUN]; 4];
        for y in job.rows.clone() {
            let from = job.inputs[0].rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            let width = to_r.len();
            for start in (0..width).step_by(RUN) {
                let end = (start + RUN).min(width);
                let [r, g, b, a] = from.map(|run| &run[start..end]);
                for (x, a) in a.iter().enumerate() {
                    let (scale, unseen) = weights(&p, *a);
                    chunk[0][x] = r[x] * scale + unseen * p.behind[0];
                    chunk[1][x] = g[x] * scale + unseen * p.behind[1];
                    chunk[2][x] = b[x] * scale + unseen * p.behind[2];
                    chunk[3][x] = 0.0;
                }
                stages.run(&mut chunk);
                to_r[start..end].copy_from_slice(&chunk[0][..end - start]);
                to_g[start..end].copy_from_slice(&chunk[1][..end - start]);
                to_b[start..end].copy_from_slice(&chunk[2][..end - start]);
                if p.ink == 1 {
                    to_a[start..end].copy_from_slice(&chunk[3][..end - start]);
                    continue;
                }
                for (o, a) in to_a[start..end].iter_mut().zip(a) {
                    let kept = if *a < LEAST_ALPHA { 0.0 } else { unit(*a) };
                    let backed = if *a < LEAST_ALPHA { PURE } else { 1.0 };
                    *o = if p.backed == 1 { backed } else { kept };
                }
            }
        }
    }
}

/// What colour is multiplied by, and how much of what lies behind shows.
#[inline(always)]
fn weights(p: &ProfileParams, a: f32) -> (f32, f32) {
    let gone = a < LEAST_ALPHA;
    let divisor = if p.straight == 1 { a.max(LEAST_ALPHA) } else { 1.0 };
    let scale = if (p.straight == 1 || p.backed == 1) && gone { 0.0 } else { 1.0 / divisor };
    let unseen = if gone { 1.0 } else { 1.0 - a };
    (scale, if p.backed == 1 { unseen } else { 0.0 })
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (mode, stages) in crate::image::stages::samples() {
        let params = ProfileParams {
            behind: [0.9, 0.5, 0.2, 0.0],
            straight: u32::from(mode == "straight"),
            backed: u32::from(mode == "backed"),
            ink: u32::from(mode == "ink"),
            pad0: 0,
        };
        cases.extend(super::testing::colours(|name, colour| Case {
            name: format!("{name} {mode}"),
            params: bytemuck::bytes_of(&params).to_vec(),
            outputs: vec![(colour.size(), Format::Rgba)],
            inputs: vec![colour, plane(&stages)],
        }));
    }
    cases
}
