//! Which of two seeds a pixel belongs to: the one that reaches it at the lower cost.
//!
//! Both spread at once over the pixels' sides; entering a pixel costs what that seed's own field says, and what one
//! has taken the other does not enter. Cheap in flat parts and dear at edges, the two meet where the edge is
//! (geodesic segmentation, after Bai and Sapiro 2007; the queue of buckets is Dial's, 1969).

use crate::ops::field::{Field, Mask};

/// Steps of cost a unit.
const STEPS: f32 = 32.0;
/// Greatest cost of a pixel, in steps.
const MOST: usize = 255;
/// A pixel that nobody has reached.
const NEVER: u32 = u32::MAX;

/// Where the second seed comes first; pixels that none reaches belong to the first. Where the seeds overlap the first
/// has them. Costs below 1/32 count as that, costs above 8 as 8, what is no number as 8.
pub(super) fn flood([first, second]: [&Mask; 2], costs: [&Field; 2]) -> Mask {
    let (width, height) = (first.width(), first.height());
    let mut at = vec![NEVER; width * height];
    let mut taken = Mask::new(first.size());
    let mut buckets: Vec<Vec<(u32, bool)>> = vec![Vec::new(); MOST + 1];
    let seeds = first.values().iter().zip(second.values()).enumerate();
    for (i, (first, second)) in seeds.filter(|(_, (first, second))| **first || **second) {
        let is_second = *second && !*first;
        at[i] = 0;
        taken.values_mut()[i] = is_second;
        buckets[0].push((i as u32, is_second));
    }
    let cost = costs.map(|field| {
        let step = |v: &f32| if v.is_nan() { MOST as u8 } else { (v * STEPS).clamp(1.0, MOST as f32) as u8 };
        field.values().iter().map(step).collect::<Vec<u8>>()
    });
    let (mut now, mut waiting) = (0_u32, buckets[0].len());
    while waiting > 0 {
        let batch = std::mem::take(&mut buckets[now as usize % (MOST + 1)]);
        waiting -= batch.len();
        for (i, is_second) in batch {
            let i = i as usize;
            if at[i] != now || taken.values()[i] != is_second {
                continue;
            }
            let (x, y) = (i % width, i / width);
            let around = [
                (x > 0).then(|| i - 1),
                (x + 1 < width).then_some(i + 1),
                (y > 0).then(|| i - width),
                (y + 1 < height).then_some(i + width),
            ];
            for n in around.into_iter().flatten() {
                let then = now + u32::from(cost[usize::from(is_second)][n]);
                if then < at[n] {
                    at[n] = then;
                    taken.values_mut()[n] = is_second;
                    buckets[then as usize % (MOST + 1)].push((n as u32, is_second));
                    waiting += 1;
                }
            }
        }
        now += 1;
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;
    use crate::ops::testing::noise;

    #[test]
    fn two_seeds_meet_at_the_edge_between_them_wherever_they_start() {
        let size = Size::new(60, 20);
        let cost = Field::from_fn(size, |x, _| if x == 20 || x == 21 { 5.0 } else { 0.1 });
        for start in [2, 10, 19] {
            let first = Mask::from_fn(size, |x, _| x < start);
            let second = Mask::from_fn(size, |x, _| x > 55);
            let found = flood([&first, &second], [&cost, &cost]);
            for (x, y) in (0..60).flat_map(|x| (0..20).map(move |y| (x, y))) {
                if !(20..=21).contains(&x) {
                    assert_eq!(found.at(x, y), x > 21, "{x} {y} from {start}");
                }
            }
        }
    }

    #[test]
    fn costs_of_one_seed_alone_are_shortest_paths() {
        let size = Size::new(23, 17);
        let cost = Field::from_fn(size, |x, y| (1.0 + (30.0 * noise(x as u32, y as u32, 3)).floor()) / 32.0);
        let seeds = [(2, 3), (19, 12)];
        let mask = |k: usize| Mask::from_fn(size, |x, y| (x, y) == seeds[k]);
        let found = flood([&mask(0), &mask(1)], [&cost, &cost]);
        // Bellman and Ford, to the end.
        let lengths = |k: usize| {
            let mut d = vec![f32::MAX; 23 * 17];
            d[seeds[k].1 * 23 + seeds[k].0] = 0.0;
            for _ in 0..23 * 17 {
                for (x, y) in (0..23_usize).flat_map(|x| (0..17_usize).map(move |y| (x, y))) {
                    let near = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
                    for (u, v) in near.into_iter().filter(|(u, v)| *u < 23 && *v < 17) {
                        d[y * 23 + x] = d[y * 23 + x].min(d[v * 23 + u] + 32.0 * cost.at(x, y));
                    }
                }
            }
            d
        };
        let (a, b) = (lengths(0), lengths(1));
        for i in 0..23 * 17 {
            if (a[i] - b[i]).abs() > 0.5 && (i % 23, i / 23) != seeds[0] && (i % 23, i / 23) != seeds[1] {
                assert_eq!(found.values()[i], b[i] < a[i], "at {i}: {} and {}", a[i], b[i]);
            }
        }
    }

    #[test]
    fn odd_input_makes_no_trouble() {
        let size = Size::new(5, 4);
        let nothing = Mask::new(size);
        let strange = Field::from_fn(size, |x, _| [f32::NAN, f32::INFINITY, -3.0, 0.0, 1e30][x]);
        assert_eq!(flood([&nothing, &nothing], [&strange, &strange]).count(), 0);
        let corner = Mask::from_fn(size, |x, y| x + y == 0);
        assert_eq!(flood([&nothing, &corner], [&strange, &strange]).count(), 20);
        let empty = Mask::new(Size::new(0, 7));
        let none = Field::new(Size::new(0, 7));
        assert_eq!(flood([&empty, &empty], [&none, &none]).count(), 0);
    }
}
