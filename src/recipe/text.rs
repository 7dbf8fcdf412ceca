//! Recipes as text and as a builder: an ordered list of ops with their settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::{Table, Value};

use super::build::{Draft, FILE, Files, RecipeBuilder, TEXT};
use crate::ops::{Op, OpDef};

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// It is no TOML, or has unknown keys.
    #[error("the recipe is not valid TOML: {0}")]
    Text(String),
    /// An op that there is not.
    #[error("there is no op `{name}`; there are {known}")]
    UnknownOp {
        /// The name given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// Settings that the op does not take.
    #[error("op `{op}`: {what}")]
    Settings {
        /// The op.
        op: String,
        /// What it does not take.
        what: String,
    },
    /// The ops are in an order that cannot work.
    #[error("op `{op}` works on the item, it cannot come after `{after}`, which works on an output")]
    Order {
        /// The op that comes too late.
        op: String,
        /// The output op before it.
        after: String,
    },
    /// An op that measures the photograph comes after its colours were changed.
    #[error(
        "op `{op}` works on the photograph's own colours, it cannot come after `{look}`: put `{look}` later"
    )]
    Look {
        /// The op that comes too late.
        op: String,
        /// The look before it.
        look: String,
    },
    /// A recipe must end in codes.
    #[error("the recipe does not end with `quantise`: it would make no picture")]
    NoEnd,
    /// An override for an op that the recipe does not have.
    #[error("override `{key}`: the recipe `{recipe}` has no op of that name (write op.setting)")]
    Override {
        /// The override.
        key: String,
        /// The recipe.
        recipe: String,
    },
    /// There is no such built-in recipe.
    #[error(
        "there is no built-in recipe `{0}`; there are packshot, ghost, ghost_mannequin, inner, matte, trimap and triangulate"
    )]
    Unknown(String),
}

/// One op of a recipe, ready to run.
#[derive(Debug)]
pub struct Entry {
    /// Its registry entry.
    pub def: &'static OpDef,
    /// Its settings as written.
    pub settings: Table,
    /// The text of the file that they name, where they name one and it was read.
    pub text: Option<Arc<str>>,
    /// The op.
    pub op: Box<dyn Op>,
}

/// What is done: an ordered list of ops.
#[derive(Debug)]
pub struct Recipe {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    pub(super) entries: Vec<Entry>,
    pub(super) files: Files,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    op: Vec<Table>,
}

