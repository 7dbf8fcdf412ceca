//! Makes the inner layer level with the front where both show the same cloth.
//!
//! A membrane in the logarithm of light: pinned to the measured ratio beside the opening, free elsewhere, so that
//! it closes a step of the joint and changes nothing fine (Pérez, Gangnet and Blake 2003, "Poisson image editing",
//! with a free boundary wherever the cloth differs). A large step is no difference of light but a shadow, of the
//! form that stands in the front shot only: it does not pin.

use super::{Scene, runs};
use crate::ops::field::{Adder, Cells, Field, Mask, distance, exp, push_pull};

/// The largest step that is closed: 0.3 of the natural logarithm.
const STEP: f32 = 1.35;
/// The seam's width, in pixels of the proxy.
const WIDTH: u16 = 8;
/// Light below this is noise.
const DARK: f32 = 2e-3;

/// Factors of the inner shot, by channel and cell, that meet the front shot around an opening.
pub(super) fn membrane(scene: &Scene<'_>, gain: [f32; 3], opening: &Mask, shift: u32) -> Cells<3> {
    let away = distance(opening, WIDTH);
    let mut adder = Adder::<7>::new(opening.size(), shift);
    for y in 0..opening.height() {
        let (front, inner) = (runs(scene.front, y), runs(scene.inner, y));
        let (alpha, form, away) = (scene.alpha.row(y), scene.mannequin.row(y), away.row(y));
        let rows = adder.row();
        for x in 0..away.len() {
            let seam = away[x] > 0.0 && away[x] < f32::from(WIDTH);
            let both = alpha[x] > 0.99 && inner[3][x] > 0.99 && form[x] < 0.02;
            let level = || (0..3).all(|c| is_level(front[c][x], inner[c][x] * gain[c]));
            let counts = f32::from(u8::from(seam && both && level()));
            for c in 0..3 {
                rows[c][x] = if counts > 0.0 { front[c][x] } else { 0.0 };
                rows[3 + c][x] = if counts > 0.0 { inner[c][x] * gain[c] } else { 0.0 };
            }
            rows[6][x] = counts;
        }
        adder.add();
    }
    settle(&adder.finish())
}

/// Whether two lights differ by a step that is closed.
fn is_level(front: f32, inner: f32) -> bool {
    let times = front / inner;
    front > DARK && inner > DARK && times < STEP && times * STEP > 1.0
}

/// Factors from sums of the front's and the inner shot's light and of pixels.
fn settle(sums: &Cells<7>) -> Cells<3> {
    let size = sums.planes[0].size();
    let mut weights = Field::new(size);
    let mut logs: [Field; 3] = std::array::from_fn(|_| Field::new(size));
    let full = f32::from(WIDTH) * (1 << sums.shift) as f32;
    for i in 0..weights.values().len() {
        let sum = sums.planes.each_ref().map(|p| p.values()[i]);
        if sum[6] >= 4.0 {
            let weight = (sum[6] / full).min(1.0);
            weights.values_mut()[i] = weight;
            for (c, log) in logs.iter_mut().enumerate() {
                log.values_mut()[i] = weight * (sum[c] / sum[3 + c]).ln();
            }
        }
    }
    let cells = Cells { planes: logs, shift: sums.shift, full: sums.full };
    let mut filled = push_pull(cells, &weights, 1.0);
    filled.planes.iter_mut().for_each(|p| p.values_mut().iter_mut().for_each(|v| *v = exp(*v)));
    filled
}
