//! The items of a run and what became of them: discovery, sharding, the memory gate, the report. It reads
//! folders and manifests, never pixels, and it never drops a file without saying so.

mod convert;
mod deliver;
mod discover;
mod error;
mod files;
mod gate;
mod item;
mod manifest;
mod measure;
mod memory;
mod names;
mod outcome;
mod output_names;
mod pattern;
mod references;
mod report;
mod run;
mod sets;
mod shard;
mod writer;

pub use convert::wanted;
pub use discover::{Catalog, discover};
pub use error::{CatalogError, Problem};
pub use gate::{Gate, Permit};
pub use item::{Item, Role, RoleError, Shot};
pub use measure::{Seen, seen};
pub use memory::{BytesError, default_limit, parse_bytes};
pub use names::{path_text, safe_part};
pub use outcome::{Halt, Outcome};
pub use output_names::{Layout, OutputName, output_names};
pub use pattern::{Pattern, PatternError};
pub use references::References;
pub use report::{
    ErrorReport, Flag, InputReport, ItemReport, Line, OutputReport, RuleReport, Status, Step, Summary,
};
pub use run::{Order, Run, RunOptions, Task};
pub use sets::{Consistency, Set, SetOptions, consistent};
pub use shard::{Shard, ShardError};
pub use writer::{ReportError, ReportFile, ReportWriter, read_report};

use crate::image::Size;
use crate::ops::place::Placing;
use crate::recipe::Wanted;

/// Bytes that an item needs, from its header alone: the photograph, working planes, outputs and their files.
/// An estimate on the safe side, for the gate, which opens before the plan is known.
#[must_use]
pub fn footprint(photo: Size, wanted: &[Wanted]) -> u64 {
    let pixels = |w: &Wanted| match w.placing {
        Placing::Source => photo.pixels() as u64,
        Placing::Fixed { size, .. } => size.pixels() as u64,
        Placing::LongSide { pixels, .. } => u64::from(pixels).pow(2),
    };
    let largest = wanted.iter().map(pixels).max().unwrap_or(0);
    let outputs: u64 = wanted.iter().map(|w| pixels(w) * if w.sixteen_bits { 16 } else { 8 }).sum();
    // Photograph as decoded, analysis on the proxy, two working planes of four floats.
    4 * photo.pixels() as u64 + (64 << 20) + 2 * 16 * largest + outputs
}
