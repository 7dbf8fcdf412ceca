//! What is known of a garment on its mannequin, for the steps that follow. Plain data.

use serde::Serialize;

use crate::ops::Frame;
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

/// A garment on its mannequin. All fields are on `frame`.
#[derive(Clone, Debug)]
pub struct Worn {
    /// Where the fields lie in the photograph.
    pub frame: Frame,
    /// Probability of garment: 1 and 0 where certain, ½ at the edge.
    pub garment: Field,
    /// Probability that mannequin or stand is seen.
    pub mannequin: Field,
    /// Probability that backdrop is seen.
    pub backdrop: Field,
    /// Where the mannequin is in the bare shot, seen in the front or not: 0 or 1. `None` without a bare shot.
    pub bare: Option<Field>,
    /// Share of its own light that the visible mannequin has beside the garment; 1 where it is not known.
    pub shade: Field,
    /// Linear working light of the mannequin; `None` where a mask told it and it is not seen.
    pub colour: Option<[f32; 3]>,
    /// How far the edge between cloth and mannequin may be trusted, 0 … 1.
    pub confidence: f32,
    /// Who told them apart.
    pub evidence: Evidence,
}
