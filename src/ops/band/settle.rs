//! Alpha as the solve leaves it: within 0 … 1, its last per cent at either end taken for certain.
//! Twin of shaders/band/settle.wgsl.

use super::cases;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::transfer::unit;
use crate::{params, vectorised};

params! {
    /// What is taken for certain.
    pub(super) struct SettleParams {
        /// Alpha up to which there is no product, and from one less which there is nothing else.
        snap: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
        /// Unused.
        pad2: f32,
    }
}

/// Alpha of the band.
pub(super) static BAND_SETTLE: Kernel = Kernel {
    name: "band_settle",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/settle.wgsl")
    ),
    inputs: &[Input { name: "state", format: PortFormat::Rgba, reach: Reach::Rows(0) }],
    outputs: &[Output { name: "alpha", format: PortFormat::Gray }],
    layout: SettleParams::LAYOUT,
    cpu: settle,
    tolerance: Tolerance { max: 1e-6, why: "one quotient" },
    cases: || {
        cases::each(|name, case| {
            let params = SettleParams { snap: 0.01, pad0: 0.0, pad1: 0.0, pad2: 0.0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.state.clone()],
                outputs: vec![(case.size, Format::Gray)],
            }
        })
    },
};

vectorised! {
    fn settle(job: &mut Job<'_>) {
        let by: SettleParams = job.params();
        let state = job.inputs[0];
        let scale = 1.0 / (1.0 - 2.0 * by.snap);
        for slot in job.rows.clone() {
            let [solved, ..] = state.rgba(i64::from(slot));
            for (a, s) in job.outputs[0].gray(slot).iter_mut().zip(solved) {
                *a = unit((s - by.snap) * scale);
            }
        }
    }
}
