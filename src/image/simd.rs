//! The SIMD level of this processor. Knows nothing of what is done with it.

use std::sync::OnceLock;

/// The SIMD level of this processor, looked up once.
#[must_use]
pub fn simd_level() -> fearless_simd::Level {
    static LEVEL: OnceLock<fearless_simd::Level> = OnceLock::new();
    *LEVEL.get_or_init(fearless_simd::Level::new)
}
