//! Rank correlation: how alike two orders are, whatever curve lies between. Knows no charts.

/// Spearman's coefficient, -1..1, equal values sharing their rank; 0 where either side is all equal.
pub(super) fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    pearson(a.iter().copied().zip(b.iter().copied()))
}

/// Pearson's coefficient, -1..1; 0 where either side does not vary.
pub(super) fn pearson(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let (n, a, b) = pairs.clone().fold((0.0, 0.0, 0.0), |(n, a, b), (x, y)| (n + 1.0, a + x, b + y));
    let (a, b) = (a / f64::max(n, 1.0), b / f64::max(n, 1.0));
    let (mut aa, mut ab, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        aa += (x - a) * (x - a);
        ab += (x - a) * (y - b);
        bb += (y - b) * (y - b);
    }
    let both = f64::sqrt(aa * bb);
    if both > 1e-12 { ab / both } else { 0.0 }
}

/// Places in ascending order; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..].iter().take_while(|&&at| values[at] <= values[order[from]]).count().max(1);
        for &at in &order[from..from + same] {
            ranks[at] = from as f64 + 0.5 * (same - 1) as f64;
        }
        from += same;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_agree_with_counting_and_a_curve_changes_nothing() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0];
        for (at, rank) in ranks(&values).into_iter().enumerate() {
            let less = values.iter().filter(|v| **v < values[at]).count() as f64;
            let equal = values.iter().filter(|v| **v == values[at]).count() as f64;
            assert_eq!(rank, less + 0.5 * (equal - 1.0));
        }
        let curved = values.map(|v| (0.3 * v).exp() - 7.0);
        assert!((spearman(&values, &curved) - 1.0).abs() < 1e-12);
        assert!((spearman(&values, &curved.map(|v| -v)) + 1.0).abs() < 1e-12);
        // 1 - 6 Σd² / n(n² - 1), for orders without equals.
        assert!((spearman(&[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 4.0, 3.0]) - 0.6).abs() < 1e-12);
    }

    #[test]
    fn nothing_correlates_with_what_does_not_vary() {
        assert_eq!(spearman(&[], &[]), 0.0);
        assert_eq!(spearman(&[1.0, 1.0], &[0.0, 3.0]), 0.0);
        assert!(spearman(&[f64::NAN; 3], &[0.0, 3.0, 1.0]).is_finite());
    }
}
