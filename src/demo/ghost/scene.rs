//! What is photographed: the garment, the form, how the inner shot is taken.
//!
//! Everything is decided by a seed. Never decides how anything is drawn.

use crate::demo::noise::Dice;

/// A kind of garment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// T-shirt with a ribbed crew neck.
    Crew,
    /// T-shirt with a V neck.
    Vneck,
    /// Shirt with a stand and a fold-down collar.
    Polo,
    /// Sleeveless dress with a scoop neck.
    Dress,
    /// Thin tank top.
    Tank,
    /// Open jacket with a lining.
    Jacket,
    /// Hooded sweatshirt; the form has a head.
    Hoodie,
    /// Skirt; the opening is the waist.
    Skirt,
}

impl Piece {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Crew,
        Self::Vneck,
        Self::Polo,
        Self::Dress,
        Self::Tank,
        Self::Jacket,
        Self::Hoodie,
        Self::Skirt,
    ];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crew => "crew",
            Self::Vneck => "vneck",
            Self::Polo => "polo",
            Self::Dress => "dress",
            Self::Tank => "tank",
            Self::Jacket => "jacket",
            Self::Hoodie => "hoodie",
            Self::Skirt => "skirt",
        }
    }
}

/// How the inner shot is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inner {
    /// The back half flattened on a board, another camera and light.
    Foam,
    /// Turned inside out on the same form, another camera and light.
    InsideOut,
    /// The same camera and light; the form's neck or head is off.
    NeckOff,
}

impl Inner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Foam, Self::InsideOut, Self::NeckOff];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foam => "foam",
            Self::InsideOut => "insideout",
            Self::NeckOff => "neckoff",
        }
    }
}

/// The form's paint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Paint {
    /// Matt white.
    White,
    /// Skin.
    Skin,
    /// Mid grey.
    Grey,
    /// Black.
    Black,
    /// Chroma green.
    Green,
}

impl Paint {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::White, Self::Skin, Self::Grey, Self::Black, Self::Green];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Skin => "skin",
            Self::Grey => "grey",
            Self::Black => "black",
            Self::Green => "green",
        }
    }

    /// Reflectance, linear, sRGB primaries.
    pub(super) const fn colour(self) -> [f32; 3] {
        match self {
            Self::White => [0.80, 0.80, 0.79],
            Self::Skin => [0.58, 0.38, 0.28],
            Self::Grey => [0.24, 0.24, 0.245],
            Self::Black => [0.028, 0.028, 0.030],
            Self::Green => [0.07, 0.42, 0.09],
        }
    }
}

/// A garment to be photographed: the same for the same description everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct GhostScene {
    /// Decides measures, folds, colours, camera and light.
    pub seed: u64,
    /// What is worn.
    pub piece: Piece,
    /// How its inside is photographed.
    pub inner: Inner,
    /// The form's paint.
    pub paint: Paint,
    /// Whether the garment is white.
    pub white: bool,
}

impl GhostScene {
    /// A garment of this kind; the seed decides the rest.
    #[must_use]
    pub fn new(seed: u64, piece: Piece) -> Self {
        let mut dice = Dice::new(seed, piece as u32, 70);
        let inner = if piece == Piece::Hoodie { Inner::NeckOff } else { Inner::ALL[dice.below(2)] };
        Self { seed, piece, inner, paint: Paint::ALL[dice.below(5)], white: piece == Piece::Tank }
    }

    /// A stream of this scene's own random numbers.
    pub(super) fn dice(&self, stream: u32) -> Dice {
        Dice::new(self.seed, self.piece as u32, 100 + stream)
    }
}
