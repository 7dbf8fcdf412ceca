//! What a pixel says about the two colours that mix in it: the normal equations of
//! `light = alpha · product + (1 − alpha) · backdrop`, weighted by how far that can be trusted.
//! Twin of shaders/band/evidence.wgsl.
//!
//! Sums of these equations over any area are the equations of one colour each for that area, which is what
//! coarser levels need.

use super::cases;
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// Variance of what the mixture leaves unexplained.
    pub(super) struct EvidenceParams {
        /// Of the noise: at any light.
        base: f32,
        /// And a unit of light.
        slope: f32,
        /// Of an alpha that is an estimate.
        doubt: f32,
        /// Unused.
        pad0: f32,
    }
}

/// Of the product: light times alpha, and alpha squared. Of the backdrop: the same with one less alpha. And the
/// product of the two shares. All over the variance.
pub(super) static BAND_EVIDENCE: Kernel = Kernel {
    name: "band_evidence",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/band/evidence.wgsl")
    ),
    inputs: &[
        Input { name: "light", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "alpha", format: PortFormat::Gray, reach: Reach::Rows(0) },
    ],
    outputs: &[
        Output { name: "product", format: PortFormat::Rgba },
        Output { name: "backdrop", format: PortFormat::Rgba },
        Output { name: "both", format: PortFormat::Gray },
    ],
    layout: EvidenceParams::LAYOUT,
    cpu: evidence,
    tolerance: Tolerance { max: 1e-5, why: "a quotient and three products" },
    cases: || {
        cases::each(|name, case| {
            let params = EvidenceParams { base: 2e-4, slope: 1e-3, doubt: 4e-4, pad0: 0.0 };
            Case {
                name,
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![case.light.clone(), case.number(2)],
                outputs: vec![
                    (case.size, Format::Rgba),
                    (case.size, Format::Rgba),
                    (case.size, Format::Gray),
                ],
            }
        })
    },
};

vectorised! {
    fn evidence(job: &mut Job<'_>) {
        let by: EvidenceParams = job.params();
        let [light, alpha] = [0, 1].map(|i| job.inputs[i]);
        let [to_product, to_backdrop, to_both] = job.outputs else { return };
        for slot in job.rows.clone() {
            let [r, g, b, _] = light.rgba(i64::from(slot));
            let alpha = alpha.gray(i64::from(slot));
            let (product, backdrop) = (to_product.rgba(slot), to_backdrop.rgba(slot));
            let both = to_both.gray(slot);
            for i in 0..alpha.len() {
                let (a, rest) = (alpha[i], 1.0 - alpha[i]);
                let level = (r[i] + g[i] + b[i]) * (1.0 / 3.0);
                let trust = 1.0 / (by.base + by.slope * level.max(0.0) + by.doubt * (0.25 + 3.0 * (a * rest).max(0.0)));
                let (inside, behind) = (a * trust, rest * trust);
                for (c, light) in [r[i], g[i], b[i]].into_iter().enumerate() {
                    product[c][i] = inside * light;
                    backdrop[c][i] = behind * light;
                }
                product[3][i] = inside * a;
                backdrop[3][i] = behind * rest;
                both[i] = inside * rest;
            }
        }
    }
}
