//! Small kernels of every kind that ops have: pointwise, stencil, from and to file samples, row-mapped, with
//! a table. They exercise the executors and the harness, and are no part of the engine.

use packshot::image::{Format, Plane, Sample, Size};
use packshot::kernel::{Case, Input, Job, Kernel, Output, Params, PortFormat, Reach, Tolerance};

use super::cases::{Content, gray, packed, rgba};

const SHADER: &str = concat!(include_str!("../../shaders/lib/frame.wgsl"), include_str!("samples.wgsl"));
/// 8-bit RGB, as a decoder leaves it.
pub const RGB8: Format = Format::Packed { sample: Sample::U8, channels: 3 };

packshot::params! {
    /// Parameters of [`GAIN`].
    pub struct Gain { factor: [f32; 4], lift: f32, pad0: f32, pad1: f32, pad2: f32 }
}
packshot::params! {
    /// Parameters of the other samples.
    pub struct Scale { scale: f32, levels: u32, pad0: u32, pad1: u32 }
}

/// A gain that differs in every channel.
pub const SOME_GAIN: Gain =
    Gain { factor: [0.5, 1.25, -0.75, 1.0], lift: 0.125, pad0: 0.0, pad1: 0.0, pad2: 0.0 };

/// A scale without table.
pub const fn scale(scale: f32) -> Scale {
    Scale { scale, levels: 0, pad0: 0, pad1: 0 }
}

const EXACT: Tolerance = Tolerance { max: 0.0, why: "integer arithmetic, or one rounding" };
const SUMS: Tolerance = Tolerance { max: 1e-6, why: "a device may contract a product and a sum" };

const fn input(name: &'static str, format: PortFormat, reach: Reach) -> Input {
    Input { name, format, reach }
}
const fn output(name: &'static str, format: PortFormat) -> Output {
    Output { name, format }
}

/// Colour times a factor a channel, plus a lift.
pub static GAIN: Kernel = Kernel {
    name: "sample_gain",
    shader: SHADER,
    inputs: &[input("source", PortFormat::Rgba, Reach::Rows(0))],
    outputs: &[output("result", PortFormat::Rgba)],
    layout: Gain::LAYOUT,
    cpu: gain,
    tolerance: SUMS,
    cases: || {
        let size = Size::new(9, 17);
        vec![case("some gain", &SOME_GAIN, vec![rgba(size, Content::Ramp)], (size, Format::Rgba))]
    },
};

/// Sum of 3×3 neighbours.
pub static BOX: Kernel = Kernel {
    name: "sample_box",
    shader: SHADER,
    inputs: &[input("source", PortFormat::Gray, Reach::Rows(1))],
    outputs: &[output("result", PortFormat::Gray)],
    layout: Scale::LAYOUT,
    cpu: box3,
    tolerance: SUMS,
    cases: || {
        let size = Size::new(8, 8);
        vec![case("mean", &scale(1.0 / 9.0), vec![gray(size, Content::Noise(1))], (size, Format::Gray))]
    },
};

/// File samples to colour.
pub static READ: Kernel = Kernel {
    name: "sample_read",
    shader: SHADER,
    inputs: &[input("file", PortFormat::Packed, Reach::Rows(0))],
    outputs: &[output("result", PortFormat::Rgba)],
    layout: Scale::LAYOUT,
    cpu: read,
    tolerance: EXACT,
    cases: || {
        let size = Size::new(7, 5);
        let codes = packed(size, RGB8, Content::Noise(2));
        vec![case("codes", &scale(1.0 / 255.0), vec![codes], (size, Format::Rgba))]
    },
};

/// Colour to file samples.
pub static WRITE: Kernel = Kernel {
    name: "sample_write",
    shader: SHADER,
    inputs: &[input("source", PortFormat::Rgba, Reach::Rows(0))],
    outputs: &[output("codes", PortFormat::Packed)],
    layout: Scale::LAYOUT,
    cpu: write,
    tolerance: Tolerance { max: 1.0, why: "a contracted product and sum may round to the next code" },
    cases: || {
        let size = Size::new(7, 5);
        vec![case("codes", &scale(255.0), vec![rgba(size, Content::Wild)], (size, Format::RGBA8))]
    },
};

/// Half the size.
pub static HALVE: Kernel = Kernel {
    name: "sample_halve",
    shader: SHADER,
    inputs: &[input("source", PortFormat::Gray, Reach::Mapped(|_, rows| 2 * rows.start..2 * rows.end))],
    outputs: &[output("result", PortFormat::Gray)],
    layout: Scale::LAYOUT,
    cpu: halve,
    tolerance: SUMS,
    cases: || {
        let sizes = [(1, 1), (2, 2), (7, 5), (64, 33), (257, 129)].map(|(w, h)| Size::new(w, h));
        let case = |size: Size| {
            let half = Size::new((size.width / 2).max(1), (size.height / 2).max(1));
            case("half", &scale(0.25), vec![gray(size, Content::Noise(3))], (half, Format::Gray))
        };
        sizes.map(case).into()
    },
};

