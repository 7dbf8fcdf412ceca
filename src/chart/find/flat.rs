//! Flat components: connected pixels without an edge between them, as blobs that could be patches.
//!
//! A patch is flat whatever its colour and its frame's, so no threshold on brightness is needed; what counts as
//! flat depends on noise and blur, so several limits are tried on several sizes. A blob is its moments: a
//! parallelogram's area is twelve times the root of their determinant, and few other shapes come near. Knows no
//! lattices.

use super::proxy::Planes;

/// Codes may differ by less than this over two pixels within a flat component.
const LIMITS: [f32; 4] = [0.012, 0.025, 0.05, 0.1];
/// Area over that of the parallelogram with the same moments. A disc has 1.05, a triangle 0.87; noise eats holes.
const SOLID: std::ops::Range<f64> = 0.72..1.06;
/// The smallest component, in its own pixels.
const SMALLEST: f64 = 20.0;
/// The largest share of the picture. A Classic that fills it has patches of a thirtieth.
const LARGEST: f64 = 1.0 / 12.0;
/// The largest ratio of the blob's two variances.
const LONGEST: f64 = 16.0;

/// A flat component, in pixels of the proxy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blob {
    pub(super) centre: [f64; 2],
    /// Variances along x, of x with y, along y.
    pub(super) spread: [f64; 3],
    pub(super) area: f64,
}

impl Blob {
    /// Area over that of the parallelogram with the same moments.
    pub(super) fn solid(&self) -> f64 {
        self.area / (12.0 * self.size().powi(2))
    }

    /// Square root of the ellipse's area: standard deviation along a side, were it square.
    pub(super) fn size(&self) -> f64 {
        let [xx, xy, yy] = self.spread;
        (xx * yy - xy * xy).max(0.0).sqrt().sqrt()
    }
}

/// All blobs of the planes on which one pixel is `scale` pixels of the proxy wide.
pub(super) fn blobs(planes: &Planes, scale: f64, out: &mut Vec<Blob>) {
    if planes.width < 8 || planes.height < 8 {
        return;
    }
    let levels = levels(planes);
    let mut runs = Runs::default();
    for level in 0..LIMITS.len() {
        runs.gather(&levels, planes.width, level as u8);
        runs.blobs(planes.width * planes.height, scale, out);
    }
}

/// How many limits each pixel's contrast reaches; the border reaches all.
fn levels(planes: &Planes) -> Vec<u8> {
    let (width, height) = (planes.width, planes.height);
    let mut levels = vec![LIMITS.len() as u8; width * height];
    let mut contrast = vec![0.0_f32; width - 2];
    for y in 1..height - 1 {
        contrast.fill(0.0);
        for plane in &planes.codes {
            let row = |y: usize| &plane[y * width..(y + 1) * width];
            let (up, here, down) = (&row(y - 1)[1..width - 1], row(y), &row(y + 1)[1..width - 1]);
            let sides = here[..width - 2].iter().zip(&here[2..]);
            for (c, ((left, right), (up, down))) in contrast.iter_mut().zip(sides.zip(up.iter().zip(down))) {
                *c = c.max((left - right).abs()).max((up - down).abs());
            }
        }
        let out = &mut levels[y * width + 1..(y + 1) * width - 1];
        for (level, &c) in out.iter_mut().zip(&contrast) {
            *level = LIMITS.iter().map(|&limit| u8::from(c >= limit)).sum();
        }
    }
    levels
}

/// Pixels `start..end` of row `y`.
#[derive(Clone, Copy)]
struct Run {
    y: u32,
    start: u32,
    end: u32,
}

/// The runs of flat pixels and who belongs together.
#[derive(Default)]
struct Runs {
    runs: Vec<Run>,
    parents: Vec<u32>,
    sums: Vec<[f64; 6]>,
}

impl Runs {
    /// Runs of at least two pixels up to the level, joined where they touch the row above.
    fn gather(&mut self, levels: &[u8], width: usize, level: u8) {
        self.runs.clear();
        self.parents.clear();
        let mut above = 0..0;
        for (y, row) in levels.chunks_exact(width).enumerate() {
            let first = self.runs.len();
            let mut touching = above.start;
            let mut x = 0;
            while let Some(start) = row[x..].iter().position(|&l| l <= level).map(|at| x + at) {
                let end = row[start..].iter().position(|&l| l > level).map_or(width, |at| start + at);
                x = end;
                if end - start < 2 {
                    continue;
                }
                let run = Run { y: y as u32, start: start as u32, end: end as u32 };
                let own = self.runs.len() as u32;
                self.runs.push(run);
                self.parents.push(own);
                while touching < above.end && self.runs[touching].end <= run.start {
                    touching += 1;
                }
                for other in touching..above.end {
                    if self.runs[other].start >= run.end {
                        break;
                    }
                    self.join(own, other as u32);
                }
            }
            above = first..self.runs.len();
        }
    }

