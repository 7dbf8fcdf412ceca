//! A photograph of a garment as the merge's analysis sees it: small, with the garment's alpha to a part of a pixel.

use crate::image::Plane;
use crate::ops::field::Field;
use crate::ops::{Frame, Study};

/// What is seen of one photograph.
#[derive(Debug)]
pub(super) struct Seen {
    /// Its place in the photograph.
    pub(super) frame: Frame,
    /// Linear working light, with the gains that the photograph has had.
    pub(super) light: Plane,
    /// Alpha of the garment, 0 … 1.
    pub(super) alpha: Field,
}

impl Seen {
    /// A photograph that has been matted, or that brings its own alpha.
    pub(super) fn of(study: &Study) -> Self {
        let light = study.proxy.clone();
        let width = (light.size().width as usize).max(1);
        let mut alpha = Field::new(light.size());
        match &study.matte {
            Some(matte) if matte.alpha.size() == light.size() => {
                alpha.values_mut().copy_from_slice(matte.alpha.floats());
            }
            _ => {
                let runs = light.floats().chunks_exact(width).skip(3).step_by(4);
                alpha.rows_mut().zip(runs).for_each(|(row, run)| row.copy_from_slice(run));
            }
        }
        Self { frame: study.proxy_frame, light, alpha }
    }
}
