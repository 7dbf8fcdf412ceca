//! Stages of every kind, for the parity test: curves of both spacings, clamped and not, tables of three and four
//! channels with unequal sides, and Lab there and back.

use super::{Sampled, Spacing, Stage, Stages, Table};

/// Lists of stages by what they are for.
#[must_use]
pub fn samples() -> Vec<(&'static str, Stages)> {
    let encode = Sampled::new(1025, Spacing::Roots, false, |v| v.max(0.0).powf(1.0 / 2.2));
    let bend = Sampled::new(7, Spacing::Even, true, |v| v * (2.0 - v));
    let tint = Stage::Affine {
        matrix: [[0.8, 0.15, 0.05], [0.1, 0.85, 0.05], [0.02, 0.08, 0.9]],
        offset: [0.01, 0.0, -0.02],
    };
    let wave = |i: usize, k: f32| 0.5 + 0.5 * (i as f32 * k).sin();
    let nodes =
        |count: usize| (0..count).map(|i| [wave(i, 0.7), wave(i, 1.1), wave(i, 1.9), wave(i, 0.3)]).collect();
    let three = Table { grid: [4, 5, 3, 1], inputs: 3, nodes: nodes(60) };
    let four = Table { grid: [2, 3, 2, 4], inputs: 4, nodes: nodes(48) };
    vec![
        ("plain", Stages(vec![tint.clone(), Stage::Curves(vec![encode.clone(); 3])])),
        ("straight", Stages(vec![Stage::Root, tint.clone(), Stage::Cube, Stage::Curves(vec![encode; 3])])),
        ("backed", Stages(vec![Stage::Curves(vec![bend.clone(); 3]), Stage::Table(three.clone())])),
        ("ink", Stages(vec![Stage::Table(three), Stage::Curves(vec![bend; 4]), Stage::Table(four)])),
    ]
}
