//! Bands for the parity cases: small pictures whose tiles touch edges, corners and each other.

use super::statistics;
use super::tiles::{Tiles, Trimap};
use crate::image::{Format, Plane, Size};
use crate::kernel::Case;
use crate::ops::testing::noise;

/// A band with everything a kernel of it may read.
pub(in crate::ops) struct BandCase {
    /// Size of the picture.
    pub(in crate::ops) picture: Size,
    /// Size of the band's planes.
    pub(in crate::ops) size: Size,
    /// Rows to a neighbour.
    pub(in crate::ops) reach: u32,
    /// Light and trimap.
    pub(in crate::ops) light: Plane,
    /// A state of the solver, or any four runs of numbers.
    pub(in crate::ops) state: Plane,
    /// The table.
    pub(in crate::ops) table: Plane,
    /// Tiles by place.
    pub(in crate::ops) index: Plane,
    /// Plausible statistics.
    pub(in crate::ops) statistics: Plane,
    /// A state of the coarser level.
    pub(in crate::ops) coarse_state: Plane,
    /// The table of the coarser level.
    pub(in crate::ops) coarse_table: Plane,
}

impl BandCase {
    /// Numbers from 0 to 1 for every pixel of the band.
    pub(in crate::ops) fn number(&self, seed: u32) -> Plane {
        Plane::gray(self.size, |x, y| noise(x, y, seed))
    }

    fn new(picture: Size, code: impl Fn(u32, u32) -> u8) -> Self {
        let codes = (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
        let codes: Vec<u8> = codes.map(|(x, y)| code(x, y)).collect();
        let trimap = Trimap::new(picture, codes).unwrap_or_else(|| unreachable!("as many codes as pixels"));
        let (tiles, coarse) = (Tiles::of(&trimap), Tiles::of(&trimap.half()));
        let size = tiles.plane_size();
        let light = Plane::rgba(size, |x, y| {
            let flat = if y % 3 == 0 { 0.02 } else { 0.6 };
            let known = [0.0, 0.5, 0.5, 0.5, 1.0][(noise(x, y, 8) * 5.0) as usize % 5];
            [0.3 + flat * noise(x, y, 1), 0.2 + flat * noise(x, y, 2), 0.3 + flat * noise(x, y, 1), known]
        });
        let state = |size| {
            Plane::rgba(size, |x, y| {
                [noise(x, y, 4) * 1.2 - 0.1, noise(x, y, 5) - 0.5, noise(x, y, 6), noise(x, y, 7)]
            })
        };
        let coarse_size = coarse.plane_size();
        Self {
            picture,
            size,
            reach: tiles.reach(),
            light,
            state: state(size),
            table: tiles.table(Some(&coarse)),
            index: tiles.index(),
            statistics: plausible(picture),
            coarse_state: state(coarse_size),
            coarse_table: coarse.table(None),
        }
    }
}

/// Moments of colours around two means.
fn plausible(picture: Size) -> Plane {
    let size = statistics::plane_size(picture);
    let width = size.width / statistics::RUNS as u32;
    let mut plane = Plane::zeros(size, Format::Gray);
    for (i, value) in plane.floats_mut().iter_mut().enumerate() {
        let (run, y) = (i as u32 % size.width / width, i as u32 / size.width);
        let (class, k) = (run / statistics::MOMENTS as u32, run as usize % statistics::MOMENTS);
        let level = |c: usize| 0.2 + 0.5 * noise(c as u32, y, class) * noise(i as u32 % width, y, 3);
        let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];
        *value = match k.checked_sub(3) {
            None => level(k),
            Some(p) => {
                let (a, b) = pairs[p];
                level(a) * level(b) + if a == b { 0.004 } else { 0.001 }
            }
        };
    }
    plane
}

/// One case for every band.
pub(in crate::ops) fn each(case: impl Fn(String, &BandCase) -> Case) -> Vec<Case> {
    let ring = |cx: f64, cy: f64, radius: f64, width: f64| {
        move |x: u32, y: u32| {
            let d = (f64::from(x) - cx).hypot(f64::from(y) - cy) - radius;
            if d < 0.0 {
                255
            } else if d < width {
                128
            } else {
                0
            }
        }
    };
    let bands = [
        ("one tile", BandCase::new(Size::new(7, 5), ring(3.0, 2.0, 1.0, 2.0))),
        ("a ring", BandCase::new(Size::new(131, 97), ring(64.0, 50.0, 30.0, 9.0))),
        ("cut by the frame", BandCase::new(Size::new(90, 61), ring(85.0, 3.0, 30.0, 14.0))),
        ("all unknown", BandCase::new(Size::new(33, 47), |_, _| 128)),
    ];
    bands.iter().map(|(name, band)| case((*name).into(), band)).collect()
}
