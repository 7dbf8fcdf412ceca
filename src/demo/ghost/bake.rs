//! Slow distances on a lattice of nodes, linear between them: what makes rays cheap.

use rayon::prelude::*;

use super::vector::{V3, length};

/// Two distance fields over a box: the form's and the cloth's.
pub(super) struct Grid {
    low: V3,
    high: V3,
    step: V3,
    inverse: V3,
    count: [usize; 3],
    nodes: Vec<[f32; 2]>,
}

impl Grid {
    /// Samples `f` over the box with about this step along each axis; `flat` is how much of its depth the
    /// cloth has kept.
    pub(super) fn bake([low, high]: [V3; 2], step: V3, flat: f32, f: impl Fn(V3) -> [f32; 2] + Sync) -> Self {
        let count = [0, 1, 2].map(|i| (((high[i] - low[i]) / step[i]).ceil().clamp(1.0, 400.0) as usize) + 1);
        let step = [0, 1, 2].map(|i| (high[i] - low[i]) / (count[i] - 1) as f32);
        let mut nodes = vec![[0.0; 2]; count[0] * count[1] * count[2]];
        nodes.par_chunks_mut(count[0]).enumerate().for_each(|(line, row)| {
            let y = low[1] + (line % count[1]) as f32 * step[1];
            let z = low[2] + (line / count[1]) as f32 * step[2];
            for (i, node) in row.iter_mut().enumerate() {
                *node = f([low[0] + i as f32 * step[0], y, z]);
            }
        });
        let mut grid = Self { low, high, step, inverse: step.map(|v| 1.0 / v), count, nodes };
        if flat < 1.0 {
            grid.normalise(flat);
        }
        grid
    }

    /// Makes distances of the cloth's values where squeezing has made them steep: near the surface by
    /// their slope, elsewhere by the squeeze itself, which is never too far.
    fn normalise(&mut self, flat: f32) {
        let slope = |p: V3| length(self.slope(p, 1));
        let [nx, ny, _] = self.count;
        let old = &self.nodes;
        let place = |i: usize| {
            let at = [i % nx, i / nx % ny, i / (nx * ny)];
            [0, 1, 2].map(|k| self.low[k] + at[k] as f32 * self.step[k])
        };
        self.nodes = old
            .par_iter()
            .enumerate()
            .map(|(i, &[form, cloth])| {
                let far = ((cloth.abs() - 0.004) / 0.010).clamp(0.0, 1.0);
                let near = 1.0 / slope(place(i)).max(1.0);
                [form, cloth * (near + (flat - near) * far)]
            })
            .collect();
    }

    /// Where a ray from `from` along `way` is within the box and a margin around it.
    pub(super) fn span(&self, from: V3, way: V3, margin: f32) -> Option<[f32; 2]> {
        let (mut near, mut far) = (0.0_f32, f32::MAX);
        for i in 0..3 {
            let way = if way[i].abs() < 1e-9 { 1e-9 } else { way[i] };
            let (a, b) = ((self.low[i] - margin - from[i]) / way, (self.high[i] + margin - from[i]) / way);
            near = near.max(a.min(b));
            far = far.min(a.max(b));
        }
        (near < far).then_some([near, far])
    }

    /// Both distances at a point; at the box's side for points beyond it.
    #[inline]
    pub(super) fn at(&self, p: V3) -> [f32; 2] {
        let [nx, ny, _] = self.count;
        let (i, u) = self.cell(p[0], 0);
        let (j, v) = self.cell(p[1], 1);
        let (k, w) = self.cell(p[2], 2);
        let first = (k * ny + j) * nx + i;
        let near = square(&self.nodes[first..first + nx + 2], u, v);
        let far = square(&self.nodes[first + nx * ny..][..nx + 2], u, v);
        lerp(near, far, w)
    }

    /// The cell along an axis and how far into it.
    #[inline(always)]
    fn cell(&self, v: f32, axis: usize) -> (usize, f32) {
        let last = self.count[axis] - 1;
        let t = ((v - self.low[axis]) * self.inverse[axis]).clamp(0.0, last as f32);
        let i = (t as i32 as usize).min(last - 1);
        (i, t - i as f32)
    }

    /// The gradient of field `which` over a node's distance: smooth where cells meet.
    #[inline]
    pub(super) fn slope(&self, p: V3, which: usize) -> V3 {
        [0, 1, 2].map(|i| {
            let (mut a, mut b) = (p, p);
            a[i] += self.step[i];
            b[i] -= self.step[i];
            (self.at(a)[which] - self.at(b)[which]) / (2.0 * self.step[i])
        })
    }
}

/// Between the four nodes of a cell's face: two of the first line, two at the end of the next.
#[inline(always)]
fn square(nodes: &[[f32; 2]], u: f32, v: f32) -> [f32; 2] {
    let next = nodes.len() - 2;
    lerp(lerp(nodes[0], nodes[1], u), lerp(nodes[next], nodes[next + 1], u), v)
}

#[inline(always)]
fn lerp(a: [f32; 2], b: [f32; 2], t: f32) -> [f32; 2] {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn slab() -> Grid {
        let f = |p: V3| [p[0] + 2.0 * p[1] - p[2], 0.5 * p[2]];
        Grid::bake([[-1.0, -1.0, -1.0], [1.0, 2.0, 0.5]], [0.3, 0.2, 0.1], 1.0, f)
    }

    #[test]
    fn linear_fields_are_exact_between_nodes() {
        let grid = slab();
        for p in [[0.0, 0.0, 0.0], [0.71, 1.93, 0.49], [-0.99, -0.3, -0.77]] {
            let [a, b] = grid.at(p);
            assert!((a - (p[0] + 2.0 * p[1] - p[2])).abs() < 1e-5 && (b - 0.5 * p[2]).abs() < 1e-5, "{p:?}");
        }
        let slope = grid.slope([0.1, 0.2, -0.2], 0);
        assert!((slope[0] - 1.0).abs() + (slope[1] - 2.0).abs() + (slope[2] + 1.0).abs() < 1e-4, "{slope:?}");
    }

    #[test]
    fn rays_find_the_box() {
        let grid = slab();
        let [near, far] = grid.span([0.0, 0.0, 3.0], [0.0, 0.0, -1.0], 0.0).unwrap();
        assert!((near - 2.5).abs() < 1e-5 && (far - 4.0).abs() < 1e-5);
        assert!(grid.span([0.0, 0.0, 3.0], [0.0, 0.0, 1.0], 0.0).is_none());
        assert!(grid.span([1.05, 0.0, 3.0], [0.0, 0.0, -1.0], 0.0).is_none());
        assert!(grid.span([1.05, 0.0, 3.0], [0.0, 0.0, -1.0], 0.1).is_some());
    }

    /// A wall squeezed to a fifth of its depth: five times as steep, yet distances near it.
    #[test]
    fn squeezed_cloth_keeps_its_distances() {
        let grid = Grid::bake([[-0.1; 3], [0.1; 3]], [0.01, 0.01, 0.001], 0.2, |p| [1.0, p[2] / 0.2]);
        for z in [-0.08, -0.002, 0.0005, 0.04] {
            let d = grid.at([0.0, 0.0, z])[1];
            assert!((d - z).abs() < 1e-4, "{z}: {d}");
        }
    }
}
