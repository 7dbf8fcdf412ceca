//! Medians and quantiles: what most pixels say, whatever the rest say.

use super::Mask;

/// About this many pixels speak for a mask: their quantiles are known to a third of a per cent of a rank.
const SAMPLE: usize = 1 << 15;

/// Positions (x, y) of an even sample of the pixels where a mask holds; all of them if they are few.
#[must_use]
pub fn sample(mask: &Mask) -> Vec<(usize, usize)> {
    let step = (mask.count() / SAMPLE).max(1);
    let mut found = Vec::new();
    for (y, row) in mask.rows().enumerate() {
        let from = (7 * y) % step;
        let hits = row.iter().enumerate().skip(from).step_by(step).filter(|(_, v)| **v);
        found.extend(hits.map(|(x, _)| (x, y)));
    }
    found
}

/// The value below which a share `q` of the values lies, between ranks as a straight line; `None` of none.
pub fn quantile(values: &mut [f32], q: f32) -> Option<f32> {
    let last = values.len().checked_sub(1)?;
    let rank = q * last as f32;
    let below = (rank as usize).min(last);
    let (_, low, above) = values.select_nth_unstable_by(below, f32::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f32::total_cmp).unwrap_or(low);
    Some(low + (high - low) * (rank - below as f32))
}

/// The middle value, or the mean of the two middle ones; `None` of none.
pub fn median(values: &mut [f32]) -> Option<f32> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    #[test]
    fn quantiles_of_a_ramp() {
        let ramp = || (0..101).map(|i| ((i * 37) % 101) as f32).collect::<Vec<_>>();
        assert_eq!(quantile(&mut ramp(), 0.7), Some(70.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn a_sample_is_even() {
        let mask = Mask::from_fn(Size::new(1000, 700), |x, y| x % 5 < 3 || y % 3 == 0);
        let found = sample(&mask);
        assert!((SAMPLE / 2..=2 * SAMPLE).contains(&found.len()));
        assert!(found.iter().all(|(x, y)| mask.at(*x, *y)));
        let upper = found.iter().filter(|(_, y)| *y < 350).count();
        assert!(upper.abs_diff(found.len() / 2) < 200);
    }
}
