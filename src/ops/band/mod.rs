//! The unknown band: alpha solved from a trimap, at full resolution, where it is unknown and nowhere else.
//!
//! 1. The unknown pixels and what their windows reach are cut into tiles ([`tiles`]) and gathered from the
//!    photograph, level by level ([`gather`]); what product and backdrop look like is gathered beside them
//!    ([`statistics`]).
//! 2. From the coarsest level to the finest: grain is smoothed ([`denoise`]), the colour scatter of every
//!    window factored ([`windows`]), each pixel's likely alpha found with a weight ([`likelihood`]), and the
//!    matting Laplacian with that data term relaxed by a fixed Chebyshev iteration ([`fit`], [`relax`]). The
//!    next level starts from the solution ([`enlarge`]).
//! 3. The finest solution is settled ([`settle`]) and read by any frame ([`spread`]).
//! 4. With alpha known, the colours of product and backdrop are taken apart ([`foreground`]), coarse to fine
//!    over the same tiles: what the pixels say ([`evidence`]) is summed ([`reduce`]), colours are drawn to it and
//!    to their neighbours ([`unmix`]), handed to the next level ([`grow`]) and read by any frame ([`colour`]).
//!
//! Few steps a level are enough: coarse levels carry what is far, and stopping early keeps low contrast
//! from being smeared. All counts are fixed; nothing depends on the pixels but the pixels.

mod cases;
mod colour;
mod confidence;
mod denoise;
mod doubt;
mod enlarge;
mod evidence;
mod fit;
pub mod foreground;
mod gather;
mod grow;
mod halo;
mod likelihood;
mod paint;
mod posterior;
mod record;
mod reduce;
mod relax;
mod settle;
mod spread;
mod statistics;
mod tiles;
mod tuning;
mod unmix;
mod windows;

pub(in crate::ops) use colour::light;
pub use colour::{BAND_COLOUR, ColourParams};
pub use doubt::Doubt;
pub use gather::Light;
pub use record::{Band, Solved};
pub use tiles::Trimap;
pub(in crate::ops) use tiles::{BACKDROP, SIDE};

use crate::kernel::Kernel;

/// Every kernel of the band.
pub static KERNELS: [&Kernel; 15] = [
    &denoise::BAND_DENOISE,
    &windows::BAND_WINDOWS,
    &likelihood::BAND_LIKELIHOOD,
    &fit::BAND_FIT,
    &relax::BAND_RELAX,
    &enlarge::BAND_ENLARGE,
    &settle::BAND_SETTLE,
    &confidence::BAND_CONFIDENCE,
    &spread::BAND_SPREAD,
    &evidence::BAND_EVIDENCE,
    &reduce::BAND_REDUCE,
    &grow::BAND_GROW,
    &unmix::BAND_UNMIX,
    &paint::BAND_PAINT,
    &colour::BAND_COLOUR,
];