/// A table read whole.
pub static LOOK_UP: Kernel = Kernel {
    name: "sample_look_up",
    shader: SHADER,
    inputs: &[
        input("source", PortFormat::Gray, Reach::Rows(0)),
        input("table", PortFormat::Gray, Reach::Whole),
    ],
    outputs: &[output("looked_up", PortFormat::Gray)],
    layout: Scale::LAYOUT,
    cpu: look_up,
    tolerance: EXACT,
    cases: || {
        let size = Size::new(33, 20);
        let inputs = vec![gray(size, Content::Wild), table(16)];
        vec![case("16 levels", &Scale { levels: 16, ..scale(2.0) }, inputs, (size, Format::Gray))]
    },
};

/// All of them.
pub static ALL: [&Kernel; 6] = [&GAIN, &BOX, &READ, &WRITE, &HALVE, &LOOK_UP];

/// A table of `levels` squares.
pub fn table(levels: u32) -> Plane {
    Plane::gray(Size::new(levels, 1), |x, _| (x * x) as f32)
}

fn case<P: Params>(name: &str, params: &P, inputs: Vec<Plane>, output: (Size, Format)) -> Case {
    Case { name: name.into(), params: bytemuck::bytes_of(params).to_vec(), inputs, outputs: vec![output] }
}

fn gain(job: &mut Job<'_>) {
    let p: Gain = job.params();
    for y in job.rows.clone() {
        let rows = job.inputs[0].rgba(y.into());
        for (c, (to, from)) in job.outputs[0].rgba(y).into_iter().zip(rows).enumerate() {
            for (to, v) in to.iter_mut().zip(from) {
                *to = v * p.factor[c] + p.lift;
            }
        }
    }
}

fn box3(job: &mut Job<'_>) {
    let p: Scale = job.params();
    for y in job.rows.clone() {
        let rows = [-1, 0, 1].map(|d| job.inputs[0].gray(i64::from(y) + d));
        let to = job.outputs[0].gray(y);
        let last = to.len() - 1;
        for (x, to) in to.iter_mut().enumerate() {
            let mut sum = 0.0;
            for row in rows {
                for v in [row[x.saturating_sub(1)], row[x], row[(x + 1).min(last)]] {
                    sum += v;
                }
            }
            *to = sum * p.scale;
        }
    }
}

fn read(job: &mut Job<'_>) {
    let p: Scale = job.params();
    for y in job.rows.clone() {
        let codes = job.inputs[0].row_bytes(y.into());
        let [r, g, b, a] = job.outputs[0].rgba(y);
        for (x, code) in codes.chunks_exact(3).enumerate() {
            (r[x], g[x], b[x], a[x]) = (
                f32::from(code[0]) * p.scale,
                f32::from(code[1]) * p.scale,
                f32::from(code[2]) * p.scale,
                1.0,
            );
        }
    }
}

fn write(job: &mut Job<'_>) {
    let p: Scale = job.params();
    for y in job.rows.clone() {
        let rows = job.inputs[0].rgba(y.into());
        for (x, codes) in job.outputs[0].row_bytes(y).chunks_exact_mut(4).enumerate() {
            for (code, row) in codes.iter_mut().zip(rows) {
                *code = (row[x].clamp(0.0, 1.0) * p.scale + 0.5) as u8;
            }
        }
    }
}

fn halve(job: &mut Job<'_>) {
    let p: Scale = job.params();
    for y in job.rows.clone() {
        let [upper, lower] = [0, 1].map(|d| job.inputs[0].gray(2 * i64::from(y) + d));
        let last = upper.len() - 1;
        for (x, to) in job.outputs[0].gray(y).iter_mut().enumerate() {
            let (x, right) = ((2 * x).min(last), (2 * x + 1).min(last));
            *to = (upper[x] + upper[right] + (lower[x] + lower[right])) * p.scale;
        }
    }
}

fn look_up(job: &mut Job<'_>) {
    let p: Scale = job.params();
    let table = job.inputs[1].gray(0);
    for y in job.rows.clone() {
        let row = job.inputs[0].gray(y.into());
        for (to, v) in job.outputs[0].gray(y).iter_mut().zip(row) {
            *to = table[(v.clamp(0.0, 1.0) * (p.levels - 1) as f32) as usize] * p.scale;
        }
    }
}
