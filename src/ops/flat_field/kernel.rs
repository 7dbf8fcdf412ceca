//! A picture times a smooth gain a channel: bilinear between the nodes of a small grid that covers the
//! photograph. Alpha stays as it is. Twin of shaders/flat_field.wgsl.

use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::grid::{Around, Columns};
use crate::ops::testing;
use crate::{params, vectorised};

params! {
    /// Where the grid lies.
    pub(super) struct FlatParams {
        /// From pixels to the grid.
        map: [f32; 4],
    }
}

/// Light times the field's gain.
pub(super) static EVEN_LIGHT: Kernel = Kernel {
    name: "even_light",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/lib/grid.wgsl"),
        include_str!("../../../shaders/flat_field.wgsl")
    ),
    inputs: &[
        Input { name: "colour", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "gain", format: PortFormat::Rgba, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "even", format: PortFormat::Rgba }],
    layout: FlatParams::LAYOUT,
    cpu: even_light,
    tolerance: Tolerance { max: 5e-5, why: "an ulp of the grid position times the steepest grid step" },
    cases,
};

vectorised! {
    fn even_light(job: &mut Job<'_>) {
        let p: FlatParams = job.params();
        let [colour, gain] = [0, 1].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, gain.size.width, p.map);
        for y in job.rows.clone() {
            let light = Around::new(&gain, y, p.map);
            let [r, g, b, a] = colour.rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            for (run, (to, from)) in [(to_r, r), (to_g, g), (to_b, b)].into_iter().enumerate() {
                to.copy_from_slice(from);
                brighten(&light, &columns, run, to);
            }
            to_a.copy_from_slice(a);
        }
    }
}

/// Multiplies a row of a channel by its gain.
#[inline(always)]
pub(super) fn brighten(light: &Around<'_>, columns: &Columns, run: usize, row: &mut [f32]) {
    for span in columns.spans() {
        let (x0, x1, _) = columns.cell(span.start);
        let [left, right] = [0.0, 1.0].map(|share| light.at(run, (x0, x1, share)));
        for x in span.clone() {
            row[x] *= left + (right - left) * columns.cell(x).2;
        }
    }
}

fn cases() -> Vec<Case> {
    let grid = Plane::rgba(Size::new(13, 11), |x, y| [1, 2, 3, 4].map(|c| 0.5 + testing::noise(x, y, c)));
    testing::colours(|name, colour| {
        let size = colour.size();
        let map = [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7];
        Case {
            name,
            params: bytemuck::bytes_of(&FlatParams { map }).to_vec(),
            inputs: vec![colour, grid.clone()],
            outputs: vec![(size, Format::Rgba)],
        }
    })
}
