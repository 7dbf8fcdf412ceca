//! Writing reports, and reading them back to resume. A line is written whole and flushed before the next item
//! counts as finished; after a failure the next line begins on a line of its own.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Line;
use super::names::path_text;

/// Why a report cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The disk or the quota is full.
    #[error("{}: the report cannot be written: no space is left", path_text(.path))]
    Full {
        /// The report.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// Opening, reading or writing failed.
    #[error("{}: the report cannot be {doing}", path_text(.path))]
    Io {
        /// The report.
        path: PathBuf,
        /// `opened`, `read` or `written`.
        doing: &'static str,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file that is there and is no report, such as a photograph: it is left alone.
    #[error("{}: the file is there and is no report", path_text(.path))]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A line that has no JSON form.
    #[error("a line of the report has no JSON form: {0}")]
    Json(String),
}

impl ReportError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "E-REPORT-FULL",
            Self::Io { .. } => "E-REPORT-IO",
            Self::Foreign { .. } => "E-REPORT-FOREIGN",
            Self::Json(_) => "E-REPORT-JSON",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Full { .. } => "free some space and run again with --resume",
            Self::Io { .. } => "check the path and its permissions, or name another file with --report",
            Self::Foreign { .. } => "name another file with --report",
            Self::Json(_) => "this is a fault of Packshot; please report it",
        }
    }

    /// Whether the same run may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    fn io(path: &Path, doing: &'static str, cause: io::Error) -> Self {
        let path = path.into();
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path, cause },
            _ => Self::Io { path, doing, cause },
        }
    }
}

/// Writes lines, from any thread.
pub struct ReportWriter {
    path: PathBuf,
    sink: Mutex<Sink>,
}

struct Sink {
    to: Box<dyn Write + Send>,
    /// Part of a line may stand at the end.
    torn: bool,
}

impl std::fmt::Debug for ReportWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportWriter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl ReportWriter {
    /// A new report; one that is there is replaced, any other file is left alone.
    ///
    /// # Errors
    /// [`ReportError`] where the file cannot be opened or is no report.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        check_report(path)?;
        let file = File::create(path).map_err(|cause| ReportError::io(path, "opened", cause))?;
        Ok(Self::new(path, Box::new(file)))
    }

    /// Goes on with a report, behind a last line that may be torn.
    ///
    /// # Errors
    /// [`ReportError`] where the file cannot be opened or read, or is no report.
    pub fn append(path: &Path) -> Result<Self, ReportError> {
        check_report(path)?;
        let opened = OpenOptions::new().read(true).append(true).create(true).open(path);
        let mut file = opened.map_err(|cause| ReportError::io(path, "opened", cause))?;
        let torn = ends_torn(&mut file).map_err(|cause| ReportError::io(path, "read", cause))?;
        let writer = Self::new(path, Box::new(file));
        writer.sink.lock().unwrap_or_else(PoisonError::into_inner).torn = torn;
        Ok(writer)
    }

    /// A report to anything, such as the standard output; `name` stands in errors.
    #[must_use]
    pub fn new(name: &Path, to: Box<dyn Write + Send>) -> Self {
        Self { path: name.into(), sink: Mutex::new(Sink { to, torn: false }) }
    }

    /// Writes one line and flushes it.
    ///
    /// # Errors
    /// [`ReportError`]; the writer can still be used, and nothing that was written before is lost.
    pub fn write(&self, line: &Line) -> Result<(), ReportError> {
        let mut bytes = serde_json::to_vec(line).map_err(|e| ReportError::Json(e.to_string()))?;
        bytes.push(b'\n');
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        if sink.torn {
            bytes.insert(0, b'\n');
        }
        let result = sink.to.write_all(&bytes).and_then(|()| sink.to.flush());
        sink.torn = result.is_err();
        result.map_err(|cause| ReportError::io(&self.path, "written", cause))
    }
}

/// A file that is there must begin as a report does. Devices and pipes are not asked.
fn check_report(path: &Path) -> Result<(), ReportError> {
    if !path.is_file() {
        return Ok(());
    }
    let mut first = [b'{'];
    let read = File::open(path).and_then(|mut file| file.read(&mut first));
    read.map_err(|cause| ReportError::io(path, "read", cause))?;
    if matches!(first, [b'{' | b'\n']) { Ok(()) } else { Err(ReportError::Foreign { path: path.into() }) }
}

fn ends_torn(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// A report as read back.
#[derive(Debug, Default)]
pub struct ReportFile {
    /// Its lines.
    pub lines: Vec<Line>,
    /// The numbers of lines that are none: torn ones, or another program's.
    pub unreadable: Vec<usize>,
}

/// Reads a report; lines that cannot be read are counted and passed over.
///
/// # Errors
/// [`ReportError`] where the file cannot be read.
pub fn read_report(path: &Path) -> Result<ReportFile, ReportError> {
    let file = File::open(path).map_err(|cause| ReportError::io(path, "opened", cause))?;
    let mut report = ReportFile::default();
    for (i, line) in BufReader::new(file).split(b'\n').enumerate() {
        let line = line.map_err(|cause| ReportError::io(path, "read", cause))?;
        match serde_json::from_slice(&line) {
            Ok(line) => report.lines.push(line),
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => report.unreadable.push(i + 1),
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
