//! Packshot.

pub mod catalog;
pub mod codec;
pub mod colour;
pub mod demo;
pub mod engine;
pub mod exec;
pub mod image;
pub mod kernel;
pub mod ops;
pub mod plan;
pub mod recipe;
