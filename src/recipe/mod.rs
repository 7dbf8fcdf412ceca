//! What is to be done and for whom: recipes and channels, as data. Touches no file and runs nothing.

mod build;
pub mod channel;
mod compile;
mod text;

pub use build::{MOST_TEXT, RecipeBuilder};
pub use compile::{Compiled, Wanted, analyse, compile, enough};
pub use text::{Entry, Recipe, RecipeError};
