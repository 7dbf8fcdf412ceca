//! One matrix on colour: from the file's primaries to the working ones, white balance, exposure. Linear, so
//! it commutes with premultiplication and with resizing.

use crate::image::{Format, Matrix3, multiply};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::plan::{Plan, PlanError, PlaneId};
use crate::{params, vectorised};

params! {
    /// Rows of the matrix; the fourth number is unused.
    pub struct MatrixParams {
        /// Weights of the new red.
        red: [f32; 4],
        /// Weights of the new green.
        green: [f32; 4],
        /// Weights of the new blue.
        blue: [f32; 4],
    }
}

/// The same matrix on every pixel.
pub static COLOUR_MATRIX: Kernel = Kernel {
    name: "colour_matrix",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/colour_matrix.wgsl")
    ),
    inputs: &[Input { name: "colour", format: PortFormat::Rgba, reach: Reach::Rows(0) }],
    outputs: &[Output { name: "mixed", format: PortFormat::Rgba }],
    layout: MatrixParams::LAYOUT,
    cpu: colour_matrix,
    tolerance: Tolerance { max: 1e-6, why: "three products; a GPU may fuse multiply and add" },
    cases,
};

/// Records a matrix; the identity records nothing, and a matrix on a matrix becomes one.
///
/// # Errors
/// [`PlanError`] where the recording is inconsistent.
pub fn mix(plan: &mut Plan, op: &'static str, colour: PlaneId, m: Matrix3) -> Result<PlaneId, PlanError> {
    if m == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
        return Ok(colour);
    }
    let fold = |before: MatrixParams| {
        params(product(m, [before.red, before.green, before.blue].map(|r| [r[0], r[1], r[2]])))
    };
    if plan.amend(&COLOUR_MATRIX, colour, fold) {
        return Ok(colour);
    }
    let mixed = plan.plane("colour", plan.decl(colour).size, Format::Rgba);
    plan.record(op, &COLOUR_MATRIX, &params(m), &[colour], &[mixed])?;
    Ok(mixed)
}

/// `m` after `before`.
fn product(m: Matrix3, before: Matrix3) -> Matrix3 {
    let wide = |m: Matrix3| m.map(|r| r.map(f64::from));
    multiply(wide(m), wide(before)).map(|r| r.map(|v| v as f32))
}

fn params(m: Matrix3) -> MatrixParams {
    let [red, green, blue] = m.map(|r| [r[0], r[1], r[2], 0.0]);
    MatrixParams { red, green, blue }
}

vectorised! {
    fn colour_matrix(job: &mut Job<'_>) {
        let p: MatrixParams = job.params();
        for y in job.rows.clone() {
            let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            for (row, to) in [(p.red, to_r), (p.green, to_g), (p.blue, to_b)] {
                for (((o, r), g), b) in to.iter_mut().zip(r).zip(g).zip(b) {
                    *o = row[0] * r + row[1] * g + row[2] * b;
                }
            }
            to_a.copy_from_slice(a);
        }
    }
}

fn cases() -> Vec<Case> {
    super::testing::colours(|name, colour| Case {
        name,
        params: bytemuck::bytes_of(&params([[0.7, 0.2, 0.1], [-0.1, 1.2, -0.1], [0.02, 0.08, 0.9]])).to_vec(),
        outputs: vec![(colour.size(), Format::Rgba)],
        inputs: vec![colour],
    })
}
