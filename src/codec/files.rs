//! Whole files in and out. The only place of the codec room that touches a disk.
//!
//! A finished file appears under its name at once or not at all: it is written beside its place under a
//! temporary name, flushed, and renamed. Nothing is overwritten unless that was asked for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Largest file that is read.
const MAX_FILE: u64 = 4 << 30;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is no such file.
    #[error("{0}: there is no such file")]
    Missing(PathBuf),
    /// It is a directory or another thing that is not a file.
    #[error("{0}: this is not a file")]
    NotAFile(PathBuf),
    /// It has no bytes.
    #[error("{0}: the file is empty")]
    Empty(PathBuf),
    /// It is too large to be a photograph.
    #[error("{0}: {1} bytes is more than the 4 GiB that are read")]
    TooLarge(PathBuf, u64),
    /// Permission is missing.
    #[error("{0}: the file may not be read")]
    Denied(PathBuf),
    /// The system failed to read it.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl ReadError {
    /// A stable name for scripts and reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "E-FILE-MISSING",
            Self::NotAFile(_) => "E-NOT-A-FILE",
            Self::Empty(_) => "E-EMPTY-FILE",
            Self::TooLarge(..) => "E-FILE-TOO-LARGE",
            Self::Denied(_) => "E-FILE-DENIED",
            Self::Io(..) => "E-FILE-READ",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Missing(_) => "check the path and its spelling",
            Self::NotAFile(_) => "name a picture file, or a folder where folders are taken",
            Self::Empty(_) => "copy or export the file again; its transfer was cut short",
            Self::TooLarge(..) => "export a smaller file",
            Self::Denied(_) => "give this user permission to read it",
            Self::Io(..) => "check the disk or the network share, then try again",
        }
    }

    fn from_io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing(path.into()),
            io::ErrorKind::PermissionDenied => Self::Denied(path.into()),
            io::ErrorKind::IsADirectory => Self::NotAFile(path.into()),
            _ => Self::Io(path.into(), error),
        }
    }
}

/// The bytes of a file.
///
/// # Errors
/// [`ReadError`], naming the path: missing, not a file, empty, larger than 4 GiB, or unreadable.
pub fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let fail = |e| ReadError::from_io(path, e);
    // A pipe or a device would block or never end: look before opening.
    if !fs::metadata(path).map_err(fail)?.is_file() {
        return Err(ReadError::NotAFile(path.into()));
    }
    let file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    if length > MAX_FILE {
        return Err(ReadError::TooLarge(path.into(), length));
    }
    let mut bytes = Vec::new();
    let room = usize::try_from(length).map_err(|_| ReadError::TooLarge(path.into(), length))?;
    bytes.try_reserve_exact(room + 1).map_err(|e| fail(io::Error::new(io::ErrorKind::OutOfMemory, e)))?;
    // The file may grow while it is read.
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(fail)?;
    match bytes.len() as u64 {
        0 => Err(ReadError::Empty(path.into())),
        found if found > MAX_FILE => Err(ReadError::TooLarge(path.into(), found)),
        _ => Ok(bytes),
    }
}

/// Whether a file that is already there may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// Replace it.
    Yes,
    /// Refuse.
    #[default]
    No,
}

/// Why a file could not be written. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// It is there already.
    #[error("{0}: there is already a file of this name")]
    Exists(PathBuf),
    /// The folder is missing.
    #[error("{0}: its folder does not exist")]
    NoFolder(PathBuf),
    /// The disk or the quota is full.
    #[error("{0}: the disk is full")]
    DiskFull(PathBuf),
    /// Permission is missing.
    #[error("{0}: this folder may not be written to")]
    Denied(PathBuf),
    /// The system failed to write it.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl WriteError {
    /// A stable name for scripts and reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists(_) => "E-WRITE-EXISTS",
            Self::NoFolder(_) => "E-WRITE-FOLDER",
            Self::DiskFull(_) => "E-DISK-FULL",
            Self::Denied(_) => "E-WRITE-DENIED",
            Self::Io(..) => "E-WRITE",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Exists(_) => "choose another folder, or allow it to be overwritten",
            Self::NoFolder(_) => "make the folder first",
            Self::DiskFull(_) => "free some space and run again; finished pictures are whole",
            Self::Denied(_) => "give this user permission to write there",
            Self::Io(..) => "check the disk or the network share, then try again",
        }
    }

    fn from_io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path.into()),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NoFolder(path.into()),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied(path.into()),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path.into()),
            _ => Self::Io(path.into(), error),
        }
    }
}

