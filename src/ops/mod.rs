//! The ops: one file each, one registry line each. An op decides numbers on a small proxy, then records
//! kernels into a plan; it names no device, no file and no thread.

pub mod backdrop_matte;
pub mod backdrop_white;
pub mod background;
pub mod band;
pub mod camera_profile;
pub mod cdl;
mod codes;
pub mod colour_matrix;
pub mod exposure;
pub mod field;
pub mod flat_field;
pub mod foreground_colour;
pub mod gamut;
pub mod ghost_merge;
pub mod grid;
pub mod inner_matte;
mod known;
pub mod lut;
pub mod mannequin_matte;
pub mod near;
pub mod place;
pub mod plate;
pub mod profile;
pub mod proxy;
pub mod quantise;
pub mod resample;
pub mod resize;
pub mod shadow;
pub mod sharpen;
pub mod spill;
pub mod swatch_match;
pub mod testing;
mod transfer;
pub mod triangulate;
pub mod trimap;
pub mod trimap_matte;
pub mod white_balance;

mod scene;
mod study;

pub use codes::Space;
pub use scene::{Frame, Layer, MatteGrids, Scene, Source, Target};
pub use study::{Certain, Flag, Side, Study};

use std::fmt;

use crate::image::{Matrix3, Primaries, Shots, Size, srgb_decode, to_working};
use crate::kernel::Kernel;
use crate::plan::{PlanError, PlaneId};

/// Every op, in the order in which a recipe usually has them. Adding an op is a line here.
pub static OPS: &[&OpDef] = &[
    &flat_field::OP,
    &white_balance::OP,
    &exposure::OP,
    &backdrop_matte::OP,
    &inner_matte::OP,
    &mannequin_matte::OP,
    &triangulate::OP,
    &trimap_matte::OP,
    &foreground_colour::OP,
    &spill::OP,
    &ghost_merge::OP,
    &camera_profile::OP,
    &swatch_match::OP,
    &backdrop_white::OP,
    &cdl::OP,
    &lut::OP,
    &place::OP,
    &resize::OP,
    &sharpen::OP,
    &shadow::OP,
    &background::OP,
    &quantise::OP,
];

/// Ops that change what colours look like and not what was photographed: the last of an item's, since every op
/// after them would measure the look.
pub static LOOKS: &[&OpDef] = &[&cdl::OP, &lut::OP];

/// Alpha below this carries no colour that is worth dividing out: such a pixel stays as it is.
const LEAST_ALPHA: f32 = 1.0 / 1024.0;

/// Kernels that read the photograph, before any op.
pub static READING: &[&Kernel] =
    &[&resample::INGEST_ROWS, &resample::RESIZE_COLUMNS, &colour_matrix::COLOUR_MATRIX];

/// Every kernel once, for parity, layout and benchmark.
#[must_use]
pub fn kernels() -> Vec<&'static Kernel> {
    let mut all: Vec<&'static Kernel> = READING.to_vec();
    for kernel in OPS.iter().flat_map(|op| op.kernels) {
        if all.iter().all(|k| k.name != kernel.name) {
            all.push(kernel);
        }
    }
    all
}

/// When an op records: once an item, or once an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Once, on the item's working picture.
    Item,
    /// For every output, on its own picture.
    Output,
}

/// One setting of an op, for `packshot ops` and the docs.
#[derive(Clone, Copy, Debug)]
pub struct ParamDef {
    /// Key in the recipe.
    pub name: &'static str,
    /// Default, as written in TOML.
    pub default: &'static str,
    /// Allowed values, with their unit.
    pub range: &'static str,
    /// What it does.
    pub about: &'static str,
}

/// A registry entry: what an op is called, does and takes.
pub struct OpDef {
    /// Name in recipes.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Where the method comes from.
    pub source: &'static str,
    /// When it records.
    pub stage: Stage,
    /// Its settings.
    pub params: &'static [ParamDef],
    /// Its kernels.
    pub kernels: &'static [&'static Kernel],
    /// Makes the op from a recipe's table.
    pub make: fn(toml::Table) -> Result<Box<dyn Op>, toml::de::Error>,
}

