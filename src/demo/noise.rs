//! The simulator's dice: integer hashes, a small generator, smooth noise.
//!
//! Only integer arithmetic and the exactly rounded float operations, so that every machine throws the
//! same numbers. Never uses a random device, a clock or a library's transcendental functions.

/// A well mixed 64-bit hash (the finaliser of SplitMix64).
pub(super) const fn mix(v: u64) -> u64 {
    let v = (v ^ (v >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let v = (v ^ (v >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    v ^ (v >> 31)
}

/// A hash of a lattice point.
pub(super) const fn lattice(seed: u32, x: i32, y: i32) -> u32 {
    let v = seed ^ (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
    let v = (v ^ (v >> 16)).wrapping_mul(0x7feb_352d);
    let v = (v ^ (v >> 15)).wrapping_mul(0x846c_a68b);
    v ^ (v >> 16)
}

/// A hash as a number in [0, 1).
pub(super) const fn unit(hash: u32) -> f32 {
    (hash >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Rises from 0 at `low` to 1 at `high`, smoothly.
pub(super) fn smooth_step(low: f32, high: f32, v: f32) -> f32 {
    let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Smooth value noise in 0..1 with one random value a lattice point.
pub(super) fn value(seed: u32, x: f32, y: f32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (i, j) = (fx as i32, fy as i32);
    let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (u, v) = (ease(x - fx), ease(y - fy));
    let corner = |dx: i32, dy: i32| unit(lattice(seed, i.wrapping_add(dx), j.wrapping_add(dy)));
    let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * u;
    let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * u;
    top + (bottom - top) * v
}

/// A stream of random numbers from a seed.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The stream of a scene; `stream` separates independent uses of one scene's seed.
    pub(super) const fn new(seed: u64, index: u32, stream: u32) -> Self {
        Self(mix(seed ^ mix(((index as u64) << 32) | stream as u64)))
    }

    /// The next 32 random bits.
    pub(super) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) >> 32) as u32
    }

    /// A number in [0, 1).
    pub(super) fn unit(&mut self) -> f32 {
        unit(self.next())
    }

    /// A number in [low, high).
    pub(super) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `count` (0 where `count` is 0).
    pub(super) fn below(&mut self, count: usize) -> usize {
        ((u64::from(self.next()) * count as u64) >> 32) as usize
    }
}

/// Normal deviates by table: 4,096 sums of twelve uniforms, brought to mean 0 and variance 1.
pub(super) fn normal_table() -> Vec<f32> {
    let mut dice = Dice::new(0x6e6f_726d, 0, 0);
    let sums: Vec<f64> = (0..4096).map(|_| (0..12).map(|_| f64::from(dice.unit())).sum()).collect();
    let mean = sums.iter().sum::<f64>() / 4096.0;
    let variance = sums.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / 4096.0;
    let gain = 1.0 / variance.sqrt();
    sums.iter().map(|s| ((s - mean) * gain) as f32).collect()
}
