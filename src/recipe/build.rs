//! From names and settings to ops, in an order that can work. A setting `file = "…"` names a file: whoever reads
//! the recipe reads it, and its op finds the text in the setting `text`. Touches no file itself.

use std::fmt;
use std::sync::Arc;

use toml::{Table, Value};

use super::text::{Entry, Recipe, RecipeError};
use crate::ops::{LOOKS, OPS, OpDef, Stage};

/// Bytes of the largest file that a recipe may name.
pub const MOST_TEXT: u64 = 64 << 20;

/// The setting that names a file, and the one in which its op finds the text.
pub(super) const FILE: &str = "file";
pub(super) const TEXT: &str = "text";

/// Gives the text of a named file, or says why it cannot.
type Read = dyn Fn(&str) -> Result<String, String> + Send + Sync;

/// Who reads the files that a recipe names; nobody by default.
#[derive(Clone, Default)]
pub(super) struct Files(Option<Arc<Read>>);

impl<F: Fn(&str) -> Result<String, String> + Send + Sync + 'static> From<F> for Files {
    fn from(read: F) -> Self {
        Self(Some(Arc::new(read)))
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Files(read)" } else { "Files(unread)" })
    }
}

/// An op before it is made.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) settings: Table,
    pub(super) text: Option<Arc<str>>,
}

impl From<&Entry> for Draft {
    fn from(e: &Entry) -> Self {
        Self { name: e.def.name.to_owned(), settings: e.settings.clone(), text: e.text.clone() }
    }
}

impl Draft {
    /// Reads the file that the settings name, unless its text is there.
    fn read_file(&mut self, read: &Read) -> Result<(), RecipeError> {
        let (None, Some(Value::String(file))) = (&self.text, self.settings.get(FILE)) else { return Ok(()) };
        let wrong = |what: String| RecipeError::Settings { op: self.name.clone(), what };
        let text = read(file).map_err(|why| wrong(format!("{file}: {why}")))?;
        if text.len() as u64 > MOST_TEXT {
            return Err(wrong(format!("{file}: larger than {} MiB", MOST_TEXT >> 20)));
        }
        self.text = Some(text.into());
        Ok(())
    }

    fn make(self) -> Result<Entry, RecipeError> {
        let def = OPS.iter().find(|d| d.name == self.name).ok_or_else(|| RecipeError::UnknownOp {
            name: self.name.clone(),
            known: OPS.iter().map(|d| d.name).collect::<Vec<_>>().join(", "),
        })?;
        let mut settings = self.settings.clone();
        if let Some(text) = &self.text {
            settings.insert(TEXT.into(), Value::String(text.to_string()));
        }
        let op = (def.make)(settings)
            .map_err(|e| RecipeError::Settings { op: self.name, what: e.message().to_owned() })?;
        Ok(Entry { def, settings: self.settings, text: self.text, op })
    }
}

/// A recipe under way.
#[derive(Debug)]
pub struct RecipeBuilder {
    name: String,
    about: String,
    files: Files,
    pub(super) ops: Vec<Draft>,
}

impl RecipeBuilder {
    pub(super) fn new(name: String, about: String, files: Files) -> Self {
        Self { name, about, files, ops: Vec::new() }
    }

    /// Adds an op with its default settings.
    #[must_use]
    pub fn op(self, name: &str) -> Self {
        self.op_with(name, Table::new())
    }

    /// Adds an op with settings; `text` among them stands for the text of a file.
    #[must_use]
    pub fn op_with(mut self, name: &str, mut settings: Table) -> Self {
        let text = match settings.remove(TEXT) {
            Some(Value::String(text)) => Some(text.into()),
            Some(other) => {
                settings.insert(TEXT.into(), other);
                None
            }
            None => None,
        };
        self.ops.push(Draft { name: name.into(), settings, text });
        self
    }

