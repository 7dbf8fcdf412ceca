//! stub
use crate::image::Plane;
/// Grids.
#[derive(Debug)]
pub struct Matte {
    /// Transmission of the shadow.
    pub transmission: Plane,
}
