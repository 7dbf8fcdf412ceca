#![doc = include_str!("../README.md")]

pub mod catalog;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codec;
pub mod colour;
pub mod demo;
pub mod engine;
pub mod exec;
pub mod image;
pub mod kernel;
#[cfg(feature = "onnx")]
pub mod model;
pub mod ops;
pub mod plan;
pub mod recipe;