    /// Makes the recipe.
    ///
    /// # Errors
    /// [`RecipeError`] that names the op and the setting.
    pub fn build(self) -> Result<Recipe, RecipeError> {
        let mut entries: Vec<Entry> = Vec::new();
        for mut draft in self.ops {
            if let Some(read) = &self.files.0 {
                draft.read_file(read.as_ref())?;
            }
            let entry = draft.make()?;
            in_order(&entries, entry.def)?;
            entries.push(entry);
        }
        if entries.last().is_none_or(|e| e.def.name != "quantise") {
            return Err(RecipeError::NoEnd);
        }
        Ok(Recipe { name: self.name, about: self.about, entries, files: self.files })
    }
}

/// Whether an op can stand after the ones before it.
fn in_order(before: &[Entry], def: &'static OpDef) -> Result<(), RecipeError> {
    if def.stage == Stage::Output {
        return Ok(());
    }
    if let Some(output) = before.iter().find(|e| e.def.stage == Stage::Output) {
        return Err(RecipeError::Order { op: def.name.into(), after: output.def.name.into() });
    }
    let is_look = |name: &str| LOOKS.iter().any(|look| look.name == name);
    match before.iter().find(|e| is_look(e.def.name)) {
        Some(look) if !is_look(def.name) => {
            Err(RecipeError::Look { op: def.name.into(), look: look.def.name.into() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const LUT: &str = "name = \"x\"\n[[op]]\nop = \"lut\"\nfile = \"look.cube\"\n[[op]]\nop = \"quantise\"";
    const LOOK: &str = "LUT_1D_SIZE 2\n0 0 0\n1 1 1";

    fn unread(_: &str) -> Result<String, String> {
        Err("no such file".into())
    }

    #[test]
    fn a_named_file_is_read_once_and_is_no_setting() {
        let read = |file: &str| if file == "look.cube" { Ok(LOOK.to_owned()) } else { unread(file) };
        let Ok(recipe) = Recipe::parse_with(LUT, read) else { unreachable!() };
        let entry = &recipe.entries()[0];
        assert_eq!(entry.text.as_deref(), Some(LOOK));
        assert_eq!(entry.settings.keys().collect::<Vec<_>>(), ["file"]);
        let set = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        assert!(recipe.with_overrides(&set("lut.strength", "0.5")).is_ok(), "what was read serves again");
        let other = recipe.with_overrides(&set("lut.file", "b.cube")).err().map(|e| e.to_string());
        assert_eq!(other.as_deref(), Some("op `lut`: b.cube: no such file"));
        let inline = LUT.replace("file = \"look.cube\"", &format!("text = {LOOK:?}"));
        assert!(Recipe::parse(&inline).is_ok_and(|r| r.entries()[0].settings.is_empty()));
    }

    #[test]
    fn what_is_wrong_with_a_named_file_is_said_with_its_name() {
        let error = |read: fn(&str) -> Result<String, String>| {
            Recipe::parse_with(LUT, read).err().map(|e| e.to_string())
        };
        assert_eq!(error(unread).as_deref(), Some("op `lut`: look.cube: no such file"));
        let bent = error(|_| Ok("LUT_1D_SIZE 2\n0 0".into()));
        assert_eq!(bent.as_deref(), Some("op `lut`: look.cube: line 2: `0 0` is not 3 numbers"));
        let large = error(|_| Ok(" ".repeat(MOST_TEXT as usize + 1)));
        assert_eq!(large.as_deref(), Some("op `lut`: look.cube: larger than 64 MiB"));
        let never = Recipe::parse(LUT).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(never.contains("op `lut`: the file `look.cube` was not read"), "{never}");
    }

    #[test]
    fn nothing_measures_after_a_look() {
        let recipe =
            |first: &str, second: &str| Recipe::build("x").op(first).op(second).op("quantise").build();
        assert!(matches!(recipe("cdl", "backdrop_matte"), Err(RecipeError::Look { .. })));
        assert!(recipe("cdl", "cdl").is_ok() && recipe("backdrop_matte", "cdl").is_ok());
        assert!(recipe("cdl", "resize").is_ok());
    }
}
