//! The twin contract: one mathematical stage over planes, written in Rust and in WGSL.
//!
//! A [`Kernel`] names its WGSL entry point, its parameter block and its planes, and says how far each
//! input is read around an output row. The Rust function is the native CPU path *and* the reference.
//! This module runs nothing and knows no device.
//!
//! In WGSL, group 0 holds: binding 0 the frame (rows to write, shape of every plane), binding 1 the
//! parameter block, then the inputs and the outputs in order, each an array of `f32` (working planes) or
//! of `u32` words (packed planes).

use std::fmt;
use std::ops::Range;

use crate::image::{Format, Plane, Sample, Size};

/// How far around an output row a kernel reads an input.
#[derive(Clone, Copy)]
pub enum Reach {
    /// Rows `y - r ..= y + r` of an input as high as the output; 0 is pointwise.
    Rows(u32),
    /// Any rows: a resampled photograph, a table, a grid. Such an input is finished before the step.
    Whole,
    /// The rows that `f(parameters, output rows)` names, for strips of a large input (clamped to it).
    Mapped(fn(&[u8], Range<u32>) -> Range<u32>),
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(r) => write!(f, "±{r}"),
            Self::Whole => write!(f, "whole"),
            Self::Mapped(_) => write!(f, "mapped"),
        }
    }
}

impl Reach {
    /// Rows of an input with `height` rows that output rows `rows` need.
    #[must_use]
    pub fn rows(self, params: &[u8], rows: Range<u32>, height: u32) -> Range<u32> {
        match self {
            Self::Rows(r) => rows.start.saturating_sub(r)..(rows.end.saturating_add(r)).min(height),
            Self::Whole => 0..height,
            Self::Mapped(f) => {
                let r = f(params, rows);
                r.start.min(height)..r.end.min(height)
            }
        }
    }
}

/// What a kernel accepts at one of its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortFormat {
    /// [`Format::Gray`].
    Gray,
    /// [`Format::Rgba`].
    Rgba,
    /// Any [`Format::Packed`].
    Packed,
}

impl PortFormat {
    /// Whether a plane of this format fits.
    #[must_use]
    pub fn accepts(self, format: Format) -> bool {
        matches!(
            (self, format),
            (Self::Gray, Format::Gray) | (Self::Rgba, Format::Rgba) | (Self::Packed, Format::Packed { .. })
        )
    }
}

/// One plane that a kernel reads.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Its name, as in the WGSL.
    pub name: &'static str,
    /// What it accepts.
    pub format: PortFormat,
    /// How far it is read.
    pub reach: Reach,
}

/// One plane that a kernel writes. All outputs of a kernel have one size.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Its name, as in the WGSL.
    pub name: &'static str,
    /// What it produces.
    pub format: PortFormat,
}

/// Type of a parameter field, for the layout test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// `f32`.
    F32,
    /// `u32`.
    U32,
    /// `i32`.
    I32,
    /// `vec4<f32>`.
    Vec4,
}

/// A Rust type that a parameter field may have.
pub trait Field {
    /// Its WGSL counterpart.
    const TYPE: FieldType;
}
impl Field for f32 {
    const TYPE: FieldType = FieldType::F32;
}
impl Field for u32 {
    const TYPE: FieldType = FieldType::U32;
}
impl Field for i32 {
    const TYPE: FieldType = FieldType::I32;
}
impl Field for [f32; 4] {
    const TYPE: FieldType = FieldType::Vec4;
}

/// One field of a parameter block.
#[derive(Clone, Copy, Debug)]
pub struct LayoutField {
    /// Its name, the same in WGSL.
    pub name: &'static str,
    /// Its offset in bytes.
    pub offset: usize,
    /// Its type.
    pub ty: FieldType,
}

/// The memory layout of a parameter block, to be compared with the WGSL struct.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Name of the struct in both languages.
    pub name: &'static str,
    /// Bytes.
    pub size: usize,
    /// Fields in order.
    pub fields: &'static [LayoutField],
}

/// A parameter block; made by [`params!`](crate::params).
pub trait Params: bytemuck::Pod {
    /// Its layout.
    const LAYOUT: Layout;
}

/// Declares a parameter block: a `#[repr(C)]` struct whose layout the tests compare with WGSL's.
#[macro_export]
#[doc(hidden)]
macro_rules! params {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
        $vis struct $name { $($(#[$fmeta])* pub $field: $ty),* }
        impl $crate::kernel::Params for $name {
            const LAYOUT: $crate::kernel::Layout = $crate::kernel::Layout {
                name: stringify!($name),
                size: std::mem::size_of::<$name>(),
                fields: &[$($crate::kernel::LayoutField {
                    name: stringify!($field),
                    offset: std::mem::offset_of!($name, $field),
                    ty: <$ty as $crate::kernel::Field>::TYPE,
                }),*],
            };
        }
    };
}

/// How far the twins may differ, and why.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// Largest difference: absolute for values up to 1, relative above; in codes for packed planes.
    pub max: f32,
    /// What was measured, and the reason.
    pub why: &'static str,
}

/// One input of the lock-step parity test.
pub struct Case {
    /// Shown when it fails.
    pub name: String,
    /// Parameter block.
    pub params: Vec<u8>,
    /// Input planes.
    pub inputs: Vec<Plane>,
    /// Size and format of each output.
    pub outputs: Vec<(Size, Format)>,
}

/// One mathematical stage over planes.
pub struct Kernel {
    /// Name of the Rust function and of the WGSL entry point.
    pub name: &'static str,
    /// The whole WGSL module, prelude included.
    pub shader: &'static str,
    /// Planes read.
    pub inputs: &'static [Input],
    /// Planes written.
    pub outputs: &'static [Output],
    /// Layout of the parameter block.
    pub layout: Layout,
    /// The native twin.
    pub cpu: fn(&mut Job<'_>),
    /// How far the twins may differ.
    pub tolerance: Tolerance,
    /// Inputs of the parity test beyond the common ones.
    pub cases: fn() -> Vec<Case>,
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kernel({})", self.name)
    }
}

/// A run of rows of a plane, to read.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// Size of the whole plane.
    pub size: Size,
    /// Format of the plane.
    pub format: Format,
    /// First row that `bytes` holds.
    pub first: u32,
    /// The rows.
    pub bytes: &'a [u8],
}

