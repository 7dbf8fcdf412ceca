//! From the item's working picture to the output's frame.

use serde::Deserialize;

use super::{Frame, Op, OpDef, OpError, Scene, Stage, resample, settings};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "resize",
    about: "Lanczos3 to the output's frame, antialiased, in linear premultiplied light",
    source: "C. E. Duchon, Lanczos Filtering in One and Two Dimensions, 1979",
    stage: Stage::Output,
    params: &[],
    kernels: &[&resample::RESIZE_ROWS, &resample::RESIZE_COLUMNS],
    make: settings::<Resize>,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Resize {}

impl Op for Resize {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let frame = scene.target()?.frame;
        let part = Frame { window: frame.window_in(&scene.frame), size: frame.size };
        let active = scene.study.active(&frame);
        scene.colour = resample::resize(scene.plan, scene.colour, part, active)?;
        scene.frame = frame;
        Ok(())
    }
}
