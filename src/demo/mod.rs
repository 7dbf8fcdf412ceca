//! A small studio simulator: procedural products with exact ground truth. Deterministic by seed.
