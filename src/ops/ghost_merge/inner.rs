//! An inner shot by itself: a study and ops of its own, since it is another photograph in another light.
//!
//! Its garment is found first, small; its edge is solved only where the layer comes to light, which is known once the
//! shot is registered.

use toml::{Table, Value};

use super::seen::Seen;
use crate::image::{AlphaMode, Finder, Image, Plane, Shots};
use crate::ops::field::Mask;
use crate::ops::trimap::{BACKDROP, PRODUCT};
use crate::ops::{Op, OpDef, OpError, Study, foreground_colour, inner_matte, proxy, spill, trimap_matte};

/// The ops that solve the edge, in order.
static SOLVING: [&OpDef; 3] = [&trimap_matte::OP, &foreground_colour::OP, &spill::OP];

/// An inner shot in which the garment has been found. One that brings its own alpha keeps it.
pub(super) fn found(
    image: &Image,
    form: Option<[f32; 3]>,
    finder: Option<&dyn Finder>,
) -> Result<Study, OpError> {
    let shots = Shots { finder, ..Shots::from(image) };
    let mut study = proxy::study(&shots);
    if image.alpha == AlphaMode::Straight {
        return Ok(study);
    }
    let mut table = Table::new();
    if let Some(form) = form {
        table.insert("form".into(), Value::Array(form.map(|v| Value::Float(f64::from(v))).to_vec()));
    }
    make(&inner_matte::OP, table)?.analyse_shots(&mut study, &shots).map_err(of_inner)?;
    Ok(study)
}

/// Solves the garment's edge where it comes to light, and takes it for sharp elsewhere; the ops that are to record it.
/// `lit` is of the size of what is certain.
pub(super) fn solved(
    study: &mut Study,
    image: &Image,
    seen: &Seen,
    lit: &Mask,
) -> Result<Vec<Box<dyn Op>>, OpError> {
    let Some(certain) = &mut study.certain else { return Ok(Vec::new()) };
    certain.plane = sharp(&certain.plane, seen, lit);
    let shots = Shots::from(image);
    SOLVING
        .iter()
        .map(|def| {
            let op = make(def, Table::new())?;
            op.analyse_shots(study, &shots).map_err(of_inner)?;
            Ok(op)
        })
        .collect()
}

/// What is certain, with nothing unknown where no light falls.
fn sharp(certain: &Plane, seen: &Seen, lit: &Mask) -> Plane {
    Plane::gray(certain.size(), |x, y| {
        let (known, x, y) = (certain.gray_at(x, y), x as usize, y as usize);
        match known {
            known if lit.at(x, y) || known == PRODUCT || known == BACKDROP => known,
            _ if seen.alpha.at(x, y) >= 0.5 => PRODUCT,
            _ => BACKDROP,
        }
    })
}

fn make(def: &OpDef, table: Table) -> Result<Box<dyn Op>, OpError> {
    (def.make)(table).map_err(|e| super::refused(e.to_string(), "report this with the photographs"))
}

/// An op's refusal, said of the inner shot.
fn of_inner(error: OpError) -> OpError {
    match error {
        OpError::Refused { op, what, help } if !what.contains("inner") => {
            OpError::Refused { op, what: format!("the inner shot: {what}"), help }
        }
        other => other,
    }
}
