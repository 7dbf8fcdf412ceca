//! Pictures on which twins tend to part: sizes that fill no workgroup, contents that hide nothing.

use packshot::image::{Format, Plane, Sample, Size};
use packshot::kernel::{Case, Kernel, Reach};

/// One pixel, less than a workgroup, one workgroup, odd and high, odd and larger than any workgroup.
pub const SIZES: [Size; 5] =
    [Size::new(1, 1), Size::new(7, 5), Size::new(8, 8), Size::new(9, 17), Size::new(257, 129)];

/// What a test picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// One value.
    Constant,
    /// Rising along the diagonal.
    Ramp,
    /// Noise of a seed, in 0 to 1.
    Noise(u32),
    /// Single pixels of 0 and 1 in turn.
    Checker,
    /// Alpha 0 with colour underneath; a gray plane is 0.
    Hidden,
    /// Noise well below 0 and above 1.
    Wild,
}

/// Every content.
pub const CONTENTS: [Content; 6] =
    [Content::Constant, Content::Ramp, Content::Noise(7), Content::Checker, Content::Hidden, Content::Wild];

/// A gray plane.
pub fn gray(size: Size, content: Content) -> Plane {
    Plane::gray(size, |x, y| if content == Content::Hidden { 0.0 } else { value(content, size, x, y, 0) })
}

/// A colour plane.
pub fn rgba(size: Size, content: Content) -> Plane {
    Plane::rgba(size, |x, y| [0, 1, 2, 3].map(|c| value(content, size, x, y, c)))
}

/// File samples.
pub fn packed(size: Size, format: Format, content: Content) -> Plane {
    let Format::Packed { sample, channels } = format else { return Plane::zeros(size, format) };
    let mut plane = Plane::zeros(size, format);
    let channels = u32::from(channels);
    let at = |i: usize| {
        let (pixel, c) = (i as u32 / channels, i as u32 % channels);
        value(content, size, pixel % size.width, pixel / size.width, c)
    };
    match sample {
        Sample::U8 => {
            plane.bytes_mut().iter_mut().enumerate().for_each(|(i, v)| *v = (at(i) * 255.0).round() as u8);
        }
        Sample::U16 => {
            plane
                .shorts_mut()
                .iter_mut()
                .enumerate()
                .for_each(|(i, v)| *v = (at(i) * 65535.0).round() as u16);
        }
        Sample::F32 => plane.floats_mut().iter_mut().enumerate().for_each(|(i, v)| *v = at(i)),
    }
    plane
}

fn value(content: Content, size: Size, x: u32, y: u32, c: u32) -> f32 {
    match content {
        Content::Constant => [0.18, 0.5, 0.75, 1.0][c as usize],
        Content::Ramp => (x + y + c) as f32 / (size.width + size.height + 2) as f32,
        Content::Noise(seed) => noise(seed, x, y, c),
        Content::Checker => ((x + y) % 2) as f32,
        Content::Hidden => [0.5, 0.25, 0.75, 0.0][c as usize],
        Content::Wild => 6.0 * noise(11, x, y, c) - 2.0,
    }
}

/// Repeatable noise in 0 to 1, the same on every machine.
fn noise(seed: u32, x: u32, y: u32, c: u32) -> f32 {
    let mut h = seed.wrapping_mul(0x9e37_79b9)
        ^ x.wrapping_mul(0x85eb_ca6b)
        ^ y.wrapping_mul(0xc2b2_ae35)
        ^ (c << 27);
    for _ in 0..3 {
        h ^= h >> 16;
        h = h.wrapping_mul(0x7feb_352d);
        h ^= h >> 15;
    }
    (h >> 8) as f32 / (1 << 24) as f32
}

/// A kernel's own cases, and for pointwise and stencil kernels every content at every size under each of
/// the kernel's own parameter blocks.
pub fn all(kernel: &Kernel) -> Vec<Case> {
    let mut cases = (kernel.cases)();
    if kernel.inputs.is_empty() || !kernel.inputs.iter().all(|i| matches!(i.reach, Reach::Rows(_))) {
        return cases;
    }
    let mut seen: Vec<Vec<u8>> = Vec::new();
    let mut common = Vec::new();
    for case in &cases {
        if !seen.contains(&case.params) {
            seen.push(case.params.clone());
            let variants = SIZES.iter().flat_map(|s| CONTENTS.map(|c| (*s, c)));
            common.extend(variants.map(|(size, content)| variant(case, size, content)));
        }
    }
    cases.append(&mut common);
    cases
}

fn variant(case: &Case, size: Size, content: Content) -> Case {
    let plane = |p: &Plane| match p.format() {
        Format::Gray => gray(size, content),
        Format::Rgba => rgba(size, content),
        format => packed(size, format, content),
    };
    Case {
        name: format!("{} over {content:?} at {size}", case.name),
        params: case.params.clone(),
        inputs: case.inputs.iter().map(plane).collect(),
        outputs: case.outputs.iter().map(|(_, format)| (size, *format)).collect(),
    }
}
