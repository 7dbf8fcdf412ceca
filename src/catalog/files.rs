//! Which files of a folder are photographs. Judges by name and kind of entry alone; contents are the codecs'
//! business. What is not obviously something else is a problem, never a silent gap.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::names::{os_text, path_text};
use super::{CatalogError, Problem};

/// Pictures that the codecs read.
const PICTURES: [&str; 8] = ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff"];

/// Pictures that they do not.
const FOREIGN: [&str; 30] = [
    "3fr", "arw", "avif", "bmp", "cr2", "cr3", "crw", "dng", "erf", "exr", "fff", "gif", "heic", "heif",
    "iiq", "jp2", "jxl", "mos", "mrw", "nef", "nrw", "orf", "pef", "psb", "psd", "raf", "raw", "rw2", "srw",
    "svg",
];

/// Files that lie beside pictures and are none.
const SIDECARS: [&str; 45] = [
    "aae", "acr", "cdl", "cos", "cot", "csv", "cube", "db", "doc", "docx", "dop", "htm", "html", "icc",
    "icm", "ini", "json", "jsonl", "lnk", "log", "md", "md5", "mov", "mp4", "ods", "pdf", "pp3", "sha256",
    "sqlite", "thm", "tmp", "toml", "tsv", "txt", "url", "wav", "webloc", "xls", "xlsx", "xml", "xmp",
    "xpacket", "yaml", "yml", "zip",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Picture,
    Foreign,
    Sidecar,
    Unknown,
}

fn classify(path: &Path) -> Class {
    let extension = path.extension().map(|e| os_text(e).0.to_ascii_lowercase()).unwrap_or_default();
    let extension = extension.as_str();
    if PICTURES.contains(&extension) {
        Class::Picture
    } else if FOREIGN.contains(&extension) {
        Class::Foreign
    } else if SIDECARS.contains(&extension) {
        Class::Sidecar
    } else {
        Class::Unknown
    }
}

/// What lies in a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) pictures: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
}

/// Lists a folder, one level, in the order of the bytes of the names.
pub(super) fn list(folder: &Path) -> Result<Listing, CatalogError> {
    let refuse = |cause| CatalogError::Input { path: folder.into(), cause };
    let entries = fs::read_dir(folder).map_err(refuse)?;
    let mut names: Vec<OsString> =
        entries.map(|e| e.map(|e| e.file_name())).collect::<Result<_, _>>().map_err(refuse)?;
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    let mut listing = Listing::default();
    for name in names {
        let path = folder.join(&name);
        let hidden = name.as_encoded_bytes().starts_with(b".");
        // `._NAME.jpg` is what macOS leaves on foreign disks: attributes, not pixels.
        let class = classify(&path);
        if name.as_encoded_bytes().starts_with(b"._") || (hidden && class != Class::Picture) {
            continue;
        }
        if path.is_dir() && class != Class::Picture {
            listing.notes.push(format!("{}: folders inside folders are not entered", path_text(&path)));
            continue;
        }
        if class == Class::Sidecar {
            continue;
        }
        match check(&path) {
            None if hidden => {
                listing.problems.push(Problem::new(&path, "E-FILE-HIDDEN", "a hidden picture", "rename it"));
            }
            None => listing.pictures.push(path),
            Some(problem) => listing.problems.push(problem),
        }
    }
    Ok(listing)
}

/// What speaks against a path being a readable picture, as far as its name and kind tell.
pub(super) fn check(path: &Path) -> Option<Problem> {
    let problem = |code, what: &str, help| Some(Problem::new(path, code, what, help));
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) => return problem("E-FILE-READ", &format!("cannot be read: {e}"), "check the path"),
    };
    if meta.is_dir() {
        let help = "rename it, or give the folder as an input";
        return problem("E-FILE-FOLDER", "a folder where a picture is expected", help);
    }
    if !meta.is_file() {
        return problem("E-FILE-KIND", "neither a file nor a folder", "copy its content to a file");
    }
    match classify(path) {
        Class::Picture => None,
        Class::Foreign => {
            let help = "develop or convert it to TIFF, PNG or JPEG";
            problem("E-FILE-FORMAT", "a picture of a kind that Packshot does not read", help)
        }
        Class::Sidecar | Class::Unknown => {
            problem("E-FILE-UNKNOWN", "not a picture I know", "name pictures .jpg, .png, .webp or .tif")
        }
    }
}
