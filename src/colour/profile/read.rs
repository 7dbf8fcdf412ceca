//! An ICC profile's tags as steps between device codes (0 … 1 a channel) and the connection space.
//!
//! `moxcms` parses the bytes; which tag serves an intent, and what its numbers mean, is here (ISO 15076-1,
//! and for what it leaves open, what Little CMS does: a table comes before curves, a missing intent falls
//! back to the perceptual table and then to the curves).

use moxcms::{
    DataColorSpace, LutDataType, LutMultidimensionalType, LutStore, LutType, LutWarehouse, Matrix3d,
    ToneReprCurve,
};

use super::lab::{self, Coding};
use super::pipeline::{Affine, Pipeline, Step, table};
use super::{Intent, Kind, Profile};
use crate::colour::ColourError;
use crate::colour::curve::Curve;
use crate::image::D50;

/// Device codes to XYZ under D50.
pub(super) fn to_connection(profile: &Profile, intent: Intent) -> Result<Pipeline, ColourError> {
    let by_intent = match intent {
        Intent::Perceptual => &profile.tags.lut_a_to_b_perceptual,
        Intent::RelativeColorimetric => &profile.tags.lut_a_to_b_colorimetric,
    };
    if let Some(lut) = by_intent.as_ref().or(profile.tags.lut_a_to_b_perceptual.as_ref()) {
        if channels(lut) != (profile.kind.channels(), 3) {
            return Err(broken("its table has other channels than it"));
        }
        let (steps, coding) = table_steps(lut, profile.tags.pcs, true)?;
        // Device Lab is coded as in version 4; a table of the old type takes the old coding.
        let lab = profile.tags.color_space == DataColorSpace::Lab && is_old(lut);
        let recode = lab.then(|| Step::Affine(Affine::scale([65_280.0 / 65_535.0; 3], [0.0; 3])));
        return Ok(Pipeline(recode.into_iter().collect()).then(steps).then(lab::decode(coding)).folded());
    }
    Ok(match profile.kind {
        Kind::Grey => {
            let curve = grey_curve(profile)?;
            let spread = Affine { matrix: [0, 1, 2].map(|c| [D50[c], 0.0, 0.0]), offset: [0.0; 3] };
            Pipeline(vec![Step::Curves(vec![curve]), Step::Affine(spread)])
        }
        Kind::Rgb => {
            let curves = rgb_curves(profile)?;
            Pipeline(vec![Step::Curves(curves.to_vec()), Step::Affine(Affine::matrix(primaries(profile)))])
        }
        _ => return Err(broken("it has no table")),
    })
}

/// XYZ under D50 to device codes.
pub(super) fn from_connection(profile: &Profile, intent: Intent) -> Result<Pipeline, ColourError> {
    let by_intent = match intent {
        Intent::Perceptual => &profile.tags.lut_b_to_a_perceptual,
        Intent::RelativeColorimetric => &profile.tags.lut_b_to_a_colorimetric,
    };
    if let Some(lut) = by_intent.as_ref().or(profile.tags.lut_b_to_a_perceptual.as_ref()) {
        let (steps, coding) = table_steps(lut, profile.tags.pcs, false)?;
        return Ok(lab::encode(coding).then(steps).folded());
    }
    let back = |curve: Curve| Curve::Inverse(Box::new(curve));
    Ok(match profile.kind {
        Kind::Grey => {
            let luminance = Affine { matrix: [[0.0, 1.0, 0.0]; 3], offset: [0.0; 3] };
            Pipeline(vec![Step::Affine(luminance), Step::Curves(vec![back(grey_curve(profile)?); 3])])
        }
        Kind::Rgb => {
            let matrix = lab::inverse(primaries(profile));
            let matrix = matrix.ok_or_else(|| broken("its primaries span no gamut"))?;
            Pipeline(vec![matrix, Step::Curves(rgb_curves(profile)?.map(back).to_vec())])
        }
        _ => return Err(broken("it has no table for output")),
    })
}

fn broken(what: &str) -> ColourError {
    ColourError::Profile(what.into())
}

fn primaries(profile: &Profile) -> [[f64; 3]; 3] {
    profile.tags.rgb_to_xyz_matrix().v
}

fn rgb_curves(profile: &Profile) -> Result<[Curve; 3], ColourError> {
    let curve = |tag: &Option<ToneReprCurve>| {
        let curve = tag.as_ref().and_then(Curve::from_icc);
        curve.ok_or_else(|| broken("a tone curve is missing or broken"))
    };
    Ok([curve(&profile.tags.red_trc)?, curve(&profile.tags.green_trc)?, curve(&profile.tags.blue_trc)?])
}

fn grey_curve(profile: &Profile) -> Result<Curve, ColourError> {
    let curve = profile.tags.gray_trc.as_ref().and_then(Curve::from_icc);
    let curve = curve.ok_or_else(|| broken("its tone curve is missing or broken"))?;
    Ok(if profile.tags.pcs == DataColorSpace::Lab { Curve::Lightness(Box::new(curve)) } else { curve })
}

