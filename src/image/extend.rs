//! Colour under alpha 0, a little way from the product: programs that scale or blur a straight-alpha file without
//! minding its alpha then mix in the product's own colour, not black. No alpha changes.

use super::{Format, Plane};

/// Gives the transparent pixels within `reach` steps of the product the mean colour of their neighbours that have
/// one; a step goes to any of the eight neighbours. Other formats than [`Format::RGBA8`] and
/// [`Format::RGBA16`] stay as they are.
pub fn extend_colour(plane: &mut Plane, reach: u32) {
    let width = plane.size().width as usize;
    match plane.format() {
        Format::RGBA8 => extend(plane.bytes_mut().as_chunks_mut::<4>().0, width, reach),
        Format::RGBA16 => extend(plane.shorts_mut().as_chunks_mut::<4>().0, width, reach),
        _ => {}
    }
}

/// A file sample.
trait Code: Copy + Default + PartialEq + Into<u32> + TryFrom<u32> {}
impl Code for u8 {}
impl Code for u16 {}

fn extend<T: Code>(pixels: &mut [[T; 4]], width: usize, reach: u32) {
    let zero = T::default();
    let mut rim = first_rim(pixels, width);
    let mut done: Vec<bool> = Vec::new();
    for step in 0..reach {
        if rim.is_empty() {
            return;
        }
        if done.is_empty() {
            done = vec![false; pixels.len()];
        }
        let colours: Vec<[T; 4]> = rim
            .iter()
            .map(|at| {
                let (mut sum, mut count) = ([0_u32; 3], 0_u32);
                around(*at, width, pixels.len()).filter(|n| pixels[*n][3] != zero || done[*n]).for_each(
                    |n| {
                        (0..3).for_each(|c| sum[c] += pixels[n][c].into());
                        count += 1;
                    },
                );
                let mean = |c: usize| T::try_from((sum[c] + count / 2) / count.max(1)).unwrap_or(zero);
                [mean(0), mean(1), mean(2), zero]
            })
            .collect();
        for (at, colour) in rim.iter().zip(colours) {
            pixels[*at] = colour;
            done[*at] = true;
        }
        if step + 1 < reach {
            let free = |n: &usize| pixels[*n][3] == zero && !done[*n];
            rim = rim.iter().flat_map(|at| around(*at, width, pixels.len()).filter(free)).collect();
            rim.sort_unstable();
            rim.dedup();
        }
    }
}

/// Transparent pixels beside ones that are not. Bytes of whole lines are joined, so that what lies far from any edge
/// costs next to nothing.
fn first_rim<T: Code>(pixels: &[[T; 4]], width: usize) -> Vec<usize> {
    let zero = T::default();
    let line = |y: usize, to: &mut [u8]| {
        let from = &pixels[y * width..(y + 1) * width];
        to.iter_mut().zip(from).for_each(|(t, p)| *t = u8::from(p[3] != zero));
    };
    let mut rim = Vec::new();
    if width == 0 || pixels.is_empty() {
        return rim;
    }
    let height = pixels.len() / width;
    let mut lines = [vec![0_u8; width], vec![0; width], vec![0; width]];
    // One more on each side, so that neighbours need no question.
    let (mut joined, mut beside) = (vec![0_u8; width + 2], vec![0_u8; width.next_multiple_of(8)]);
    line(0, &mut lines[1]);
    lines[0] = lines[1].clone();
    for y in 0..height {
        line((y + 1).min(height - 1), &mut lines[2]);
        let [above, own, below] = &lines;
        let rows = joined[1..=width].iter_mut().zip(above).zip(own).zip(below);
        rows.for_each(|(((j, a), o), b)| *j = a | o | b);
        let columns = joined.iter().zip(&joined[1..]).zip(&joined[2..]);
        for ((to, own), ((l, m), r)) in beside.iter_mut().zip(own).zip(columns) {
            *to = (l | m | r) & !own;
        }
        for (i, eight) in beside.as_chunks::<8>().0.iter().enumerate().filter(|(_, e)| **e != [0; 8]) {
            let found = eight.iter().enumerate().filter(|(_, b)| **b & 1 == 1);
            rim.extend(found.map(|(k, _)| y * width + 8 * i + k));
        }
        lines.rotate_left(1);
    }
    rim
}

/// The neighbours of a pixel.
fn around(at: usize, width: usize, pixels: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    let rows = y.saturating_sub(1)..(y + 2).min(pixels / width);
    rows.flat_map(move |v| (x.saturating_sub(1)..(x + 2).min(width)).map(move |u| v * width + u))
        .filter(move |n| *n != at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    #[test]
    fn a_spot_spreads_its_colour_as_far_as_told_and_no_alpha_changes() {
        let mut plane = Plane::zeros(Size::new(11, 9), Format::RGBA8);
        let spot = 4 * (4 * 11 + 5);
        plane.bytes_mut()[spot..spot + 4].copy_from_slice(&[200, 100, 50, 7]);
        extend_colour(&mut plane, 3);
        for (i, pixel) in plane.bytes().chunks_exact(4).enumerate() {
            let away = (i % 11).abs_diff(5).max((i / 11).abs_diff(4));
            let want: [u8; 4] = match away {
                0 => [200, 100, 50, 7],
                1..=3 => [200, 100, 50, 0],
                _ => [0; 4],
            };
            assert_eq!(pixel, want, "pixel {i}");
        }
    }

    #[test]
    fn between_two_colours_lies_their_mean() {
        let mut plane = Plane::zeros(Size::new(3, 1), Format::RGBA16);
        plane.shorts_mut().copy_from_slice(&[100, 0, 9, 65_535, 0, 0, 0, 0, 301, 0, 9, 1]);
        extend_colour(&mut plane, 1);
        assert_eq!(plane.shorts()[4..8], [201, 0, 9, 0]);
    }

    #[test]
    fn nothing_spreads_from_nothing() {
        for size in [Size::new(1, 1), Size::new(5, 3), Size::new(0, 0)] {
            let mut plane = Plane::zeros(size, Format::RGBA8);
            extend_colour(&mut plane, 4);
            assert!(plane.bytes().iter().all(|b| *b == 0));
        }
    }
}
