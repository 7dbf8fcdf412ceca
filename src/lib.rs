//! Packshot.

pub mod catalog;
pub mod codec;
pub mod colour;
pub mod demo;
pub mod exec;
pub mod image;
pub mod kernel;
pub mod plan;
pub mod recipe;
