//! What is certain on the proxy, whoever said so: the backdrop's analysis, a model, or a person's trimap.

use super::Study;
use super::field::Mask;

/// Certain backdrop and certain product, on the proxy's grid.
pub(super) struct Known {
    pub(super) backdrop: Mask,
    pub(super) product: Mask,
}

impl Known {
    /// What a study knows, the trimap before anything else; `None` before a product was found.
    pub(super) fn of(study: &Study) -> Option<Self> {
        let size = study.proxy_size();
        let at = |i: usize, scale: f32, offset: f32| (i as f32 * scale + offset + 0.5).max(0.0);
        if let Some(trimap) = &study.trimap {
            let map = study.proxy_frame.map_to(&study.photo);
            let code = |x, y| trimap.at(at(x, map[0], map[1]) as usize, at(y, map[2], map[3]) as usize);
            return Some(Self {
                backdrop: Mask::from_fn(size, |x, y| code(x, y) == 0),
                product: Mask::from_fn(size, |x, y| code(x, y) == 255),
            });
        }
        let certain = study.certain.as_ref()?;
        let (map, small) = (study.proxy_frame.map_to(&certain.frame), certain.plane.size());
        let value = |x, y| {
            let (u, v) = (at(x, map[0], map[1]) as u32, at(y, map[2], map[3]) as u32);
            certain.plane.gray_at(u.min(small.width - 1), v.min(small.height - 1))
        };
        Some(Self {
            backdrop: Mask::from_fn(size, |x, y| value(x, y) == 0.0),
            product: Mask::from_fn(size, |x, y| value(x, y) == 1.0),
        })
    }
}
