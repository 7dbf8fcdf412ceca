//! Shots of one set brought to one light: exposure and white balance of each, from what they share.
//!
//! The backdrop, a product of one key and a grey patch have one colour in every shot; what differs is light.
//! In the logarithm of linear light that is a sum, `seen = colour + light + error`, solved for all shots
//! together by robust weights (P. Huber, "Robust Statistics", 1981) with variances that the evidence itself
//! tells (variance components: S. Searle, G. Casella, C. McCulloch, "Variance Components", 1992). Capture
//! times tell whether the light drifts. Reads no pictures and changes none: measurements in, gains and doubts
//! out.

mod axes;
mod drift;
mod evidence;
mod figure;
mod judge;
mod model;
mod observation;
mod report;
mod solution;
mod solve;
mod trend;

#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tests;

pub use drift::{Drift, DriftPoint};
pub use figure::panels;
pub use observation::{Observation, Product, Reading};
pub use report::csv;
pub use solution::{Flag, Solution, Source};
pub use solve::solve;
pub use trend::Trend;
