//! Inputs to items. Everything that was found is either a shot of an item, or a problem, or obviously not a
//! picture; the order is the manifest's, then that of the inputs, then that of the bytes of file names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::manifest::{self, Row};
use super::names::{os_text, path_text, safe_part};
use super::{CatalogError, Item, Pattern, Problem, Role, Shot, files};

/// What a run works on.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The items, each with a front shot and a name of its own.
    pub items: Vec<Item>,
    /// What becomes no picture, and why.
    pub problems: Vec<Problem>,
    /// What was passed over, for a person to know.
    pub notes: Vec<String>,
}

/// Finds the items in files and folders (one level each) and in a manifest.
///
/// A file that the manifest names is taken as the manifest says, also where it lies in an input folder. A file
/// that was named twice is taken once.
///
/// # Errors
/// [`CatalogError`] where an input or the manifest as a whole cannot be used.
pub fn discover(
    inputs: &[PathBuf],
    pattern: &Pattern,
    manifest: Option<&Path>,
) -> Result<Catalog, CatalogError> {
    let mut builder = Builder::new(pattern);
    if let Some(path) = manifest {
        let folder = path.parent().unwrap_or(Path::new(""));
        for row in manifest::read(path)? {
            builder.add_row(path, folder, row);
        }
    }
    for input in inputs {
        let meta = fs::metadata(input).map_err(|cause| CatalogError::Input { path: input.clone(), cause })?;
        if meta.is_dir() {
            let listing = files::list(input)?;
            builder.problems.extend(listing.problems);
            builder.notes.extend(listing.notes);
            for path in listing.pictures {
                builder.add_file(path);
            }
        } else if let Some(problem) = files::check(input) {
            builder.problems.push(problem);
        } else {
            builder.add_file(input.clone());
        }
    }
    Ok(builder.finish())
}

/// Collects shots into items.
struct Builder<'a> {
    pattern: &'a Pattern,
    entries: Vec<Entry>,
    /// SKU and view to the entry.
    index: HashMap<(String, String), usize>,
    /// Files that are spoken for.
    taken: HashSet<PathBuf>,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

/// An item under way.
struct Entry {
    item: Item,
    /// The manifest's lines, one a shot.
    lines: Vec<Option<u64>>,
    /// A shot of it has a problem, so the item cannot be made as asked.
    refused: bool,
    /// Folders and roles of such shots.
    lost: Vec<(PathBuf, Role)>,
}

/// A shot before it has found its item.
struct Found {
    path: PathBuf,
    line: Option<u64>,
    sku: String,
    view: String,
    role: Role,
    note: Option<String>,
}

/// What a manifest's row lays down beside the shot.
struct RowSettings {
    line: u64,
    overrides: BTreeMap<String, String>,
}