impl Recipe {
    /// Reads a recipe that names no files.
    ///
    /// # Errors
    /// [`RecipeError`] that names the op and the setting.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        Self::read(text, Files::default())
    }

    /// Reads a recipe; `read` gives the text of every file that a setting `file = "…"` names, or says why it
    /// cannot, now and when the setting is overridden.
    ///
    /// # Errors
    /// [`RecipeError`] that names the op and the setting, or the file.
    pub fn parse_with(
        text: &str,
        read: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static,
    ) -> Result<Self, RecipeError> {
        Self::read(text, Files::from(read))
    }

    fn read(text: &str, files: Files) -> Result<Self, RecipeError> {
        let text: Text = toml::from_str(text).map_err(|e| RecipeError::Text(e.to_string()))?;
        let mut builder = RecipeBuilder::new(text.name, text.about, files);
        for mut settings in text.op {
            let name = match settings.remove("op") {
                Some(Value::String(name)) => name,
                _ => return Err(RecipeError::Text("an [[op]] has no `op = \"name\"`".into())),
            };
            builder = builder.op_with(&name, settings);
        }
        builder.build()
    }

    /// A built-in recipe: `packshot`, `ghost`, `ghost_mannequin`, `inner`, `matte`, `trimap` or `triangulate`.
    ///
    /// # Errors
    /// [`RecipeError::Unknown`].
    pub fn builtin(name: &str) -> Result<Self, RecipeError> {
        match name {
            "packshot" => Self::parse(include_str!("../../recipes/packshot.toml")),
            "matte" => Self::parse(include_str!("../../recipes/matte.toml")),
            "trimap" => Self::parse(include_str!("../../recipes/trimap.toml")),
            "inner" => Self::parse(include_str!("../../recipes/inner.toml")),
            "ghost" => Self::parse(include_str!("../../recipes/ghost.toml")),
            "ghost_mannequin" => Self::parse(include_str!("../../recipes/ghost_mannequin.toml")),
            "triangulate" => Self::parse(include_str!("../../recipes/triangulate.toml")),
            other => Err(RecipeError::Unknown(other.into())),
        }
    }

    /// Begins a recipe in code.
    #[must_use]
    pub fn build(name: &str) -> RecipeBuilder {
        RecipeBuilder::new(name.into(), String::new(), Files::default())
    }

    /// Its ops in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether it has an op of this name.
    #[must_use]
    pub fn has(&self, op: &str) -> bool {
        self.entries.iter().any(|entry| entry.def.name == op)
    }

    /// The same recipe with settings changed by keys `op.setting`; values are read as TOML, else as text.
    ///
    /// # Errors
    /// [`RecipeError`] where an op is missing or does not take the setting.
    pub fn with_overrides(&self, overrides: &BTreeMap<String, String>) -> Result<Self, RecipeError> {
        let mut builder = RecipeBuilder::new(self.name.clone(), self.about.clone(), self.files.clone());
        builder.ops = self.entries.iter().map(Draft::from).collect();
        for (key, value) in overrides {
            let missing = || RecipeError::Override { key: key.clone(), recipe: self.name.clone() };
            let (op, setting) = key.split_once('.').ok_or_else(missing)?;
            let draft = builder.ops.iter_mut().find(|draft| draft.name == op).ok_or_else(missing)?;
            if setting == TEXT {
                draft.text = Some(value.as_str().into());
                continue;
            }
            draft.settings.insert(setting.into(), toml_value(value));
            if setting == FILE {
                draft.text = None;
            }
        }
        builder.build()
    }
}

/// `1.5`, `[1, 2]`, `true` as what they are; anything else as text.
fn toml_value(text: &str) -> Value {
    let table: Result<Table, _> = toml::from_str(&format!("v = {text}"));
    table.ok().and_then(|mut t| t.remove("v")).unwrap_or_else(|| Value::String(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_recipes_parse() {
        for name in ["packshot", "matte"] {
            assert_eq!(Recipe::builtin(name).map(|r| r.name).ok().as_deref(), Some(name));
        }
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| Recipe::parse(text).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error("name = \"x\"\n[[op]]\nop = \"blurr\"").contains("no op `blurr`"));
        assert!(
            error("name = \"x\"\n[[op]]\nop = \"shadow\"\nkeep = 3").contains("keep 3 is not within 0 … 1")
        );
        assert!(error("name = \"x\"\n[[op]]\nop = \"shadow\"\nkep = 1").contains("unknown field"));
        assert!(error("name = \"x\"\n[[op]]\nop = \"background\"").contains("quantise"));
        let order = "name = \"x\"\n[[op]]\nop = \"resize\"\n[[op]]\nop = \"white_balance\"\n[[op]]\nop = \"quantise\"";
        assert!(error(order).contains("cannot come after"));
    }

    #[test]
    fn overrides_change_settings() {
        let Ok(recipe) = Recipe::builtin("packshot") else { unreachable!() };
        let good = BTreeMap::from([("shadow.keep".to_owned(), "0.5".to_owned())]);
        let changed = recipe.with_overrides(&good).map(|r| {
            r.entries().iter().find(|e| e.def.name == "shadow").and_then(|e| e.settings["keep"].as_float())
        });
        assert!(matches!(changed, Ok(Some(v)) if v == 0.5));
        let bad = BTreeMap::from([("halo.keep".to_owned(), "1".to_owned())]);
        assert!(recipe.with_overrides(&bad).is_err());
    }
}
