//! Shapes: paths of lines and curves, and the exact distance to them.
//!
//! Coverage follows from the distance, so an edge is right at any resolution. Lengths are in product
//! units (a product is about two units tall). Knows no colour and no pixels but the width of a ramp.

/// A position: x to the right, y down.
pub(super) type Point = [f32; 2];

/// How far a chord may lie from its curve: a third of a pixel where a product is 4,000 pixels tall.
const SAGITTA: f32 = 1.7e-4;

/// A path under construction.
#[derive(Clone, Debug)]
pub(super) struct Path(Vec<Point>);

impl Path {
    /// A path that starts here.
    pub(super) fn at(x: f32, y: f32) -> Self {
        Self(vec![[x, y]])
    }

    /// Goes straight to a point.
    pub(super) fn line(mut self, x: f32, y: f32) -> Self {
        self.0.push([x, y]);
        self
    }

    /// Goes to `(x, y)` on a quadratic curve that leans to `(cx, cy)`.
    pub(super) fn quad(mut self, cx: f32, cy: f32, x: f32, y: f32) -> Self {
        let [x0, y0] = self.0.last().copied().unwrap_or([x, y]);
        let bow = [x0 - 2.0 * cx + x, y0 - 2.0 * cy + y];
        let sag = 0.25 * (bow[0] * bow[0] + bow[1] * bow[1]).sqrt();
        let chords = (sag / SAGITTA).sqrt().clamp(3.0, 40.0) as usize;
        for i in 1..=chords {
            let t = i as f32 / chords as f32;
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            self.0.push([a * x0 + b * cx + c * x, a * y0 + b * cy + c * y]);
        }
        self
    }

    /// Completes the right half of a symmetrical shape with its mirror image.
    pub(super) fn mirrored(mut self) -> Self {
        let left: Vec<Point> = self.0.iter().rev().map(|[x, y]| [-x, *y]).collect();
        self.0.extend(left);
        self
    }

    /// The same path on the other side.
    pub(super) fn flipped(mut self) -> Self {
        self.0.iter_mut().for_each(|p| p[0] = -p[0]);
        self
    }

    /// An ellipse.
    pub(super) fn ellipse(cx: f32, cy: f32, rx: f32, ry: f32) -> Self {
        let mut points = Vec::with_capacity(80);
        for quarter in 0..4 {
            for i in 0..20 {
                let t = i as f32 / 20.0;
                let (c, s) = ((1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t));
                let [u, v] = [[c, s], [-s, c], [-c, -s], [s, -c]][quarter];
                points.push([cx + rx * u, cy + ry * v]);
            }
        }
        Self(points)
    }

    /// A rectangle from its corners.
    pub(super) fn rect(x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        Self(vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    }

    /// Every point moved.
    pub(super) fn map(mut self, f: impl Fn(Point) -> Point) -> Self {
        self.0.iter_mut().for_each(|p| *p = f(*p));
        self
    }

    /// The points.
    pub(super) fn points(&self) -> &[Point] {
        &self.0
    }

    /// The area it encloses, its corners rounded outwards by `round`.
    pub(super) fn fill(self, round: f32) -> Outline {
        let Some(&first) = self.0.first() else { return Outline::new(&[], round, true) };
        let mut points = self.0;
        points.push(first);
        Outline::new(&[&points], round, true)
    }

    /// The line itself, drawn with a round pen.
    pub(super) fn stroke(&self, half_width: f32) -> Outline {
        Outline::new(&[&self.0], half_width, false)
    }

    /// The closed line, drawn with a round pen.
    pub(super) fn loop_stroke(mut self, half_width: f32) -> Outline {
        self.0.extend(self.0.first().copied());
        self.stroke(half_width)
    }
}

/// A chord of an outline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chord {
    from: Point,
    along: Point,
    inverse_square: f32,
}

impl Chord {
    fn new(a: Point, b: Point) -> Self {
        let along = [b[0] - a[0], b[1] - a[1]];
        let square = along[0] * along[0] + along[1] * along[1];
        Self { from: a, along, inverse_square: 1.0 / square.max(1e-12) }
    }

    #[inline]
    fn square_distance(&self, p: Point) -> f32 {
        let (x, y) = (p[0] - self.from[0], p[1] - self.from[1]);
        let t = ((x * self.along[0] + y * self.along[1]) * self.inverse_square).clamp(0.0, 1.0);
        let (dx, dy) = (x - t * self.along[0], y - t * self.along[1]);
        dx * dx + dy * dy
    }

    /// Where the horizontal line through `y` meets it.
    #[inline]
    fn crossing(&self, y: f32) -> Option<f32> {
        let end = self.from[1] + self.along[1];
        ((self.from[1] <= y) != (end <= y))
            .then(|| self.from[0] + (y - self.from[1]) / self.along[1] * self.along[0])
    }
}

/// A filled area or a pen stroke.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    chords: Vec<Chord>,
    /// Half the pen's width, or how far a filled area is grown.
    radius: f32,
    filled: bool,
    /// Smallest and largest corner, the radius included.
    pub(super) bounds: [Point; 2],
}