/// Writes a file so that it is whole under its name or not there.
///
/// # Errors
/// [`WriteError`], naming the path. The temporary file is removed.
pub fn write_atomic(path: &Path, bytes: &[u8], overwrite: Overwrite) -> Result<(), WriteError> {
    let fail = |e| WriteError::from_io(path, e);
    if overwrite == Overwrite::No && path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(path.into()));
    }
    let (temporary, mut file) = create_beside(path).map_err(fail)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_data());
    drop(file);
    let done = written.and_then(|()| match overwrite {
        Overwrite::Yes => fs::rename(&temporary, path),
        Overwrite::No => publish(&temporary, path),
    });
    done.map_err(|error| {
        // The write has failed already; a temporary file that cannot be removed is no news.
        let _ = fs::remove_file(&temporary);
        fail(error)
    })
}

/// A new file under a name of its own in the same folder.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let start: String = name.chars().take(40).collect();
    loop {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_file_name(format!(".{start}.{}-{count}.part", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            // Left by another process that had the same number.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && count < 1 << 20 => {}
            Err(e) => return Err(e),
        }
    }
}

/// Gives the finished file its name unless that was taken meanwhile. A hard link refuses to replace;
/// where a file system has none, a plain rename is all there is.
fn publish(temporary: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary, path) {
        Ok(()) => {
            // The picture is in place; a leftover second name harms nobody.
            let _ = fs::remove_file(temporary);
            Ok(())
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
        Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(temporary, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_absent_and_never_replaced_unasked() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.png");
        assert!(write_atomic(&path, b"one", Overwrite::No).is_ok());
        let refused = write_atomic(&path, b"two", Overwrite::No);
        assert!(matches!(refused, Err(WriteError::Exists(_))), "{refused:?}");
        assert_eq!(fs::read(&path)?, b"one");
        assert!(write_atomic(&path, b"two", Overwrite::Yes).is_ok());
        assert_eq!(fs::read(&path)?, b"two");
        let nowhere = write_atomic(&folder.path().join("no/b.png"), b"x", Overwrite::No);
        assert!(matches!(nowhere, Err(WriteError::NoFolder(_))), "{nowhere:?}");
        // Renaming onto a folder fails after the bytes were written: the temporary file must go.
        fs::create_dir(folder.path().join("dir"))?;
        assert!(write_atomic(&folder.path().join("dir"), b"x", Overwrite::Yes).is_err());
        let names: Vec<_> = fs::read_dir(folder.path())?.filter_map(|e| Some(e.ok()?.file_name())).collect();
        assert_eq!(names.len(), 2, "nothing is left behind: {names:?}");
        Ok(())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named() {
        // /dev/full takes no bytes; its folder takes no new files for most users, so only the error's
        // translation is checked.
        let error = OpenOptions::new().write(true).open("/dev/full").and_then(|mut f| f.write_all(b"x"));
        let error = error.err().map(|e| WriteError::from_io(Path::new("a.png"), e));
        assert!(matches!(error, None | Some(WriteError::DiskFull(_) | WriteError::Denied(_))), "{error:?}");
    }

    #[test]
    fn what_is_no_file_is_said_plainly() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        assert!(matches!(read_file(folder.path()), Err(ReadError::NotAFile(_))));
        assert!(matches!(read_file(&folder.path().join("x")), Err(ReadError::Missing(_))));
        let empty = folder.path().join("empty");
        fs::write(&empty, b"")?;
        assert!(matches!(read_file(&empty), Err(ReadError::Empty(_))));
        fs::write(&empty, b"abc")?;
        assert_eq!(read_file(&empty).unwrap_or_default(), b"abc");
        let huge = folder.path().join("huge");
        File::create(&huge)?.set_len(MAX_FILE + 1)?;
        assert!(matches!(read_file(&huge), Err(ReadError::TooLarge(..))));
        Ok(())
    }
}
