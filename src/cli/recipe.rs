//! Recipes by name or from a file, with the files beside it that they name.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Failed;
use crate::recipe::{MOST_TEXT, Recipe};

/// A built-in recipe by name, or a file.
pub(super) fn recipe(name: &str) -> Result<Recipe, Failed> {
    let path = Path::new(name);
    if path.extension().is_none_or(|e| e != "toml") {
        return Ok(Recipe::builtin(name)?);
    }
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failed::usage("E-RECIPE-FILE", format!("{name}: {e}"), "check the recipe's path"))?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    Ok(Recipe::parse_with(&text, move |file| read(&folder.join(file)))?)
}

/// The text of a file that is not endless.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|e| e.to_string())?;
    // One byte more than is allowed, so that the recipe can say so.
    file.take(MOST_TEXT + 1).read_to_string(&mut text).map_err(|e| e.to_string())?;
    Ok(text)
}
