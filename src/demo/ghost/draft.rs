//! How garments are cut: the measures of each kind, in metres, on a form of breadth 1.
//!
//! Heights are above the crotch of the form. Numbers only: what is made of them is `garment`.

use super::scene::Piece;
use super::solid::Station;

/// The lines of a neckline or waist.
#[derive(Clone, Copy, Debug)]
pub(super) struct Neck {
    /// Half its width at the shoulders.
    pub(super) half: f32,
    /// Height of its lowest point in front.
    pub(super) front: f32,
    /// Height of its lowest point behind; of the collar's edge where there is one.
    pub(super) back: f32,
    /// Height at the shoulders.
    pub(super) side: f32,
    /// Whether the front comes to a point.
    pub(super) point: bool,
    /// Half the gap of a front that opens, and the gap's lower end.
    pub(super) gap: Option<[f32; 2]>,
    /// How much lower a collar's edge is in front, a metre of depth; none without a collar.
    pub(super) tilt: Option<f32>,
}

/// The measures of a kind of garment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) neck: Neck,
    /// Height of the lower edge.
    pub(super) hem: f32,
    /// Height at which a sleeve ends; none without sleeves.
    pub(super) cuff: Option<f32>,
    /// Half the cloth's thickness.
    pub(super) half: f32,
    /// How much wider than close it hangs.
    pub(super) ease: f32,
    /// How deep its folds are.
    pub(super) folds: f32,
}

impl Draft {
    /// The measures of this kind.
    pub(super) const fn of(piece: Piece) -> Self {
        match piece {
            Piece::Crew => Self {
                neck: round([0.088, 0.588, 0.642, 0.668]),
                hem: 0.045,
                cuff: Some(0.315),
                half: 0.0012,
                ease: 0.006,
                folds: 0.010,
            },
            Piece::Vneck => Self {
                neck: Neck { point: true, ..round([0.086, 0.505, 0.640, 0.668]) },
                hem: 0.050,
                cuff: Some(0.325),
                half: 0.0012,
                ease: 0.005,
                folds: 0.010,
            },
            Piece::Polo => Self {
                neck: Neck {
                    point: true,
                    gap: Some([0.003, 0.535]),
                    tilt: Some(0.30),
                    ..round([0.050, 0.585, 0.700, 0.680])
                },
                hem: 0.040,
                cuff: Some(0.315),
                half: 0.0014,
                ease: 0.007,
                folds: 0.010,
            },
            Piece::Dress => Self {
                neck: round([0.105, 0.540, 0.625, 0.672]),
                hem: -0.40,
                cuff: None,
                half: 0.0011,
                ease: 0.004,
                folds: 0.010,
            },
            Piece::Tank => Self {
                neck: round([0.100, 0.520, 0.600, 0.672]),
                hem: 0.060,
                cuff: None,
                half: 0.0009,
                ease: 0.003,
                folds: 0.005,
            },
            Piece::Jacket => Self {
                neck: Neck {
                    point: true,
                    gap: Some([0.006, -1.0]),
                    tilt: Some(0.20),
                    ..round([0.072, 0.330, 0.702, 0.702])
                },
                hem: 0.045,
                cuff: Some(0.098),
                half: 0.0018,
                ease: 0.012,
                folds: 0.013,
            },
            Piece::Hoodie => Self {
                neck: round([0.075, 0.680, 0.660, 0.680]),
                hem: 0.045,
                cuff: Some(0.100),
                half: 0.0018,
                ease: 0.012,
                folds: 0.013,
            },
            Piece::Skirt => Self {
                neck: round([0.150, 0.335, 0.345, 0.340]),
                hem: -0.245,
                cuff: None,
                half: 0.0014,
                ease: 0.006,
                folds: 0.010,
            },
        }
    }
}

/// A closed, rounded neckline: half-width, then heights in front, behind and at the shoulders.
const fn round([half, front, back, side]: [f32; 4]) -> Neck {
    Neck { half, front, back, side, point: false, gap: None, tilt: None }
}

/// The hanging column of a kind: its ellipse at some heights.
pub(super) fn column(piece: Piece, breadth: f32, ease: f32) -> Vec<Station> {
    let station = |[y, a, b, m]: Station| [y, a * breadth + ease, b + ease, m];
    let top = [
        [-0.10, 0.190, 0.126, 0.0],
        [0.10, 0.188, 0.125, 0.0],
        [0.30, 0.163, 0.113, 0.003],
        [0.45, 0.171, 0.120, 0.006],
        [0.53, 0.163, 0.106, 0.003],
        [0.60, 0.126, 0.079, -0.004],
        [0.645, 0.078, 0.062, -0.008],
        [0.70, 0.055, 0.052, -0.008],
    ];
    let skirt = [
        [-0.30, 0.240, 0.169, 0.0],
        [-0.05, 0.213, 0.149, 0.0],
        [0.15, 0.186, 0.126, 0.0],
        [0.335, 0.146, 0.098, 0.003],
        [0.40, 0.144, 0.096, 0.004],
    ];
    let flared = [[-0.42, 0.258, 0.186, 0.0], [0.12, 0.192, 0.126, 0.0], [0.31, 0.148, 0.101, 0.004]];
    match piece {
        Piece::Skirt => skirt.map(station).to_vec(),
        Piece::Dress => flared.into_iter().chain(top[3..].iter().copied()).map(station).collect(),
        _ => top.map(station).to_vec(),
    }
}
