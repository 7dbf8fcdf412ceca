//! What stands in the studio: the kind of product, its colours, the backdrop and the light.
//!
//! Everything is decided by seed and index. Never decides how anything is drawn.

use super::material::Colour;
use super::noise::Dice;
use crate::image::srgb_decode;

/// The kind of product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// T-shirt: jersey, ribbed collar, sometimes striped or printed.
    Tee,
    /// Hooded sweatshirt with drawstrings.
    Hoodie,
    /// Denim trousers.
    Trousers,
    /// Summer dress on thin straps.
    Dress,
    /// Cable-knit jumper with stray fibres at its edge.
    Knit,
    /// Glazed mug; one sees the backdrop through its handle.
    Mug,
    /// Flacon with a label and highlights.
    Bottle,
    /// Printed carton, seen from a corner.
    Carton,
    /// Sneaker with laces.
    Shoe,
    /// Canvas bag; one sees the backdrop through its handles.
    Bag,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Tee,
        Self::Hoodie,
        Self::Trousers,
        Self::Dress,
        Self::Knit,
        Self::Mug,
        Self::Bottle,
        Self::Carton,
        Self::Shoe,
        Self::Bag,
    ];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tee => "tee",
            Self::Hoodie => "hoodie",
            Self::Trousers => "trousers",
            Self::Dress => "dress",
            Self::Knit => "knit",
            Self::Mug => "mug",
            Self::Bottle => "bottle",
            Self::Carton => "carton",
            Self::Shoe => "shoe",
            Self::Bag => "bag",
        }
    }
}

/// The paper or fabric behind the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backdrop {
    /// The usual paper roll: warm, a little below white.
    OffWhite,
    /// Neutral mid grey.
    Grey,
    /// Lit to just below clipping.
    White,
    /// Chroma green.
    Green,
}

impl Backdrop {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OffWhite, Self::Grey, Self::White, Self::Green];

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OffWhite => "off-white",
            Self::Grey => "grey",
            Self::White => "white",
            Self::Green => "green",
        }
    }

    /// Its linear light in the middle of the set, sRGB primaries.
    pub(super) const fn colour(self) -> Colour {
        match self {
            Self::OffWhite => [0.745, 0.730, 0.700],
            Self::Grey => [0.335, 0.340, 0.345],
            Self::White => [0.930, 0.930, 0.925],
            Self::Green => [0.070, 0.390, 0.120],
        }
    }
}

/// One shot to be taken: a pure description, the same for the same seed and index everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Seed of the catalog.
    pub seed: u64,
    /// Number of the shot in the catalog.
    pub index: u32,
    /// What is photographed.
    pub kind: Kind,
    /// What is behind it.
    pub backdrop: Backdrop,
    /// Main colour: linear light, sRGB primaries.
    pub colour: [f32; 3],
    /// Second colour, for prints, linings and trims.
    pub accent: [f32; 3],
    /// Where the key light stands: x to the right, y down; about unit length.
    pub light: [f32; 2],
    /// Number of the exposure: the same scene with other noise.
    pub exposure: u32,
}

/// Product colours as sRGB codes, main and second; the first pair is white, the second very dark.
const PALETTE: [[u32; 2]; 16] = [
    [0xf1f0ec, 0x2f3e52],
    [0x1c1c1f, 0xd9d4c8],
    [0x24344f, 0xe9e4d8],
    [0xb5402f, 0xf0e6d6],
    [0x5d6f5a, 0xe8e2cf],
    [0xd9a441, 0x3a3430],
    [0x8fb0c4, 0xf4f1ea],
    [0xc9b79c, 0x6b4a35],
    [0xd8b4b0, 0x7d3a45],
    [0x3f5d63, 0xe2a25c],
    [0x7c3f52, 0xecd9cf],
    [0xa9a9ac, 0x25272c],
    [0x4a6a9b, 0xf3efe4],
    [0xe3d7c5, 0x40604e],
    [0x2e5a48, 0xf1e3c4],
    [0xcf6f52, 0x2b3a44],
];

const WHITE: usize = 0;
const DARK: usize = 1;

fn linear(code: u32) -> Colour {
    [16, 8, 0].map(|shift| srgb_decode(f64::from((code >> shift) & 255) / 255.0) as f32)
}

impl Scene {
    /// The shot `index` of the catalog `seed`.
    ///
    /// Every ten shots show each kind once, in an order of their own; one of the ten is white on white
    /// and one is very dark.
    #[must_use]
    pub fn pick(seed: u64, index: u32) -> Self {
        let mut order = Dice::new(seed, index / 10, 1);
        let mut kinds = Kind::ALL;
        for i in (1..kinds.len()).rev() {
            kinds.swap(i, order.below(i + 1));
        }
        let place = (index % 10) as usize;
        let white = order.below(10);
        let dark = (white + 1 + order.below(9)) % 10;
        let mut dice = Dice::new(seed, index, 2);
        let backdrop = match dice.below(20) {
            _ if place == white => Backdrop::White,
            0..8 => Backdrop::OffWhite,
            8..13 => Backdrop::White,
            13..18 => Backdrop::Grey,
            _ => Backdrop::Green,
        };
        let mut scene = Self::of(seed, index, kinds[place], backdrop);
        if place == white || place == dark {
            scene.paint(if place == white { WHITE } else { DARK });
        }
        scene
    }

    /// A shot of this kind before this backdrop; seed and index decide the rest.
    #[must_use]
    pub fn of(seed: u64, index: u32, kind: Kind, backdrop: Backdrop) -> Self {
        let mut dice = Dice::new(seed, index, 3);
        let side = if dice.unit() < 0.7 { -1.0 } else { 1.0 };
        let light = [side * dice.range(0.45, 0.75), -dice.range(0.65, 0.85)];
        let mut scene =
            Self { seed, index, kind, backdrop, colour: [0.0; 3], accent: [0.0; 3], light, exposure: 0 };
        let mut pair = 2 + dice.below(PALETTE.len() - 2);
        if backdrop == Backdrop::Green && matches!(pair, 4 | 14) {
            pair = 3;
        }
        scene.paint(pair);
        scene
    }

    fn paint(&mut self, pair: usize) {
        [self.colour, self.accent] = PALETTE[pair % PALETTE.len()].map(linear);
    }

    /// The name of its file without extension, SKU and view: `PK1007_front`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        format!("PK{}_front", 1000 + u64::from(self.index))
    }

    /// A stream of this scene's own random numbers.
    pub(super) const fn dice(&self, stream: u32) -> Dice {
        Dice::new(self.seed, self.index, stream)
    }
}
