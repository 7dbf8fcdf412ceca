//! Slope, offset and power a channel, then saturation. Twin of shaders/cdl.wgsl.

use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::codes::{CHUNK, Change, Lanes, Space, Way, through};
use crate::ops::testing;
use crate::ops::transfer::{power, unit};
use crate::{params, vectorised};

params! {
    /// What the numbers are codes of, and what is done to them.
    pub(super) struct CdlParams {
        /// Working light to the codes' red; the fourth numbers are unused.
        to_red: [f32; 4],
        /// To their green.
        to_green: [f32; 4],
        /// To their blue.
        to_blue: [f32; 4],
        /// Their light to working red.
        from_red: [f32; 4],
        /// To working green.
        from_green: [f32; 4],
        /// To working blue.
        from_blue: [f32; 4],
        /// Factor a channel.
        slope: [f32; 4],
        /// What is added.
        offset: [f32; 4],
        /// Exponent a channel.
        power: [f32; 4],
        /// Distance from luma, as a factor.
        saturation: f32,
        /// 1: clamped to 0 … 1 before the power and at the end.
        clamped: u32,
        /// 1: the codes have the sRGB curve.
        encoded: u32,
        /// Unused.
        pad0: u32,
    }
}

/// The picture, graded.
pub static APPLY_CDL: Kernel = Kernel {
    name: "apply_cdl",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/power.wgsl"),
        include_str!("../../../shaders/lib/codes.wgsl"),
        include_str!("../../../shaders/cdl.wgsl")
    ),
    inputs: &[Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) }],
    outputs: &[Output { name: "graded", format: PortFormat::Rgba }],
    layout: CdlParams::LAYOUT,
    cpu: apply_cdl,
    tolerance: Tolerance {
        max: 2e-5,
        why: "some ulps of the light, times the steepest part of its curve and the powers",
    },
    cases,
};

/// Weights of red, green and blue in luma, BT.709.
const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

vectorised! {
    fn apply_cdl(job: &mut Job<'_>) {
        let p: CdlParams = job.params();
        let way = Way::of(
            [p.to_red, p.to_green, p.to_blue],
            [p.from_red, p.from_green, p.from_blue],
            p.encoded,
        );
        through(job, &way, &p);
    }
}

impl Change for CdlParams {
    #[inline(always)]
    fn change(&self, codes: &mut [Lanes; 3]) {
        for (c, line) in codes.iter_mut().enumerate() {
            raise(line, self.slope[c], self.offset[c], self.power[c], self.clamped == 1);
        }
        if self.saturation != 1.0 {
            saturate(codes, self.saturation);
        }
        if self.clamped == 1 {
            for line in codes.iter_mut() {
                held(line);
            }
        }
    }
}

/// Slope, offset and power. Without clamp, what is not above 0 has no power and stays.
#[inline(always)]
fn raise(line: &mut Lanes, slope: f32, offset: f32, exponent: f32, clamped: bool) {
    for v in line.iter_mut() {
        *v = *v * slope + offset;
    }
    if clamped {
        held(line);
    }
    if exponent != 1.0 {
        for v in line.iter_mut() {
            *v = if *v > 0.0 { power(*v, exponent) } else { *v };
        }
    }
}

#[inline(always)]
fn held(line: &mut Lanes) {
    for v in line.iter_mut() {
        *v = unit(*v);
    }
}

#[inline(always)]
fn saturate(codes: &mut [Lanes; 3], saturation: f32) {
    for i in 0..CHUNK {
        let luma = LUMA[0] * codes[0][i] + LUMA[1] * codes[1][i] + LUMA[2] * codes[2][i];
        for line in codes.iter_mut() {
            line[i] = luma + saturation * (line[i] - luma);
        }
    }
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (space, clamped, saturation) in [
        (Space::Srgb, 1, 0.8),
        (Space::Srgb, 0, 1.0),
        (Space::Linear, 0, 1.3),
        (Space::Rec2020Linear, 1, 0.0),
    ] {
        let [to_red, to_green, to_blue, from_red, from_green, from_blue] = space.way().rows();
        let params = CdlParams {
            to_red,
            to_green,
            to_blue,
            from_red,
            from_green,
            from_blue,
            slope: [1.2, 0.95, 1.05, 0.0],
            offset: [0.02, -0.01, 0.0, 0.0],
            power: [0.9, 1.1, 1.0, 0.0],
            saturation,
            clamped,
            encoded: space.way().curve,
            pad0: 0,
        };
        all.extend(testing::colours(|name, colour| Case {
            name: format!("{name} {space:?} {clamped}"),
            params: bytemuck::bytes_of(&params).to_vec(),
            outputs: vec![(colour.size(), Format::Rgba)],
            inputs: vec![colour],
        }));
    }
    all
}
