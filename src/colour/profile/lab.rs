//! The connection space: codes of tables to CIE XYZ under D50 (white has Y 1) and back, as steps.

use super::pipeline::{Affine, Pipeline, Step};
use crate::image::{D50, invert};

/// How a table's numbers from 0 to 1 stand for the connection space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// XYZ up to 1 + 32767/32768.
    Xyz,
    /// Lab of ICC version 4 and of 8-bit tables.
    Lab,
    /// Lab of 16-bit tables of the old type: 100 is 0xFF00.
    OldLab,
}

/// L's 116 and 16, a's 500 and b's 200: Lab to the values of its curve for X, Y, Z.
const TO_CURVE: [[f64; 3]; 3] =
    [[1.0 / 116.0, 1.0 / 500.0, 0.0], [1.0 / 116.0, 0.0, 0.0], [1.0 / 116.0, 0.0, -1.0 / 200.0]];

fn lab_scale(coding: Coding) -> Affine {
    match coding {
        Coding::OldLab => {
            let one = 65_535.0 / 65_280.0;
            Affine::scale([100.0 * one, 255.0 * one, 255.0 * one], [0.0, -128.0, -128.0])
        }
        _ => Affine::scale([100.0, 255.0, 255.0], [0.0, -128.0, -128.0]),
    }
}

/// Largest XYZ of the 16-bit coding.
const XYZ_TOP: f64 = 1.0 + 32_767.0 / 32_768.0;

/// Numbers of a table to XYZ.
pub(crate) fn decode(coding: Coding) -> Pipeline {
    if coding == Coding::Xyz {
        return Pipeline(vec![Step::Affine(Affine::scale([XYZ_TOP; 3], [0.0; 3]))]);
    }
    let curve = Affine { matrix: TO_CURVE, offset: [16.0 / 116.0; 3] };
    Pipeline(vec![
        Step::Affine(lab_scale(coding)),
        Step::Affine(curve),
        Step::Cube,
        Step::Affine(Affine::scale(D50, [0.0; 3])),
    ])
}

/// XYZ to numbers of a table.
pub(crate) fn encode(coding: Coding) -> Pipeline {
    if coding == Coding::Xyz {
        return Pipeline(vec![Step::Affine(Affine::scale([1.0 / XYZ_TOP; 3], [0.0; 3]))]);
    }
    let lab = |fx: f64, fy: f64, fz: f64| [116.0 * fy, 500.0 * (fx - fy), 200.0 * (fy - fz)];
    let columns = [lab(1.0, 0.0, 0.0), lab(0.0, 1.0, 0.0), lab(0.0, 0.0, 1.0)];
    let matrix = std::array::from_fn(|r| std::array::from_fn(|c| columns[c][r]));
    let scale = lab_scale(coding);
    let by = [0, 1, 2].map(|c| 1.0 / scale.matrix[c][c]);
    let unscale = Affine::scale(by, [0, 1, 2].map(|c| -scale.offset[c] * by[c]));
    Pipeline(vec![
        Step::Affine(Affine::scale(D50.map(|w| 1.0 / w), [0.0; 3])),
        Step::Root,
        Step::Affine(Affine { matrix, offset: [-16.0, 0.0, 0.0] }),
        Step::Affine(unscale),
    ])
}

/// The inverse of a matrix step; `None` where there is none.
pub(crate) fn inverse(matrix: [[f64; 3]; 3]) -> Option<Step> {
    invert(matrix).map(|m| Step::Affine(Affine::matrix(m)))
}
