//! One premultiplied picture over another. Twin of shaders/ghost_merge/lay_under.wgsl.
//!
//! Where the upper picture is opaque its pixels stay as they are, bit by bit (Porter and Duff 1984, "over").

use crate::image::{Format, Plane};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::ops::backdrop_matte::kernel::NoParams;
use crate::ops::testing::{colours, noise};
use crate::vectorised;

/// The upper picture over the lower one.
pub static LAY_UNDER: Kernel = Kernel {
    name: "lay_under",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/ghost_merge/lay_under.wgsl")
    ),
    inputs: &[
        Input { name: "upper", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "lower", format: PortFormat::Rgba, reach: Reach::Rows(0) },
    ],
    outputs: &[Output { name: "both", format: PortFormat::Rgba }],
    layout: NoParams::LAYOUT,
    cpu: lay_under,
    tolerance: Tolerance { max: 1e-6, why: "one product and one sum; a GPU may fuse them" },
    cases,
};

vectorised! {
    fn lay_under(job: &mut Job<'_>) {
        for y in job.rows.clone() {
            let [upper, lower] = [0, 1].map(|i| job.inputs[i].rgba(i64::from(y)));
            let alpha = upper[3];
            for ((to, upper), lower) in job.outputs[0].rgba(y).into_iter().zip(upper).zip(lower) {
                for (((o, u), l), a) in to.iter_mut().zip(upper).zip(lower).zip(alpha) {
                    *o = u + (1.0 - a) * l;
                }
            }
        }
    }
}

fn cases() -> Vec<Case> {
    colours(|name, upper| {
        let size = upper.size();
        let lower = Plane::rgba(size, |x, y| [11, 12, 13, 14].map(|seed| noise(x, y, seed)));
        Case {
            name,
            params: bytemuck::bytes_of(&NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 }).to_vec(),
            inputs: vec![upper, lower],
            outputs: vec![(size, Format::Rgba)],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::kernel::{Job, Rows, RowsMut};

    #[test]
    fn opaque_pixels_stay_and_a_glimpse_is_shared() {
        let size = Size::new(3, 1);
        let upper =
            Plane::rgba(size, |x, _| [[0.3, 0.2, 0.1, 1.0], [0.0; 4], [0.2, 0.1, 0.0, 0.5]][x as usize]);
        let lower = Plane::rgba(size, |_, _| [0.5, 0.6, 0.7, 1.0]);
        let mut both = Plane::zeros(size, Format::Rgba);
        let format = both.format();
        let out = RowsMut { size, format, first: 0, bytes: both.bytes_mut() };
        let params = NoParams { pad0: 0, pad1: 0, pad2: 0, pad3: 0 };
        lay_under(&mut Job {
            params: bytemuck::bytes_of(&params),
            rows: 0..1,
            inputs: &[Rows::of(&upper), Rows::of(&lower)],
            outputs: &mut [out],
        });
        assert_eq!(both.rgba_at(0, 0), [0.3, 0.2, 0.1, 1.0]);
        assert_eq!(both.rgba_at(1, 0), [0.5, 0.6, 0.7, 1.0]);
        let glimpse = both.rgba_at(2, 0).into_iter().zip([0.45, 0.4, 0.35, 1.0]);
        assert!(glimpse.into_iter().all(|(a, b): (f32, f32)| (a - b).abs() < 1e-6));
    }
}