impl<'a> Builder<'a> {
    fn new(pattern: &'a Pattern) -> Self {
        Self {
            pattern,
            entries: Vec::new(),
            index: HashMap::new(),
            taken: HashSet::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn add_file(&mut self, path: PathBuf) {
        if !self.taken.insert(identity(&path)) {
            return;
        }
        let found = self.read_name(path);
        self.place(found);
    }

    fn add_row(&mut self, manifest: &Path, folder: &Path, row: Row) {
        let line = Some(row.line);
        if row.file.is_empty() || row.file.contains('\0') {
            let what = if row.file.is_empty() { "no file is named" } else { "the file name holds a NUL" };
            let help = "give the path of a picture, relative to the manifest";
            let problem = Problem::new(manifest, "E-MANIFEST-FILE", what, help).at(line);
            self.problems.push(problem);
            return;
        }
        let path = folder.join(&row.file);
        self.taken.insert(identity(&path));
        let mut found = self.read_name(path);
        found.line = line;
        let named = row.sku.is_some();
        if named {
            // What the manifest says needs no pattern.
            found.view = "front".into();
            found.role = Role::Front;
            found.note = None;
        }
        found.sku = row.sku.unwrap_or(found.sku);
        found.view = row.view.unwrap_or(found.view);
        let role = row.role.map_or(Ok(found.role), |word| word.parse());
        let problem = match role {
            Ok(role) => {
                found.role = role;
                files::check(&found.path)
            }
            Err(error) => Some(Problem::new(
                &found.path,
                "E-MANIFEST-ROLE",
                error.to_string(),
                "use one of these words",
            )),
        };
        let (sku, view) = (found.sku.clone(), found.view.clone());
        if let Some(problem) = problem {
            let lost = (folder_of(&found.path), found.role);
            let entry = self.entry(&sku, &view);
            entry.refused = true;
            entry.lost.push(lost);
            self.problems.push(problem.at(line).of(&sku, &view));
        } else if self.place(found) {
            let settings = RowSettings { line: row.line, overrides: row.overrides };
            self.merge_overrides(manifest, (&sku, &view), settings);
        }
    }

    /// What the file's name says of it.
    fn read_name(&self, path: PathBuf) -> Found {
        let (stem, lossy) = os_text(path.file_stem().unwrap_or_default());
        let reading = self.pattern.read(&stem);
        let mut note = reading
            .is_none()
            .then(|| format!("the name does not fit `{}`: all of it is taken as the SKU", self.pattern));
        if lossy {
            note = Some("the file name is not UTF-8: other bytes are written as %XX".into());
        }
        let reading = reading.unwrap_or_default();
        Found {
            sku: if reading.sku.is_empty() { stem } else { reading.sku },
            view: reading.view.unwrap_or_else(|| "front".into()),
            role: reading.role.unwrap_or_default(),
            path,
            line: None,
            note,
        }
    }

    fn entry(&mut self, sku: &str, view: &str) -> &mut Entry {
        let next = self.entries.len();
        let index = *self.index.entry((sku.into(), view.into())).or_insert(next);
        if index == next {
            let item = Item {
                sku: sku.into(),
                view: view.into(),
                shots: Vec::new(),
                overrides: BTreeMap::new(),
                notes: Vec::new(),
                flags: Vec::new(),
            };
            self.entries.push(Entry { item, lines: Vec::new(), refused: false, lost: Vec::new() });
        }
        &mut self.entries[index]
    }

    /// Adds a shot to its item; `false` where the item has such a shot already, or cannot be named.
    fn place(&mut self, found: Found) -> bool {
        let Found { path, line, sku, view, role, note } = found;
        if safe_part(&sku).is_none() || safe_part(&view).is_none() {
            let problem =
                Problem::new(&path, "E-ITEM-NAME", "SKU or view is empty", "name both in the manifest");
            self.problems.push(problem.at(line).of(&sku, &view));
            return false;
        }
        let entry = self.entry(&sku, &view);
        let same = |s: &Shot| s.role == role && (role != Role::Detail || s.path == path);
        if let Some(earlier) = entry.item.shots.iter().position(same) {
            let first = match entry.lines[earlier] {
                Some(line) => format!("line {line}"),
                None => path_text(&entry.item.shots[earlier].path),
            };
            let what = format!("{first} is the {role} shot of {sku}, view {view}, already");
            let help = "give it a view of its own, or remove one of the two";
            self.problems.push(Problem::new(&path, "E-SHOT-TWICE", what, help).at(line).of(&sku, &view));
            return false;
        }
        entry.item.shots.push(Shot { path, role });
        entry.item.notes.extend(note);
        entry.lines.push(line);
        true
    }

    fn merge_overrides(&mut self, manifest: &Path, (sku, view): (&str, &str), row: RowSettings) {
        let mut problems = Vec::new();
        let entry = self.entry(sku, view);
        for (key, value) in row.overrides {
            match entry.item.overrides.get(&key).filter(|earlier| **earlier != value) {
                None => {
                    entry.item.overrides.insert(key, value);
                }
                Some(earlier) => {
                    let what =
                        format!("`{key}` is `{value}` here and `{earlier}` on an earlier line of the item");
                    let problem = Problem::new(manifest, "E-MANIFEST-CONFLICT", what, "say it once an item");
                    problems.push(problem.at(Some(row.line)).of(sku, view));
                    entry.refused = true;
                }
            }
        }
        self.problems.append(&mut problems);
    }

    /// Keeps the items that can be made: complete, and with names that no earlier item has.
    fn finish(mut self) -> Catalog {
        let mut names: HashMap<(String, String), String> = HashMap::new();
        let mut items = Vec::new();
        let mut lights = Lights::default();
        for Entry { mut item, refused, lost, .. } in self.entries {
            if refused {
                lights.forget(&item, &lost);
            } else if lights.take(&mut item) {
                continue;
            }
            let Some(shot) = item.shot(Role::Front).or(item.shots.first()).filter(|_| !refused) else {
                continue;
            };
            let refuse =
                |code, what, help| Problem::new(&shot.path, code, what, help).of(&item.sku, &item.view);
            let owner = format!("{}, view {}", item.sku, item.view);
            if shot.role != Role::Front {
                let help = "add the photograph itself, or correct SKU and view of this one";
                self.problems.push(refuse("E-ITEM-FRONT", format!("{owner}, has no front shot"), help));
                continue;
            }
            // File systems that fold case would write both to one file.
            let Some((sku, view)) = item.safe_names() else { continue };
            let key = (sku.to_lowercase(), view.to_lowercase());
            if let Some(earlier) = names.get(&key) {
                let what = format!("{owner} would write the same file names as {earlier}");
                let help = "give them SKUs or views that differ in more than case and special characters";
                self.problems.push(refuse("E-ITEM-TWICE", what, help));
                continue;
            }
            names.insert(key, owner);
            items.push(item);
        }
        self.notes.extend(lights.unused());
        Catalog { items, problems: self.problems, notes: self.notes }
    }
}

/// The folder of a file.
fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Charts and grey cards that stand for the shots after them.
#[derive(Default)]
struct Lights {
    /// By folder and role: the latest, and whether an item has used it.
    latest: BTreeMap<(PathBuf, Role), (PathBuf, bool)>,
    unused: Vec<PathBuf>,
}

impl Lights {
    /// Takes an entry of charts and grey cards alone; any other gets the latest of its folder, where it has none
    /// of its own. Returns whether it took the entry.
    fn take(&mut self, item: &mut Item) -> bool {
        let is_light = |role: Role| matches!(role, Role::Chart | Role::Grey);
        if !item.shots.is_empty() && item.shots.iter().all(|s| is_light(s.role)) {
            for shot in &item.shots {
                let key = (folder_of(&shot.path), shot.role);
                if let Some((path, false)) = self.latest.insert(key, (shot.path.clone(), false)) {
                    self.unused.push(path);
                }
            }
            return true;
        }
        let Some(front) = item.shot(Role::Front).map(|s| folder_of(&s.path)) else { return false };
        for role in [Role::Chart, Role::Grey] {
            if let Some((path, used)) = self.latest.get_mut(&(front.clone(), role))
                && item.shot(role).is_none()
            {
                *used = true;
                item.shots.push(Shot { path: path.clone(), role });
            }
        }
        false
    }

    /// A chart or card that cannot be used ends the rule of the one before: no light is taken for another's.
    fn forget(&mut self, item: &Item, lost: &[(PathBuf, Role)]) {
        let found = item.shots.iter().map(|shot| (folder_of(&shot.path), shot.role));
        for key in found.chain(lost.iter().cloned()) {
            self.latest.remove(&key);
        }
    }

    /// Notes on those that no shot follows.
    fn unused(self) -> Vec<String> {
        let never = self.latest.into_values().filter(|(_, used)| !used).map(|(path, _)| path);
        let all = self.unused.into_iter().chain(never);
        all.map(|path| format!("{}: no shot of its folder follows it, so it is not used", path_text(&path)))
            .collect()
    }
}

/// What makes a path one and the same: its folder, resolved, and its name. Links keep their own names.
fn identity(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.into(),
    }
}

#[cfg(test)]
mod tests;
