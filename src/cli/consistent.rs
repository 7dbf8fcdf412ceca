//! `render --consistent`: sets brought to one light before the run, told on stderr and written down on demand.
//! Measures nothing itself.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Failed;
use super::calibrate::png;
use crate::catalog::{Item, Set, SetOptions, consistent, safe_part};
use crate::codec::{self, Overwrite};

/// Flags of sets.
#[derive(Debug, Args)]
pub(super) struct ConsistentArgs {
    /// Bring the shots of each folder, one backdrop each, to one exposure and white balance by what they share; shots
    /// before different charts are sets of their own, and an item with a grey shot of its own is the gauge.
    #[arg(long)]
    consistent: bool,
    /// Write each shot's light as CSV, and beside it a PNG of its drift, replacing what is there; of several sets, one
    /// file a folder.
    #[arg(long, value_name = "CSV", requires = "consistent")]
    drift: Option<PathBuf>,
}

impl ConsistentArgs {
    /// Lays each set's gains down on its items, where that is asked for.
    pub(super) fn apply(&self, items: &mut [Item], options: &SetOptions<'_>) -> Result<(), Failed> {
        if !self.consistent {
            return Ok(());
        }
        if let Some(file) = self.drift.as_ref().filter(|f| f.extension().is_some_and(|e| e == "png")) {
            let what = format!("{}: the table cannot have the drawing's name", file.display());
            return Err(Failed::usage("E-DRIFT", what, "name the table .csv; the drawing lies beside it"));
        }
        let found = consistent(items, options);
        found.notes.iter().for_each(|note| eprintln!("note: {note}"));
        found.sets.iter().for_each(|set| eprintln!("{}", set.summary()));
        let Some(file) = &self.drift else { return Ok(()) };
        for (set, path) in found.sets.iter().zip(paths(file, &found.sets)) {
            write(set, &path)?;
        }
        Ok(())
    }
}

fn write(set: &Set, path: &Path) -> Result<(), Failed> {
    let table = set.csv().map_err(|e| Failed::item("E-DRIFT", e.to_string(), "try again"))?;
    codec::write_atomic(path, table.as_bytes(), Overwrite::Yes)?;
    match set.drawing() {
        Some(drawing) => codec::write_atomic(&path.with_extension("png"), &png(&drawing)?, Overwrite::Yes)?,
        None => eprintln!("note: {}: no drift drawn, it takes five shots with a time", path.display()),
    }
    Ok(())
}

/// The table of each set: the file itself for one, `FILE-<folder>.csv` for several, numbered where folders are named
/// alike.
fn paths(file: &Path, sets: &[Set]) -> Vec<PathBuf> {
    if sets.len() == 1 {
        return vec![file.into()];
    }
    let mut taken = BTreeSet::new();
    let named = sets.iter().map(|set| {
        let name = safe_part(&set.name()).unwrap_or_else(|| "set".into());
        let mut unique = name.clone();
        let mut number = 2;
        // File systems that fold case would write both to one file.
        while !taken.insert(unique.to_lowercase()) {
            unique = format!("{name}-{number}");
            number += 1;
        }
        let mut stem: OsString = file.file_stem().unwrap_or_default().into();
        stem.push(format!("-{unique}"));
        if let Some(extension) = file.extension() {
            stem.push(".");
            stem.push(extension);
        }
        file.with_file_name(stem)
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_has_a_file_of_its_own() {
        let set = |folder: &str| Set { folder: folder.into(), ..Set::default() };
        let file = Path::new("out/drift.csv");
        assert_eq!(paths(file, &[set("a/front")]), [file]);
        let many = paths(file, &[set("a/front"), set("b/Front"), set("c"), set("..")]);
        let wanted = ["drift-front.csv", "drift-Front-2.csv", "drift-c.csv", "drift-set.csv"];
        assert_eq!(many, wanted.map(|name| Path::new("out").join(name)));
        assert_eq!(paths(Path::new("d"), &[set("a"), set("b")])[1], Path::new("d-b"));
        assert!(paths(file, &[]).is_empty());
    }
}
