//! Twins in lock-step: one kernel, the same planes, both executors, and how far the results differ.

use std::fmt::Write as _;

use packshot::exec::Executor;
use packshot::image::{Format, Plane, Sample};
use packshot::kernel::{Case, Kernel};
use packshot::plan::Plan;

use super::cases;

/// What the comparison of one kernel found.
#[derive(Debug)]
pub struct Agreement {
    /// The kernel.
    pub kernel: &'static str,
    /// Cases run.
    pub cases: usize,
    /// Largest difference, in the measure of its tolerance.
    pub max: f64,
    /// Its tolerance.
    pub tolerance: f32,
}

/// Compares the twins of every kernel; the error lists every kernel that fails, with its first mismatch.
pub fn check_all(
    kernels: &[&'static Kernel],
    cpu: &dyn Executor,
    gpu: &dyn Executor,
) -> Result<Vec<Agreement>, String> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for kernel in kernels {
        match check_kernel(kernel, cpu, gpu) {
            Ok(agreement) => good.push(agreement),
            Err(text) => bad.push(text),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad.join("\n")) }
}

/// Compares the twins of one kernel over its own cases and the common ones.
pub fn check_kernel(
    kernel: &'static Kernel,
    cpu: &dyn Executor,
    gpu: &dyn Executor,
) -> Result<Agreement, String> {
    let cases = cases::all(kernel);
    let mut agreement =
        Agreement { kernel: kernel.name, cases: cases.len(), max: 0.0, tolerance: kernel.tolerance.max };
    if cases.is_empty() {
        return Err(format!("kernel `{}` has no cases", kernel.name));
    }
    for case in &cases {
        let at = |e: String| format!("kernel `{}`, case `{}`: {e}", kernel.name, case.name);
        let max = check_case(kernel, case, cpu, gpu).map_err(at)?;
        agreement.max = agreement.max.max(max);
    }
    Ok(agreement)
}

/// Runs both twins on one case and returns the largest difference.
pub fn check_case(
    kernel: &'static Kernel,
    case: &Case,
    cpu: &dyn Executor,
    gpu: &dyn Executor,
) -> Result<f64, String> {
    let plan = lone_step(kernel, case)?;
    let inputs: Vec<&Plane> = case.inputs.iter().collect();
    let expected = cpu.run(&plan, &inputs).map_err(|e| e.to_string())?;
    let found = gpu.run(&plan, &inputs).map_err(|e| e.to_string())?;
    let mut max = 0.0_f64;
    for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
        let name = kernel.outputs[i].name;
        max = max.max(compare(expected, found, kernel.tolerance.max).map_err(|e| format!("`{name}`: {e}"))?);
    }
    Ok(max)
}

/// A plan of one step.
pub fn lone_step(kernel: &'static Kernel, case: &Case) -> Result<Plan, String> {
    let mut plan = Plan::new();
    let inputs: Vec<_> = (case.inputs.iter().zip(kernel.inputs))
        .map(|(plane, port)| plan.input(port.name, plane.size(), plane.format()))
        .collect();
    let outputs: Vec<_> = (case.outputs.iter().zip(kernel.outputs))
        .map(|((size, format), port)| plan.plane(port.name, *size, *format))
        .collect();
    plan.record_bytes("parity", kernel, &case.params, &inputs, &outputs).map_err(|e| e.to_string())?;
    outputs.into_iter().for_each(|id| plan.output(id));
    Ok(plan)
}

/// The largest difference of two planes, or where they first differ by more than `tolerance`: absolute for
/// values up to 1 and relative above, in codes for 8 and 16 bits.
pub fn compare(expected: &Plane, found: &Plane, tolerance: f32) -> Result<f64, String> {
    if (expected.size(), expected.format()) != (found.size(), found.format()) {
        return Err("the planes differ in size or format".into());
    }
    let (mut max, mut beyond, mut first) = (0.0_f64, 0_usize, None);
    let count = samples(expected);
    for i in 0..count {
        let ((a, a_bits), (b, b_bits)) = (sample(expected, i), sample(found, i));
        let difference = difference(expected.format(), a, b);
        max = max.max(difference);
        if difference > f64::from(tolerance) {
            beyond += 1;
            first.get_or_insert((i, a, a_bits, b, b_bits));
        }
    }
    let Some((i, a, a_bits, b, b_bits)) = first else { return Ok(max) };
    let (x, y, c) = place(expected, i);
    let mut text =
        format!("{}: {beyond} of {count} samples differ by more than {tolerance}; ", expected.size());
    let _ = write!(text, "first at x {x}, y {y}, channel {c}: cpu {a} ({a_bits:#010x}), ");
    let _ = write!(text, "gpu {b} ({b_bits:#010x}); largest difference {max}");
    Err(text)
}

fn difference(format: Format, a: f64, b: f64) -> f64 {
    let codes = matches!(format, Format::Packed { sample: Sample::U8 | Sample::U16, .. });
    if a == b || (a.is_nan() && b.is_nan()) {
        0.0
    } else if a.is_finite() && b.is_finite() {
        (a - b).abs() / if codes { 1.0 } else { a.abs().max(1.0) }
    } else {
        f64::INFINITY
    }
}

fn samples(plane: &Plane) -> usize {
    match plane.format() {
        Format::Packed { sample, .. } => plane.byte_len() / sample.bytes(),
        Format::Gray | Format::Rgba => plane.floats().len(),
    }
}

fn sample(plane: &Plane, i: usize) -> (f64, u32) {
    match plane.format() {
        Format::Packed { sample: Sample::U8, .. } => (plane.bytes()[i].into(), plane.bytes()[i].into()),
        Format::Packed { sample: Sample::U16, .. } => (plane.shorts()[i].into(), plane.shorts()[i].into()),
        _ => (plane.floats()[i].into(), plane.words()[i]),
    }
}

/// Column, row and channel of a sample.
fn place(plane: &Plane, i: usize) -> (usize, usize, usize) {
    let width = plane.size().width as usize;
    match plane.format() {
        Format::Gray => (i % width, i / width, 0),
        Format::Rgba => (i % width, i / (4 * width), i / width % 4),
        Format::Packed { channels, .. } => {
            let (pixel, c) = (i / channels as usize, i % channels as usize);
            (pixel % width, pixel / width, c)
        }
    }
}