    fn root(&mut self, mut at: u32) -> u32 {
        while self.parents[at as usize] != at {
            let grand = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = grand;
            at = grand;
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// Adds the components that could be patches. A pixel counts as the square it is.
    fn blobs(&mut self, pixels: usize, scale: f64, out: &mut Vec<Blob>) {
        self.sums.clear();
        self.sums.resize(self.runs.len(), [0.0; 6]);
        for at in 0..self.runs.len() {
            let Run { y, start, end } = self.runs[at];
            let n = f64::from(end - start);
            let (x, y) = (0.5 * f64::from(start + end), f64::from(y) + 0.5);
            let root = self.root(at as u32) as usize;
            let terms = [n, n * x, n * y, n * (x * x + n * n / 12.0), n * x * y, n * (y * y + 1.0 / 12.0)];
            for (sum, term) in self.sums[root].iter_mut().zip(terms) {
                *sum += term;
            }
        }
        for &[n, x, y, xx, xy, yy] in &self.sums {
            if !(SMALLEST..=LARGEST * pixels as f64).contains(&n) {
                continue;
            }
            let (x, y) = (x / n, y / n);
            let spread = [xx / n - x * x, xy / n - x * y, yy / n - y * y].map(|s| s * scale * scale);
            let blob = Blob { centre: [x * scale, y * scale], spread, area: n * scale * scale };
            if SOLID.contains(&blob.solid()) && aspect(spread) <= LONGEST {
                out.push(blob);
            }
        }
    }
}

/// The ratio of the two variances along the ellipse's axes.
fn aspect([xx, xy, yy]: [f64; 3]) -> f64 {
    let (mean, half) = (0.5 * (xx + yy), (0.25 * (xx - yy).powi(2) + xy * xy).sqrt());
    (mean + half) / (mean - half).max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One value inside a test, another outside, in all three planes.
    fn scene(size: usize, inside: impl Fn(f64, f64) -> bool) -> Planes {
        let plane: Vec<f32> = (0..size * size)
            .map(|i| if inside((i % size) as f64 + 0.5, (i / size) as f64 + 0.5) { 0.6 } else { 0.2 })
            .collect();
        Planes { width: size, height: size, codes: [plane.clone(), plane.clone(), plane] }
    }

    fn found(planes: &Planes) -> Vec<Blob> {
        let mut out = Vec::new();
        blobs(planes, 1.0, &mut out);
        out
    }

    #[test]
    fn a_square_is_found_where_it_is_and_a_ring_is_none() {
        let all = found(&scene(100, |x, y| (x - 40.0).abs() < 9.0 && (y - 61.0).abs() < 9.0));
        assert_eq!(all.len(), LIMITS.len());
        for blob in all {
            // The contrast reaches one pixel into the square from each side.
            assert_eq!((blob.centre, blob.area), ([40.0, 61.0], 256.0));
            assert!((blob.solid() - 1.0).abs() < 1e-9 && (blob.size() - 16.0 / 12.0_f64.sqrt()).abs() < 1e-9);
        }
        let ring = |x: f64, y: f64| (12.0..20.0).contains(&(x - 50.0).hypot(y - 50.0));
        assert!(found(&scene(100, ring)).iter().all(|blob| blob.area < 400.0));
    }

    #[test]
    fn a_turned_square_keeps_its_moments() {
        let (s, c) = 0.5_f64.sin_cos();
        let turned = |x: f64, y: f64| {
            let (x, y) = (x - 50.0, y - 50.0);
            (c * x + s * y).abs() < 15.0 && (c * y - s * x).abs() < 15.0
        };
        for blob in found(&scene(100, turned)) {
            assert!((blob.centre[0] - 50.0).abs() + (blob.centre[1] - 50.0).abs() < 0.3);
            assert!((blob.solid() - 1.0).abs() < 0.02, "{}", blob.solid());
        }
    }
}
