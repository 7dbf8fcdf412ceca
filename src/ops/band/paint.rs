//! The product's colour beside its alpha, ready to be read: as solved at the soft edge, as seen where alpha is 1.
//! Twin of shaders/band/paint.wgsl.

use super::cases;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Nothing to choose.
    pub(super) struct PaintParams {
        /// Unused.
        pad0: u32,
        /// Unused.
        pad1: u32,
        /// Unused.
        pad2: u32,
        /// Unused.
        pad3: u32,
    }
}

/// Straight colour and alpha.
pub(super) static BAND_PAINT: Kernel = Kernel {
    name: "band_paint",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/paint.wgsl")
    ),
    inputs: &[
        Input { name: "product", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "light", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "alpha", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "painted", format: PortFormat::Rgba }],
    layout: PaintParams::LAYOUT,
    cpu: paint,
    tolerance: Tolerance { max: 0.0, why: "a choice" },
    cases: || {
        cases::each(|name, case| {
            let mut alpha = case.number(2);
            alpha.floats_mut().iter_mut().for_each(|a| *a = (*a * 1.5).min(1.0));
            Case {
                name,
                params: vec![0; 16],
                inputs: vec![case.state.clone(), case.light.clone(), alpha],
                outputs: vec![(case.size, Format::Rgba)],
            }
        })
    },
};

vectorised! {
    fn paint(job: &mut Job<'_>) {
        let [product, light, alpha] = [0, 1, 2].map(|i| job.inputs[i]);
        for slot in job.rows.clone() {
            let alpha = alpha.gray(i64::from(slot));
            let (product, light) = (product.rgba(i64::from(slot)), light.rgba(i64::from(slot)));
            let [r, g, b, a] = job.outputs[0].rgba(slot);
            a.copy_from_slice(alpha);
            for (c, to) in [r, g, b].into_iter().enumerate() {
                for (i, to) in to.iter_mut().enumerate() {
                    *to = if alpha[i] >= 1.0 { light[c][i] } else { product[c][i] };
                }
            }
        }
    }
}
