//! An inner shot by itself: a study and ops of its own, since it is another photograph in another light.
//!
//! Its garment is found first, small; its edge is solved only where the layer comes to light, which is known once the
//! shot is registered.

use toml::Table;

use super::seen::Seen;
use crate::image::{AlphaMode, Image, Plane, Shots};
use crate::ops::field::Mask;
use crate::ops::inner_matte::{self, Hints, Shown};
use crate::ops::trimap::{BACKDROP, PRODUCT};
use crate::ops::{Op, OpDef, OpError, Study, foreground_colour, proxy, spill, trimap_matte};

/// The ops that solve the edge, in order.
static SOLVING: [&OpDef; 3] = [&trimap_matte::OP, &foreground_colour::OP, &spill::OP];

/// An inner shot in which the garment has been found, and what it shows besides. One that brings its own alpha keeps
/// it, and nothing is known of its backdrop.
pub(super) fn found(image: &Image, form: Option<[f32; 3]>) -> Result<(Study, Option<Shown>), OpError> {
    let mut study = proxy::study(&Shots::from(image));
    if image.alpha == AlphaMode::Straight {
        return Ok((study, None));
    }
    let shown =
        inner_matte::analyse(&mut study, image, &Hints { form }, inner_matte::REVIEW).map_err(of_inner)?;
    Ok((study, Some(shown)))
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
            let made = (def.make)(Table::new());
            let op = made.map_err(|e| super::refused(e.to_string(), "report this with the photographs"))?;
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

/// An op's refusal, said of the inner shot.
fn of_inner(error: OpError) -> OpError {
    match error {
        OpError::Refused { op, what, help } if !what.contains("inner") => {
            OpError::Refused { op, what: format!("the inner shot: {what}"), help }
        }
        other => other,
    }
}