impl Outline {
    /// An outline of open runs of points.
    pub(super) fn new(runs: &[&[Point]], radius: f32, filled: bool) -> Self {
        let chords = runs.iter().flat_map(|run| run.windows(2).map(|w| Chord::new(w[0], w[1]))).collect();
        let mut bounds = [[f32::MAX; 2], [f32::MIN; 2]];
        for p in runs.iter().copied().flatten() {
            for axis in 0..2 {
                bounds[0][axis] = bounds[0][axis].min(p[axis] - radius);
                bounds[1][axis] = bounds[1][axis].max(p[axis] + radius);
            }
        }
        Self { chords, radius, filled, bounds }
    }

    /// True where `p` lies farther than `margin` outside the bounds.
    pub(super) fn misses(&self, p: Point, margin: f32) -> bool {
        (0..2).any(|a| p[a] < self.bounds[0][a] - margin || p[a] > self.bounds[1][a] + margin)
    }

    /// The signed distance, negative inside.
    pub(super) fn distance(&self, p: Point) -> f32 {
        signed(&self.chords, &self.chords, p, self.filled) - self.radius
    }

    /// The same, stretched sideways about the middle; a negative factor mirrors it. Pens keep their width.
    pub(super) fn stretched(mut self, factor: f32) -> Self {
        for c in &mut self.chords {
            let (a, b) = (c.from, [c.from[0] + c.along[0], c.from[1] + c.along[1]]);
            *c = Chord::new([factor * a[0], a[1]], [factor * b[0], b[1]]);
        }
        let pad = self.radius;
        let [low, high] = [self.bounds[0][0] + pad, self.bounds[1][0] - pad].map(|x| factor * x);
        (self.bounds[0][0], self.bounds[1][0]) = (low.min(high) - pad, low.max(high) + pad);
        self
    }

    /// True for a pen stroke.
    pub(super) fn is_stroke(&self) -> bool {
        !self.filled
    }

    /// Where a point lies in a stroke's own coordinates: how far along it and how far from its middle.
    pub(super) fn along(&self, p: Point) -> Point {
        let (mut best, mut walked, mut least) = (0.0, 0.0, f32::MAX);
        for c in &self.chords {
            let length = (c.along[0] * c.along[0] + c.along[1] * c.along[1]).sqrt();
            let square = c.square_distance(p);
            if square < least {
                let inner = (p[0] - c.from[0]) * c.along[0] + (p[1] - c.from[1]) * c.along[1];
                (best, least) = (walked + (inner * c.inverse_square).clamp(0.0, 1.0) * length, square);
            }
            walked += length;
        }
        [best, least.sqrt()]
    }

    /// Half the horizontal extent about `x` on the line through `y`: the radius of a turned solid.
    pub(super) fn half_width(&self, x: f32, y: f32) -> f32 {
        let widest = |w: f32, c: f32| w.max((c - x).abs());
        self.chords.iter().filter_map(|c| c.crossing(y)).fold(0.0, widest) + self.radius
    }

    /// Gathers what decides coverage within `reach` of `centre`, whose distance is `distance`.
    pub(super) fn gather(&self, centre: Point, distance: f32, reach: f32, near: &mut Near) {
        let limit = (distance + self.radius).abs() + 2.0 * reach;
        near.chords.clear();
        near.chords.extend(self.chords.iter().filter(|c| c.square_distance(centre) <= limit * limit));
        near.crossed.clear();
        if self.filled {
            let (low, high) = (centre[1] - reach, centre[1] + reach);
            let spans = |c: &&Chord| {
                let end = c.from[1] + c.along[1];
                c.from[1].min(end) <= high && c.from[1].max(end) >= low
            };
            near.crossed.extend(self.chords.iter().filter(spans));
        }
        (near.radius, near.filled) = (self.radius, self.filled);
    }
}

fn signed(near: &[Chord], crossed: &[Chord], p: Point, filled: bool) -> f32 {
    let square = near.iter().fold(f32::MAX, |least, c| least.min(c.square_distance(p)));
    let right = |c: &&Chord| c.crossing(p[1]).is_some_and(|x| x > p[0]);
    let inside = filled && crossed.iter().filter(right).count() % 2 == 1;
    if inside { -square.sqrt() } else { square.sqrt() }
}

/// The few chords that decide the coverage of a tile.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    chords: Vec<Chord>,
    crossed: Vec<Chord>,
    radius: f32,
    filled: bool,
}

impl Near {
    /// How much of a pixel's light comes from inside, seen through a lens whose edge takes ±`ramp`.
    ///
    /// The ramp is the pixel's box and the lens's blur in one; a pen narrower than it covers in part.
    #[inline]
    pub(super) fn coverage(&self, p: Point, ramp: f32) -> f32 {
        let d = signed(&self.chords, &self.crossed, p, self.filled);
        let edge = |v: f32| {
            let t = (v / ramp * 0.5 + 0.5).clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        if self.filled { edge(self.radius - d) } else { edge(self.radius - d) - edge(-self.radius - d) }
    }
}
