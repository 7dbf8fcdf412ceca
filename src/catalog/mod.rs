//! The items of a run and what became of them: discovery, sharding, the memory gate, the report. It reads
//! folders and manifests, never pixels, and it never drops a file without saying so.

mod discover;
mod error;
mod files;
mod gate;
mod item;
mod manifest;
mod memory;
mod names;
mod outcome;
mod output_names;
mod pattern;
mod report;
mod shard;
mod writer;

pub use discover::{Catalog, discover};
pub use error::{CatalogError, Problem};
pub use gate::{Gate, Permit};
pub use item::{Item, Role, RoleError, Shot};
pub use memory::{BytesError, default_limit, parse_bytes};
pub use names::{path_text, safe_part};
pub use outcome::{Halt, Outcome};
pub use output_names::{Layout, OutputName, output_names};
pub use pattern::{Pattern, PatternError};
pub use report::{
    ErrorReport, Flag, InputReport, ItemReport, Line, OutputReport, RuleReport, Status, Step, Summary,
};
pub use shard::{Shard, ShardError};
pub use writer::{ReportError, ReportFile, ReportWriter, read_report};
