//! The mannequin: torso, neck or head, shoulders, arms. Knows nothing of garments.

use super::solid::{Station, blend, carve, ellipsoid, limb, loft};
use super::vector::V3;

/// Where a right arm's joints are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    pub(super) shoulder: V3,
    pub(super) elbow: V3,
    pub(super) wrist: V3,
}

/// A mannequin's measures.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) arm: Arm,
    torso: [Station; 8],
    head: bool,
    /// Everything above is missing: the form whose neck comes off.
    cut: Option<f32>,
    arms: bool,
}

impl Form {
    /// A form of this breadth (about 1), its arms spread by `spread` metres more than usual.
    pub(super) fn new(breadth: f32, spread: f32, head: bool) -> Self {
        let station = |y: f32, a: f32, b: f32, middle: f32| [y, a * breadth, b, middle];
        Self {
            arm: Arm {
                shoulder: [0.180 * breadth, 0.560, -0.005],
                elbow: [0.252 * breadth + 0.5 * spread, 0.320, -0.005],
                wrist: [0.280 * breadth + spread, 0.075, 0.010],
            },
            torso: [
                station(-0.10, 0.172, 0.115, 0.0),
                station(0.12, 0.180, 0.118, 0.0),
                station(0.31, 0.142, 0.096, 0.004),
                station(0.45, 0.163, 0.112, 0.008),
                station(0.53, 0.160, 0.100, 0.004),
                station(0.60, 0.125, 0.075, -0.004),
                station(0.645, 0.075, 0.060, -0.008),
                station(0.70, 0.050, 0.050, -0.008),
            ],
            head,
            cut: None,
            arms: true,
        }
    }

    /// The same without anything above this height.
    pub(super) fn cut_at(self, height: f32) -> Self {
        Self { cut: Some(height), ..self }
    }

    /// The trunk alone, for what is worn below the waist.
    pub(super) fn without_arms(self) -> Self {
        Self { arms: false, ..self }
    }

    /// Signed distance of the trunk: no arms.
    pub(super) fn trunk(&self, p: V3) -> f32 {
        let torso = carve(loft(p, &self.torso), p[1] - 0.66, 0.05);
        let trunk = blend(torso, yoke(p, &self.arm, 0.0), 0.05);
        let neck = limb(p, [0.0, 0.56, -0.010], [0.0, 0.90, 0.006], 0.058, 0.052);
        if self.head {
            let head = ellipsoid(p, [0.0, 0.855, 0.015], [0.075, 0.112, 0.092]);
            let neck = carve(neck, p[1] - 0.82, 0.02);
            blend(blend(trunk, neck, 0.05), head, 0.05)
        } else {
            blend(trunk, carve(neck, p[1] - 0.745, 0.02), 0.05)
        }
    }

    /// Signed distance of the whole form.
    pub(super) fn distance(&self, p: V3) -> f32 {
        let q = [p[0].abs(), p[1], p[2]];
        let arm = &self.arm;
        let mut whole = self.trunk(p);
        if self.arms {
            let upper = limb(q, arm.shoulder, arm.elbow, 0.052, 0.041);
            let lower = limb(q, arm.elbow, arm.wrist, 0.041, 0.033);
            whole = blend(whole, upper.min(lower), 0.035);
        }
        self.cut.map_or(whole, |y| carve(whole, p[1] - y, 0.012))
    }
}

/// The shoulders: a bar from one to the other, thicker by `more`.
pub(super) fn yoke(p: V3, arm: &Arm, more: f32) -> f32 {
    let end = [arm.shoulder[0] - 0.010, arm.shoulder[1] + 0.004, -0.006];
    limb([p[0].abs(), p[1], p[2]], [0.0, 0.598, -0.006], end, 0.054 + more, 0.052 + more)
}
