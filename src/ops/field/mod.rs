//! Small image tools of the analysis: fields, masks, filters, fills and fits on the proxy.
//!
//! A field is one number a pixel, a mask one bit of knowledge a pixel; both are row-major. Distances and
//! radii are in pixels. Every tool states what it takes the outside of the picture for. Nothing here knows
//! what a product or a backdrop is, and nothing runs on a device or on more than one thread.

/// Declares a function whose body is compiled once for every SIMD level and chosen at run time. No level
/// changes a result: Rust neither contracts nor reorders floating-point arithmetic.
///
/// A name in brackets after the function's is the level's token, for explicit lanes; callers do not see it.
macro_rules! wide {
    ($(#[$meta:meta])* $vis:vis fn $name:ident[$simd:ident]($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) {
            #[inline(always)]
            fn body<S: fearless_simd::Simd>($simd: S, $($arg: $ty),*) $body
            fearless_simd::dispatch!($crate::image::simd_level(), simd => body(simd, $($arg),*))
        }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body
            fearless_simd::dispatch!($crate::image::simd_level(), _simd => body($($arg),*))
        }
    };
}
pub(in crate::ops) use wide;

mod box_mean;
mod cells;
mod components;
mod distance;
mod grid;
mod guided;
mod lanes;
mod maths;
mod morphology;
mod push_pull;
mod rank;
mod recycle;
mod spans;
mod surface;
mod texture;

pub use box_mean::box_mean;
pub use cells::{Adder, Cells, enlarge, enlarge_into};
pub use components::{Components, Neighbours, Run, area, reach};
pub use distance::distance;
pub use grid::{Field, Grid, Mask};
pub use guided::{Guide, SIDE};
pub use lanes::{LANES, load, store};
pub use maths::{exp, ln};
pub use morphology::{dilate, erode, open};
pub use push_pull::push_pull;
pub use rank::{median, quantile, sample};
pub use recycle::Recycle;
pub(in crate::ops) use recycle::recycle;
pub use spans::{Means, Span, Spans};
pub use surface::{Along, Surface};
pub use texture::texture;