impl fmt::Debug for OpDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpDef({})", self.name)
    }
}

/// One step that a person would name.
pub trait Op: Send + Sync + fmt::Debug {
    /// Decides this op's numbers on the proxy.
    ///
    /// # Errors
    /// [`OpError`] where the photograph does not allow it.
    fn analyse(&self, _study: &mut Study) -> Result<(), OpError> {
        Ok(())
    }

    /// Decides numbers that need more of the photographs than the proxy.
    ///
    /// # Errors
    /// [`OpError`] where the photographs do not allow it.
    fn analyse_shots(&self, study: &mut Study, _shots: &Shots<'_>) -> Result<(), OpError> {
        self.analyse(study)
    }

    /// Records kernels: a pure function of the numbers.
    ///
    /// # Errors
    /// [`OpError`] where the recipe's order makes no sense.
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError>;

    /// Records a layer of the photograph's size, where this op is the one that makes it.
    ///
    /// # Errors
    /// [`OpError`] where the photograph does not allow it.
    fn layer(&self, _scene: &mut Scene<'_>, _layer: Layer) -> Result<Option<PlaneId>, OpError> {
        Ok(None)
    }
}

/// Why an op refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// The recording is inconsistent.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The photograph does not allow it: a person must act.
    #[error("{op}: {what}")]
    Refused {
        /// The op.
        op: &'static str,
        /// What is wrong with the photograph.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// A layer is wanted that no op of the recipe makes.
    #[error("no op of this recipe makes the {layer} layer of this photograph")]
    NoLayer {
        /// Which.
        layer: &'static str,
    },
    /// The op stands where it cannot work.
    #[error("`{op}` works on an output, it cannot come before the outputs are placed")]
    NoTarget {
        /// The op.
        op: &'static str,
    },
}

/// Makes an op from a recipe's table by its serde settings.
fn settings<T: Op + serde::de::DeserializeOwned + 'static>(
    table: toml::Table,
) -> Result<Box<dyn Op>, toml::de::Error> {
    Ok(Box::new(table.try_into::<T>()?))
}

/// Whether a mask has the shape of its photograph, to a hundredth: it may have another size.
fn same_shape(mask: Size, photo: Size) -> bool {
    let aspect = |size: Size| f64::from(size.width) / f64::from(size.height);
    (aspect(mask) / aspect(photo)).ln().abs() <= 0.01
}

/// A setting's number, where it lies within its range.
fn within(name: &str, v: f64, [least, most]: [f64; 2]) -> Result<f64, String> {
    let fits = (least..=most).contains(&v);
    if fits { Ok(v) } else { Err(format!("{name} {v} is not within {least} … {most}")) }
}

/// The text of the file that a setting names: whoever reads the recipe reads it too.
fn text_of<'a>(what: &str, file: Option<&str>, text: Option<&'a str>) -> Result<&'a str, String> {
    match (text, file) {
        (Some(text), _) => Ok(text),
        (None, Some(file)) => Err(format!(
            "the file `{file}` was not read; only a recipe that is read from a file can name one"
        )),
        (None, None) => Err(format!("it needs {what}; name it with file = \"…\"")),
    }
}

/// What is wrong with a named file.
fn in_file(file: Option<&str>, what: &str) -> String {
    format!("{}: {what}", file.unwrap_or("text"))
}

/// `#rrggbb` as three codes.
pub(crate) fn parse_hex(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?;
    let hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?.to_be_bytes();
    Some([r, g, b])
}

/// An sRGB colour as linear working light.
#[must_use]
pub fn working_from_srgb8(codes: [u8; 3]) -> [f32; 3] {
    apply(to_working(Primaries::SRGB), codes.map(|c| srgb_decode(f64::from(c) / 255.0) as f32))
}

/// A matrix times a colour.
#[must_use]
#[inline(always)]
pub fn apply(m: Matrix3, v: [f32; 3]) -> [f32; 3] {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// Relative luminance of linear Rec.2020.
#[must_use]
#[inline(always)]
pub fn luminance(v: [f32; 3]) -> f32 {
    0.2627 * v[0] + 0.6780 * v[1] + 0.0593 * v[2]
}
