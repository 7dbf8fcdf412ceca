//! How a step is cut into dispatches whose bindings the device can hold: row strips, each with only the
//! input rows that it reads. Plain arithmetic; touches no device.

use std::ops::Range;

use crate::exec::ExecError;
use crate::image::Format;
use crate::kernel::Reach;
use crate::plan::{Plan, PlaneDecl, Step};

/// Bindings begin at multiples of this.
pub(super) const ALIGN: u64 = 256;
/// Bytes of the WGSL `Frame`.
pub(super) const FRAME_BYTES: u64 = 4 * FRAME_WORDS as u64;
const FRAME_WORDS: usize = 4 + 4 * VIEWS;
const VIEWS: usize = 8;

/// Part of a plane's buffer, as bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// First byte.
    pub(super) offset: u64,
    /// Bytes.
    pub(super) size: u64,
}

/// One dispatch of a step: the output rows it writes and what it binds, inputs then outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Strip {
    pub(super) rows: Range<u32>,
    pub(super) spans: Vec<Span>,
}

/// Cuts a step into as few strips as the limits allow: bytes a binding, rows a dispatch.
pub(super) fn strips(plan: &Plan, step: &Step, limit: u64, most: u32) -> Result<Vec<Strip>, ExecError> {
    let size = plan.decl(step.outputs[0]).size;
    if size.pixels() == 0 {
        return Ok(Vec::new());
    }
    let quantum = row_quantum(plan, step);
    let mut strips = Vec::new();
    let mut first = 0;
    while first < size.height {
        let left = size.height - first;
        let rows_of = |quanta: u32| first..first + (quanta * quantum).min(left);
        let fits = |rows: &Range<u32>| {
            rows.len() as u64 <= u64::from(most) && spans(plan, step, rows).iter().all(|s| s.size <= limit)
        };
        let quanta = largest(left.div_ceil(quantum), |n| fits(&rows_of(n)));
        let Some(quanta) = quanta else { return Err(too_large(plan, step, &rows_of(1), limit)) };
        let rows = rows_of(quanta);
        first = rows.end;
        strips.push(Strip { spans: spans(plan, step, &rows), rows });
    }
    Ok(strips)
}

/// The largest `n` of `1..=most` that is good, where smaller ones are good too.
fn largest(most: u32, good: impl Fn(u32) -> bool) -> Option<u32> {
    if good(most) {
        return Some(most);
    }
    let (mut low, mut high) = (0, most);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if good(middle) { low = middle } else { high = middle }
    }
    (low > 0).then_some(low)
}

/// Strips begin where every output row begins a word, so that two dispatches never write one word.
fn row_quantum(plan: &Plan, step: &Step) -> u32 {
    let whole = |decl: &PlaneDecl| stride(decl).is_multiple_of(4);
    if step.outputs.iter().all(|id| whole(plan.decl(*id))) { 1 } else { 4 }
}

fn stride(decl: &PlaneDecl) -> u64 {
    u64::from(decl.size.width) * decl.format.pixel_bytes() as u64
}

fn spans(plan: &Plan, step: &Step, rows: &Range<u32>) -> Vec<Span> {
    let inputs = step.inputs.iter().zip(step.kernel.inputs).map(|(id, port)| {
        let decl = plan.decl(*id);
        span(decl, &port.reach.rows(&step.params, rows.clone(), decl.size.height))
    });
    let outputs = step.outputs.iter().map(|id| span(plan.decl(*id), rows));
    inputs.chain(outputs).collect()
}

fn span(decl: &PlaneDecl, rows: &Range<u32>) -> Span {
    let stride = stride(decl);
    let offset = u64::from(rows.start) * stride / ALIGN * ALIGN;
    let end = (u64::from(rows.end) * stride).next_multiple_of(4).min(decl.bytes());
    Span { offset, size: end.saturating_sub(offset).max(4) }
}

fn too_large(plan: &Plan, step: &Step, rows: &Range<u32>, limit: u64) -> ExecError {
    let ports = step.kernel.inputs.iter().map(|p| (p.name, matches!(p.reach, Reach::Whole)));
    let ports = ports.chain(step.kernel.outputs.iter().map(|p| (p.name, false)));
    let ids = step.inputs.iter().chain(&step.outputs);
    let culprit = spans(plan, step, rows).into_iter().zip(ports).zip(ids).find(|((s, _), _)| s.size > limit);
    let kernel = step.kernel.name;
    let Some(((span, (port, whole)), id)) = culprit else {
        return ExecError::Gpu(format!(
            "kernel `{kernel}`: {} rows are more than one dispatch takes",
            rows.len()
        ));
    };
    let how = if whole { "reads the whole of" } else { "needs rows of" };
    ExecError::Gpu(format!(
        "kernel `{kernel}` {how} `{port}` ({}) at once: {} bytes, where the device binds at most {limit}",
        plan.decl(*id).name,
        span.size
    ))
}

