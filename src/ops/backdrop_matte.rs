//! stub
pub mod kernel;
mod op;
use crate::image::Plane;
use crate::ops::Side;
pub use op::OP;
/// Grids.
#[derive(Debug)]
pub struct Matte {
    /// a
    pub map: Plane,
    /// b
    pub backdrop: Plane,
    /// c
    pub foreground: Plane,
    /// Transmission of the shadow.
    pub transmission: Plane,
    /// d
    pub alpha: Plane,
    /// e
    pub confidence: f32,
    /// f
    pub reasons: Vec<Reason>,
    /// g
    pub unknown_share: f32,
}
/// r
#[derive(Debug)]
pub enum Reason {
    /// x
    Cut {
        /// y
        side: Side,
        /// z
        share: f32,
    },
}
impl Reason {
    /// code
    pub fn code(&self) -> &'static str {
        "x"
    }
}
impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
/// a
pub fn analyse(p: &Plane) -> Matte {
    let g = Plane::gray(p.size(), |_, _| 1.0);
    Matte {
        map: p.clone(),
        backdrop: p.clone(),
        foreground: p.clone(),
        transmission: g.clone(),
        alpha: g,
        confidence: 1.0,
        reasons: vec![],
        unknown_share: 0.0,
    }
}
