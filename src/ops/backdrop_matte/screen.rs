//! Colour difference before a green or blue screen: how much of the screen a pixel shows, whatever the product.
//!
//! Vlahos (US patent 3 595 987, expired): the screen's own channel exceeds the greater of the other two by `d`,
//! which no ordinary product does; over the clear screen's `d` this is the share of screen that is seen. A
//! shadow takes from `d` as it takes from light, so a share is of lit screen. What excess the product has of
//! its own, deep inside, is taken off. This finds hair and lace of any colour; it is no alpha, for a shadow
//! would be half product.

use super::photo::Photo;
use crate::ops::field::{Field, Mask, quantile, sample, wide};

/// Logarithm by which a screen's own channel exceeds the others' greater one.
const SATURATED: f32 = 0.35;
/// Share of the screen below which a pixel may show none of it.
pub(super) const TRACE: f32 = 0.3;

/// Which channel a backdrop of this log colour is a screen of.
pub(in crate::ops) fn channel(log: [f32; 3]) -> Option<usize> {
    let [r, g, b] = log;
    if g - r.max(b) > SATURATED {
        Some(1)
    } else if b - r.max(g) > SATURATED {
        Some(2)
    } else {
        None
    }
}

/// Share of the screen that each pixel shows, 0 … 1. `light` is the backdrop as it is seen, linear; `deep` are
/// pixels deep inside the product.
pub(super) fn share(photo: &Photo, light: &[Field; 3], channel: usize, deep: &Mask) -> Field {
    let mut share = Field::unset(photo.size());
    difference(photo, light, channel, &mut share);
    let mut own: Vec<f32> = sample(deep).into_iter().map(|(x, y)| share.at(x, y)).collect();
    let own = quantile(&mut own, 0.9).unwrap_or(0.0).clamp(0.0, 0.5);
    share.values_mut().iter_mut().for_each(|s| *s = ((*s - own) / (1.0 - own)).clamp(0.0, 1.0));
    share
}

wide! {
    fn difference(photo: &Photo, light: &[Field; 3], channel: usize, share: &mut Field) {
        let (a, b) = if channel == 1 { (0, 2) } else { (0, 1) };
        let of = |planes: &[Field; 3], i: usize| {
            let (first, second) = (planes[a].values()[i], planes[b].values()[i]);
            planes[channel].values()[i] - if first > second { first } else { second }
        };
        for (i, s) in share.values_mut().iter_mut().enumerate() {
            *s = of(&photo.light, i) / of(light, i).max(1e-3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Plane, Size};

    const GREEN: [f32; 3] = [0.10, 0.42, 0.12];

    #[test]
    fn a_neutral_product_over_a_screen_leaves_one_less_alpha_of_it() {
        let size = Size::new(64, 8);
        for product in [[0.02, 0.02, 0.02], [0.7, 0.7, 0.7], [0.1, 0.2, 0.5]] {
            let alpha = |x: u32| x as f32 / 63.0;
            let proxy = Plane::rgba(size, |x, _| {
                let mix = |c: usize| alpha(x) * product[c] + (1.0 - alpha(x)) * GREEN[c];
                [mix(0), mix(1), mix(2), 1.0]
            });
            let photo = Photo::read(&proxy);
            let light = [0, 1, 2].map(|c| {
                let mut field = Field::new(size);
                field.values_mut().fill(GREEN[c]);
                field
            });
            let share = share(&photo, &light, 1, &Mask::new(size));
            for x in 0..64 {
                // A product with a deficit of green takes it from the screen's excess.
                let own = product[1] - product[0].max(product[2]);
                let excess = GREEN[1] - GREEN[2];
                let want = ((1.0 - alpha(x)) + alpha(x) * own / excess).clamp(0.0, 1.0);
                assert!((share.at(x as usize, 3) - want).abs() < 1e-4, "{x}: {}", share.at(x as usize, 3));
            }
        }
    }

    #[test]
    fn screens_are_told_from_paper() {
        assert_eq!(channel(GREEN.map(f32::ln)), Some(1));
        assert_eq!(channel([0.05_f32, 0.1, 0.5].map(f32::ln)), Some(2));
        assert_eq!(channel([0.6_f32, 0.62, 0.58].map(f32::ln)), None);
    }
}