/// The words of the WGSL `Frame` for one strip.
pub(super) fn frame(plan: &Plan, step: &Step, strip: &Strip) -> [u32; FRAME_WORDS] {
    let mut words = [0; FRAME_WORDS];
    words[0] = strip.rows.start;
    words[1] = strip.rows.end;
    let ids = step.inputs.iter().chain(&step.outputs);
    for ((id, span), view) in ids.zip(&strip.spans).zip(words[4..].chunks_exact_mut(4)) {
        let decl = plan.decl(*id);
        let base = u32::try_from(span.offset / 4).unwrap_or(u32::MAX);
        view.copy_from_slice(&[decl.size.width, decl.size.height, base, packing(decl.format)]);
    }
    words
}

/// Bytes a sample, and channels in the next byte.
fn packing(format: Format) -> u32 {
    match format {
        Format::Gray => 4 | 1 << 8,
        Format::Rgba => 4 | 4 << 8,
        Format::Packed { sample, channels } => sample.bytes() as u32 | u32::from(channels) << 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Sample, Size};
    use crate::kernel::{Input, Kernel, Layout, Output, PortFormat, Tolerance};

    static BLUR_TO_FILE: Kernel = Kernel {
        name: "blur_to_file",
        shader: "",
        inputs: &[Input { name: "source", format: PortFormat::Gray, reach: Reach::Rows(2) }],
        outputs: &[Output { name: "file", format: PortFormat::Packed }],
        layout: Layout { name: "None", size: 0, fields: &[] },
        cpu: |_| {},
        tolerance: Tolerance { max: 0.0, why: "it never runs" },
        cases: Vec::new,
    };

    fn plan(size: Size) -> Plan {
        let mut plan = Plan::new();
        let source = plan.input("source", size, Format::Gray);
        let rgb = Format::Packed { sample: Sample::U8, channels: 3 };
        let file = plan.plane("file", size, rgb);
        assert_eq!(plan.record_bytes("test", &BLUR_TO_FILE, &[], &[source], &[file]), Ok(()));
        plan
    }

    #[test]
    fn strips_cover_every_row_once_and_share_no_word() {
        let plan = plan(Size::new(101, 75));
        let step = &plan.steps()[0];
        for limit in [4000, 5000, 9000, 30_000, 1 << 20] {
            let strips = strips(&plan, step, limit, u32::MAX).unwrap_or_default();
            let mut next = 0;
            for strip in &strips {
                assert_eq!(strip.rows.start, next);
                assert!(strip.rows.start.is_multiple_of(4), "101 RGB pixels fill no whole word");
                next = strip.rows.end;
                let [source, file] = strip.spans[..] else { unreachable!("two planes") };
                assert!(source.size <= limit && file.size <= limit);
                assert!(source.offset <= u64::from(strip.rows.start.saturating_sub(2)) * 404);
                assert!(source.offset + source.size >= u64::from((strip.rows.end + 2).min(75)) * 404);
                assert!(source.offset.is_multiple_of(ALIGN) && file.offset.is_multiple_of(ALIGN));
            }
            assert_eq!(next, 75, "limit {limit}");
        }
    }

    #[test]
    fn a_plane_that_fits_goes_whole_and_one_that_never_fits_says_so() {
        let plan = plan(Size::new(101, 75));
        let step = &plan.steps()[0];
        let whole = strips(&plan, step, 1 << 20, u32::MAX).unwrap_or_default();
        let spans = [101 * 75 * 4, 22_728].map(|size| Span { offset: 0, size });
        assert_eq!(whole, [Strip { rows: 0..75, spans: spans.into() }]);
        assert_eq!(strips(&plan, step, 1 << 20, 16).unwrap_or_default().len(), 5, "rows a dispatch");
        let error = strips(&plan, step, 1000, u32::MAX).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("needs rows of `source` (source) at once: 2424 bytes"), "{error}");
    }

    #[test]
    fn the_frame_is_what_the_prelude_reads() {
        let plan = plan(Size::new(101, 75));
        let step = &plan.steps()[0];
        let strip = &strips(&plan, step, 9000, u32::MAX).unwrap_or_default()[1];
        let words = frame(&plan, step, strip);
        let [source, file] = [strip.spans[0], strip.spans[1]].map(|s| (s.offset / 4) as u32);
        assert_eq!(words[..2], [strip.rows.start, strip.rows.end]);
        assert_eq!(words[4..12], [101, 75, source, 4 | 1 << 8, 101, 75, file, 1 | 3 << 8]);
        assert!(source > 0 && file > 0);
    }
}
