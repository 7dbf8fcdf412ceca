//! The analysis on pictures whose truth is known.
