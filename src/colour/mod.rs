//! What file codes mean: profiles, primaries, curves. Sees only `image`.
