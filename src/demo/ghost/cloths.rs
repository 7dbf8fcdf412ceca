//! The cloths of a garment: which fabrics its outside, its inside, its bands and its label are.

use super::fabric::{Fabric, Pattern};
use super::scene::{GhostScene, Paint, Piece};
use super::vector::V3;
use crate::demo::noise::Dice;
use crate::image::srgb_decode;

/// Main and second colours as sRGB codes; a lining has the second.
const PALETTE: [[u32; 2]; 12] = [
    [0xece8e0, 0x1f2a55],
    [0x8d8f94, 0x2b2d33],
    [0x1f5540, 0xe6dfcc],
    [0xa8352c, 0xf0e4d2],
    [0x3f4632, 0xc4682f],
    [0x2c4069, 0xd8d3c6],
    [0xcf9a3d, 0x40342c],
    [0x6f2f46, 0xe9d3cc],
    [0x8fb4c6, 0xf3efe6],
    [0x2a2a2d, 0xb7332c],
    [0xd7b3ae, 0x6f3340],
    [0x4d6f63, 0xefe2c0],
];

/// The pair for a green form that its own green would not differ from.
const NOT_GREEN: usize = 7;
/// White cotton's reflectance.
const WHITE: V3 = [0.80, 0.80, 0.785];

/// The cloths of a garment.
pub(super) struct Cloths {
    pub(super) outer: Fabric,
    pub(super) inner: Fabric,
    /// Reflectance of the band along the neckline or waist.
    pub(super) band: V3,
    /// Reflectance of the label.
    pub(super) label: V3,
}

impl Cloths {
    /// The cloths of this scene's garment.
    pub(super) fn of(scene: &GhostScene) -> Self {
        let mut dice = scene.dice(1);
        let mut pair = PALETTE[dice.below(PALETTE.len())].map(linear);
        if scene.paint == Paint::Green && pair[0][1] > 1.3 * pair[0][0].max(pair[0][2]) {
            pair = PALETTE[NOT_GREEN].map(linear);
        }
        let seed = dice.next();
        let pattern = pattern(scene, &mut dice);
        let base = if scene.white { WHITE } else { pair[0] };
        let second = if pattern == Pattern::Heather { base.map(|c| 0.5 * c + 0.06) } else { pair[1] };
        let outer = Fabric { base, second, pattern, grain: 0.10, seed };
        let band = match pattern {
            Pattern::Stripes(..) | Pattern::Checks(_) => second,
            _ => base.map(|c| 0.9 * c),
        };
        let label = if dice.unit() < 0.5 { [0.02, 0.02, 0.024] } else { [0.75, 0.74, 0.70] };
        Self { inner: inside(scene.piece, outer), outer, band, label }
    }
}

fn pattern(scene: &GhostScene, dice: &mut Dice) -> Pattern {
    match (scene.piece, dice.below(4)) {
        _ if scene.white => Pattern::Plain,
        (Piece::Skirt, _) => Pattern::Twill,
        (Piece::Jacket | Piece::Hoodie, _) => Pattern::Plain,
        (_, 0) => Pattern::Stripes(dice.range(0.020, 0.034), dice.range(0.35, 0.5)),
        (_, 1) => Pattern::Checks(dice.range(0.022, 0.040)),
        (_, 2) => Pattern::Heather,
        _ => Pattern::Plain,
    }
}

/// The inner face: a lining of the second colour, the pale side of a twill, or the same knit a little
/// paler and rougher.
fn inside(piece: Piece, outer: Fabric) -> Fabric {
    let Fabric { base, second, seed, .. } = outer;
    match piece {
        Piece::Jacket => {
            Fabric { base: second, second, pattern: Pattern::Plain, grain: 0.03, seed: seed ^ 5 }
        }
        Piece::Skirt => {
            let pale = base.map(|c| 0.45 * c + 0.12);
            let dark = pale.map(|c| 0.7 * c);
            Fabric { base: pale, second: dark, pattern: Pattern::Heather, grain: 0.12, seed }
        }
        _ => {
            let paler = |c: V3| c.map(|v| 0.90 * v + 0.02);
            Fabric { base: paler(base), second: paler(second), grain: 0.14, seed: seed ^ 9, ..outer }
        }
    }
}

fn linear(code: u32) -> V3 {
    [16, 8, 0].map(|shift| srgb_decode(f64::from((code >> shift) & 255) / 255.0) as f32)
}
