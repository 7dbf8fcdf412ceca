//! The twins' harness, for every kernel of a list: `shaders` without a device, `parity` with one.

#![allow(dead_code, reason = "every test binary uses its part")]
#![allow(unreachable_pub, reason = "a test binary has no public items")]

pub mod cases;
#[cfg(feature = "gpu")]
pub mod device;
pub mod parity;
pub mod samples;
pub mod shaders;