/// The steps of a table tag, and how it writes the connection space.
fn table_steps(
    lut: &LutWarehouse,
    pcs: DataColorSpace,
    decodes: bool,
) -> Result<(Pipeline, Coding), ColourError> {
    let coding = |old: bool| match pcs {
        DataColorSpace::Lab if old => Ok(Coding::OldLab),
        DataColorSpace::Lab => Ok(Coding::Lab),
        DataColorSpace::Xyz => Ok(Coding::Xyz),
        other => Err(broken(&format!("its connection space is {other:?}"))),
    };
    match lut {
        LutWarehouse::Lut(old) => Ok((old_table(old)?, coding(is_old(lut))?)),
        LutWarehouse::Multidimensional(new) => Ok((new_table(new, decodes)?, coding(false)?)),
    }
}

/// Whether it is a 16-bit table of version 2's type.
fn is_old(lut: &LutWarehouse) -> bool {
    matches!(lut, LutWarehouse::Lut(lut) if lut.lut_type == LutType::Lut16)
}

/// Channels that a table takes and gives.
pub(crate) fn channels(lut: &LutWarehouse) -> (usize, usize) {
    let (takes, gives) = match lut {
        LutWarehouse::Lut(lut) => (lut.num_input_channels, lut.num_output_channels),
        LutWarehouse::Multidimensional(lut) => (lut.num_input_channels, lut.num_output_channels),
    };
    (takes.into(), gives.into())
}

fn values(store: &LutStore) -> Vec<f32> {
    match store {
        LutStore::Store8(codes) => codes.iter().map(|v| f32::from(*v) / 255.0).collect(),
        LutStore::Store16(codes) => codes.iter().map(|v| f32::from(*v) / 65_535.0).collect(),
    }
}

fn shorts(store: &LutStore) -> Vec<u16> {
    match store {
        LutStore::Store8(codes) => codes.iter().map(|v| u16::from(*v) * 257).collect(),
        LutStore::Store16(codes) => codes.clone(),
    }
}

/// Runs of nodes as a curve a channel.
fn node_curves(store: &LutStore, channels: usize, entries: usize) -> Result<Vec<Curve>, ColourError> {
    let nodes = shorts(store);
    if entries < 2 || nodes.len() < channels * entries {
        return Err(broken("a table's curves are cut short"));
    }
    Ok(nodes.chunks_exact(entries).take(channels).map(|run| Curve::Table(run.to_vec())).collect())
}

/// The types of version 2: matrix, curves, table, curves.
fn old_table(lut: &LutDataType) -> Result<Pipeline, ColourError> {
    let (inputs, outputs) = (usize::from(lut.num_input_channels), usize::from(lut.num_output_channels));
    let mut steps = Vec::new();
    if inputs == 3 && lut.matrix != Matrix3d::IDENTITY {
        steps.push(Step::Affine(Affine::matrix(lut.matrix.v)));
    }
    steps.push(Step::Curves(node_curves(&lut.input_table, inputs, lut.num_input_table_entries.into())?));
    let grid = vec![usize::from(lut.num_clut_grid_points); inputs.min(5)];
    let nodes = table(&grid, outputs, values(&lut.clut_table).into_iter());
    steps.push(Step::Table(nodes.ok_or_else(|| broken("a table is cut short or has too many channels"))?));
    steps.push(Step::Curves(node_curves(&lut.output_table, outputs, lut.num_output_table_entries.into())?));
    Ok(Pipeline(steps))
}

/// The types of version 4, to the connection space or from it.
fn new_table(lut: &LutMultidimensionalType, decodes: bool) -> Result<Pipeline, ColourError> {
    let (inputs, outputs) = (usize::from(lut.num_input_channels), usize::from(lut.num_output_channels));
    let curves = |tags: &[ToneReprCurve]| -> Result<Option<Step>, ColourError> {
        let made: Option<Vec<Curve>> = tags.iter().map(Curve::from_icc).collect();
        let made = made.ok_or_else(|| broken("a curve is broken"))?;
        Ok((!made.is_empty()).then_some(Step::Curves(made)))
    };
    let affine = Step::Affine(Affine { matrix: lut.matrix.v, offset: lut.bias.v });
    let grid: Vec<usize> = lut.grid_points.iter().take(inputs).map(|g| usize::from(*g)).collect();
    let nodes = match &lut.clut {
        None => None,
        Some(store) => {
            let nodes = table(&grid, outputs, values(store).into_iter());
            Some(Step::Table(nodes.ok_or_else(|| broken("a table is cut short"))?))
        }
    };
    let (a, m, b) = (curves(&lut.a_curves)?, curves(&lut.m_curves)?, curves(&lut.b_curves)?);
    let steps = if decodes { [a, nodes, m, Some(affine), b] } else { [b, Some(affine), m, nodes, a] };
    if inputs != outputs && lut.clut.is_none() {
        return Err(broken("a table is missing"));
    }
    Ok(Pipeline(steps.into_iter().flatten().collect()))
}
