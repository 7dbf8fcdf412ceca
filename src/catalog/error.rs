//! What goes wrong before a pixel is read: errors that stop the run, and problems that stop one file.

use std::io;
use std::path::{Path, PathBuf};

use super::names::path_text;

/// Why there is no catalog: the inputs or the manifest as a whole are unusable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// An input that is not there or cannot be listed.
    #[error("{}: the input cannot be read", path_text(.path))]
    Input {
        /// The input.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// The manifest is not there or cannot be read.
    #[error("{}: the manifest cannot be read", path_text(.path))]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// Text that is not UTF-8.
    #[error("{}: line {line}: not UTF-8 text", path_text(.path))]
    Text {
        /// The manifest.
        path: PathBuf,
        /// Which line.
        line: u64,
    },
    /// A column that must be there is not.
    #[error("{}: line 1: column `{missing}` is missing; the columns are {found}", path_text(.path))]
    Column {
        /// The manifest.
        path: PathBuf,
        /// Which column.
        missing: &'static str,
        /// Which columns there are.
        found: String,
    },
    /// A column that is there twice.
    #[error("{}: line 1: column `{column}` is there twice", path_text(.path))]
    ColumnTwice {
        /// The manifest.
        path: PathBuf,
        /// Which column.
        column: String,
    },
    /// A row with too many or too few cells.
    #[error("{}: line {line}: {found} cells, the header has {expected}", path_text(.path))]
    Cells {
        /// The manifest.
        path: PathBuf,
        /// Which line.
        line: u64,
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// The CSV reader gave up.
    #[error("{}: the manifest is no CSV: {cause}", path_text(.path))]
    Csv {
        /// The manifest.
        path: PathBuf,
        /// What the reader says.
        cause: String,
    },
}

impl CatalogError {
    /// The stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input { .. } => "E-INPUT",
            Self::Manifest { .. } => "E-MANIFEST-READ",
            Self::Text { .. } => "E-MANIFEST-UTF8",
            Self::Column { .. } | Self::ColumnTwice { .. } => "E-MANIFEST-COLUMN",
            Self::Cells { .. } | Self::Csv { .. } => "E-MANIFEST-CSV",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Input { .. } | Self::Manifest { .. } => "check the path and its permissions",
            Self::Text { .. } => "save the manifest as `CSV UTF-8`",
            Self::Column { .. } => "name the columns in the first line; only `file` is required",
            Self::ColumnTwice { .. } => "rename or remove one of them",
            Self::Cells { .. } | Self::Csv { .. } => "put cells that hold commas or quotes in double quotes",
        }
    }
}

/// A file or a row that becomes no picture, and why. Problems are data: they end in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file that it is about.
    pub path: PathBuf,
    /// The manifest's line, where a manifest named the file.
    pub line: Option<u64>,
    /// SKU and view of the item, where they are known.
    pub item: Option<(String, String)>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
    /// The stable code for reports.
    pub code: &'static str,
}

impl Problem {
    pub(super) fn new(path: &Path, code: &'static str, what: impl Into<String>, help: &str) -> Self {
        Self { path: path.into(), line: None, item: None, what: what.into(), help: help.into(), code }
    }

    pub(super) fn at(mut self, line: Option<u64>) -> Self {
        self.line = line;
        self
    }

    pub(super) fn of(mut self, sku: &str, view: &str) -> Self {
        self.item = Some((sku.into(), view.into()));
        self
    }
}
