//! What is known of a garment on its mannequin, for the steps that follow. Plain data.

use serde::Serialize;

use crate::image::Plane;
use crate::ops::field::Field;

/// Who told garment from mannequin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The bare mannequin's shot.
    Bare,
    /// The mannequin's colour.
    Colour,
    /// A mask that was given.
    Mask,
}

/// A garment on its mannequin, on the study's proxy.
#[derive(Clone, Debug)]
pub struct Worn {
    /// Probability of garment: 1 and 0 where certain, ½ at the edge.
    pub garment: Field,
    /// Probability that mannequin or stand is seen.
    pub mannequin: Field,
    /// Probability that backdrop is seen.
    pub backdrop: Field,
    /// The bare mannequin as photographed, in the light of the front. `None` without a bare shot that can be used.
    pub bare: Option<Plane>,
    /// Linear working light of the mannequin; `None` where a mask told it and it is not seen.
    pub colour: Option<[f32; 3]>,
    /// Who told them apart.
    pub evidence: Evidence,
}
