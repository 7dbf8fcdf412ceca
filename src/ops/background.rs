//! What lies behind the product: an even colour, or nothing. What a cut-out leaves transparent is exactly the
//! background's colour here.

use serde::Deserialize;

use super::quantise::LEAST_ALPHA;
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, settings};
use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// The background's colour.
    pub struct BackgroundParams {
        /// Linear working light; the fourth number is unused.
        colour: [f32; 4],
    }
}

/// Premultiplied colour over an even background.
pub static OVER_BACKGROUND: Kernel = Kernel {
    name: "over_background",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/background.wgsl")
    ),
    inputs: &[Input { name: "product", format: PortFormat::Rgba, reach: Reach::Rows(0) }],
    outputs: &[Output { name: "picture", format: PortFormat::Rgba }],
    layout: BackgroundParams::LAYOUT,
    cpu: over_background,
    tolerance: Tolerance { max: 1e-6, why: "one product; a GPU may fuse multiply and add" },
    cases,
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "background",
    about: "an even colour behind the product, or none: the output's own rule decides unless `colour` is set",
    source: "T. Porter, T. Duff, Compositing Digital Images, 1984",
    stage: Stage::Output,
    params: &[ParamDef {
        name: "colour",
        default: "\"output\"",
        range: "output | white | none | #rrggbb",
        about: "sRGB colour of the background; `output` follows the channel",
    }],
    kernels: &[&OVER_BACKGROUND],
    make: settings::<Background>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Background {
    colour: Choice,
}

impl Default for Background {
    fn default() -> Self {
        Self { colour: Choice::Output }
    }
}

/// What the setting says.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
enum Choice {
    Output,
    None,
    Srgb([u8; 3]),
}

impl TryFrom<String> for Choice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "output" => Ok(Self::Output),
            "none" => Ok(Self::None),
            "white" => Ok(Self::Srgb([255; 3])),
            hex => super::parse_hex(hex)
                .map(Self::Srgb)
                .ok_or_else(|| format!("`{hex}` is no background: use output, white, none or #rrggbb")),
        }
    }
}

impl Op for Background {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let target = scene.target()?;
        let colour = match (&self.colour, target.transparent) {
            (Choice::Srgb(codes), _) => super::working_from_srgb8(*codes),
            (Choice::None, _) | (Choice::Output, true) => return Ok(()),
            (Choice::Output, false) => super::working_from_srgb8(target.background),
        };
        let [r, g, b] = colour;
        let params = BackgroundParams { colour: [r, g, b, 0.0] };
        let size = scene.plan.decl(scene.colour).size;
        let picture = scene.plan.plane("picture", size, Format::Rgba);
        scene.plan.record("background", &OVER_BACKGROUND, &params, &[scene.colour], &[picture])?;
        scene.colour = picture;
        Ok(())
    }
}

vectorised! {
    fn over_background(job: &mut Job<'_>) {
        let p: BackgroundParams = job.params();
        for y in job.rows.clone() {
            let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            for (c, (from, to)) in [(r, to_r), (g, to_g), (b, to_b)].into_iter().enumerate() {
                for ((o, v), a) in to.iter_mut().zip(from).zip(a) {
                    let seen = v + (1.0 - a) * p.colour[c];
                    *o = if *a < LEAST_ALPHA { p.colour[c] } else { seen };
                }
            }
            to_a.fill(1.0);
        }
    }
}

fn cases() -> Vec<Case> {
    super::testing::colours(|name, colour| Case {
        name,
        params: bytemuck::bytes_of(&BackgroundParams { colour: [1.0, 0.5, 0.25, 0.0] }).to_vec(),
        outputs: vec![(colour.size(), Format::Rgba)],
        inputs: vec![colour],
    })
}