impl<'a> Rows<'a> {
    /// All rows of a plane.
    #[must_use]
    pub fn of(plane: &'a Plane) -> Self {
        Self { size: plane.size(), format: plane.format(), first: 0, bytes: plane.bytes() }
    }

    /// Bytes of row `y`, clamped to the plane.
    #[must_use]
    #[inline(always)]
    pub fn row_bytes(&self, y: i64) -> &'a [u8] {
        let y = y.clamp(0, i64::from(self.size.height) - 1) as u32;
        let stride = self.size.width as usize * self.format.pixel_bytes();
        let start = (y - self.first) as usize * stride;
        &self.bytes[start..start + stride]
    }

    /// Floats of row `y` of a gray plane, clamped to the plane.
    #[must_use]
    #[inline(always)]
    pub fn gray(&self, y: i64) -> &'a [f32] {
        bytemuck::cast_slice(self.row_bytes(y))
    }

    /// The four runs of row `y` of a colour plane, clamped to the plane.
    #[must_use]
    #[inline(always)]
    pub fn rgba(&self, y: i64) -> [&'a [f32]; 4] {
        let row: &[f32] = bytemuck::cast_slice(self.row_bytes(y));
        let (r, rest) = row.split_at(row.len() / 4);
        let (g, rest) = rest.split_at(r.len());
        let (b, a) = rest.split_at(r.len());
        [r, g, b, a]
    }

    /// Sample type and channels of a packed plane.
    #[must_use]
    pub fn packing(&self) -> (Sample, usize) {
        match self.format {
            Format::Packed { sample, channels } => (sample, channels as usize),
            Format::Gray => (Sample::F32, 1),
            Format::Rgba => (Sample::F32, 4),
        }
    }
}

/// A run of rows of a plane, to write.
pub struct RowsMut<'a> {
    /// Size of the whole plane.
    pub size: Size,
    /// Format of the plane.
    pub format: Format,
    /// First row that `bytes` holds.
    pub first: u32,
    /// The rows.
    pub bytes: &'a mut [u8],
}

impl RowsMut<'_> {
    /// Bytes of row `y`.
    #[must_use]
    #[inline(always)]
    pub fn row_bytes(&mut self, y: u32) -> &mut [u8] {
        let stride = self.size.width as usize * self.format.pixel_bytes();
        let start = (y - self.first) as usize * stride;
        &mut self.bytes[start..start + stride]
    }

    /// Floats of row `y` of a gray plane.
    #[must_use]
    #[inline(always)]
    pub fn gray(&mut self, y: u32) -> &mut [f32] {
        bytemuck::cast_slice_mut(self.row_bytes(y))
    }

    /// The four runs of row `y` of a colour plane.
    #[must_use]
    #[inline(always)]
    pub fn rgba(&mut self, y: u32) -> [&mut [f32]; 4] {
        let row: &mut [f32] = bytemuck::cast_slice_mut(self.row_bytes(y));
        let width = row.len() / 4;
        let (r, rest) = row.split_at_mut(width);
        let (g, rest) = rest.split_at_mut(width);
        let (b, a) = rest.split_at_mut(width);
        [r, g, b, a]
    }
}

/// What the CPU twin is given: output rows to write, and the input rows that they need.
pub struct Job<'a> {
    /// Parameter block.
    pub params: &'a [u8],
    /// Output rows to write.
    pub rows: Range<u32>,
    /// Inputs in order.
    pub inputs: &'a [Rows<'a>],
    /// Outputs in order.
    pub outputs: &'a mut [RowsMut<'a>],
}

impl Job<'_> {
    /// The parameter block as its type.
    #[must_use]
    pub fn params<P: Params>(&self) -> P {
        bytemuck::pod_read_unaligned(self.params)
    }
}

/// Declares a CPU twin whose body is compiled once for every SIMD level and chosen at run time. No level
/// changes a result: Rust neither contracts nor reorders floating-point arithmetic.
#[macro_export]
#[doc(hidden)]
macro_rules! vectorised {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($job:ident: &mut Job<'_>) $body:block) => {
        $(#[$meta])*
        $vis fn $name($job: &mut $crate::kernel::Job<'_>) {
            #[inline(always)]
            fn body($job: &mut $crate::kernel::Job<'_>) $body
            fearless_simd::dispatch!($crate::image::simd_level(), _simd => body($job));
        }
    };
}
