// How likely each alpha makes the colour of a pixel, and how sure that is.
// Twin of src/ops/band/likelihood.rs.

struct LikelihoodParams {
    // variance of the noise: at any light, and a unit of light
    base: f32,
    slope: f32,
    // factor of the colours' own covariances; squared depth of shadow that is nothing special
    spread: f32,
    shade: f32,
    // logarithms of how much likelier the ends are, and of how much the last solution tips the balance
    ends: f32,
    tip: f32,
    // squared distance of the classes at which half of that is left; trust in a sure posterior
    apart: f32,
    trust: f32,
    // cells of the statistics a pixel; 1 where the state holds a solution
    cell: f32,
    solved: f32,
    // squared distance from every mixture, in deviations, at which half the trust is left
    odd: f32,
    // logarithm of the density of product colours that nobody has seen; the squared distance they count as
    novel: f32,
    unseen: f32,
    // sum of the variances of the product's colours at which half the trust is left
    broad: f32,
    pad0: f32,
    pad1: f32,
}

@group(0) @binding(1) var<uniform> by: LikelihoodParams;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read> clean: array<f32>;
@group(0) @binding(4) var<storage, read> statistics: array<f32>;
@group(0) @binding(5) var<storage, read> tiles: array<f32>;
@group(0) @binding(6) var<storage, read_write> next: array<f32>;

const SIDE: u32 = 16u;
const MOMENTS: u32 = 9u;
const RUNS: u32 = 18u;
const STEPS: u32 = 11u;
const VAGUE: f32 = 0.04;
const FLOOR: f32 = 0.0025;
const LEFT: f32 = 0.6;
const TINY: f32 = 4e-6;

// A symmetric matrix: rr, rg, rb and gg, gb, bb.
struct Scatter {
    red: vec3<f32>,
    rest: vec3<f32>,
}

struct Place {
    low: vec2<u32>,
    high: vec2<u32>,
    share: vec2<f32>,
}

fn place(p: vec2<u32>) -> Place {
    let cells = vec2<u32>(frame.views[2].x / RUNS, frame.views[2].y);
    let corner = vec2<f32>(tiles[at(3u, 0u, p.y)], tiles[at(3u, 1u, p.y)]) * f32(SIDE);
    let pixel = corner + vec2<f32>(vec2<u32>(p.x % SIDE, p.x / SIDE));
    let v = clamp((pixel + 0.5) * by.cell - 0.5, vec2<f32>(0.0), vec2<f32>(cells - 1u));
    let low = vec2<u32>(v);
    return Place(low, min(low + 1u, cells - 1u), v - vec2<f32>(low));
}

fn moment(q: Place, k: u32) -> f32 {
    let width = frame.views[2].x / RUNS;
    let run = k * width;
    let a = statistics[at(2u, run + q.low.x, q.low.y)];
    let b = statistics[at(2u, run + q.high.x, q.low.y)];
    let c = statistics[at(2u, run + q.low.x, q.high.y)];
    let d = statistics[at(2u, run + q.high.x, q.high.y)];
    let upper = a + (b - a) * q.share.x;
    let lower = c + (d - c) * q.share.x;
    return upper + (lower - upper) * q.share.y;
}

fn mean_of(q: Place, k: u32) -> vec3<f32> {
    return vec3<f32>(moment(q, k), moment(q, k + 1u), moment(q, k + 2u));
}

fn scatter_of(q: Place, k: u32, m: vec3<f32>) -> Scatter {
    var red = mean_of(q, k + 3u) - m.x * m;
    var rest = mean_of(q, k + 6u) - vec3<f32>(m.y * m.y, m.y * m.z, m.z * m.z);
    red.x = max(red.x, 0.0);
    rest.x = max(rest.x, 0.0);
    rest.z = max(rest.z, 0.0);
    return Scatter(red, rest);
}

// The square of d in deviations, and the product of the pivots.
fn measure(c: Scatter, d: vec3<f32>) -> vec2<f32> {
    let r0 = 1.0 / c.red.x;
    let l10 = c.red.y * r0;
    let l20 = c.red.z * r0;
    let d1 = max(c.rest.x - l10 * c.red.y, TINY);
    let r1 = 1.0 / d1;
    let l21 = (c.rest.y - l20 * c.red.y) * r1;
    let d2 = max(c.rest.z - l20 * c.red.z - l21 * (c.rest.y - l20 * c.red.y), TINY);
    let z1 = d.y - l10 * d.x;
    let z2 = d.z - l20 * d.x - l21 * z1;
    return vec2<f32>(d.x * d.x * r0 + z1 * z1 * r1 + z2 * z2 / d2, c.red.x * d1 * d2);
}

// The likely alpha and its weight.
fn posterior(p: vec2<u32>, colour: vec3<f32>, guess: f32) -> vec2<f32> {
    let q = place(p);
    let noise = by.base + by.slope * max(colour, vec3<f32>(0.0)) + TINY;
    let product = mean_of(q, 0u);
    let backdrop = mean_of(q, MOMENTS);
    let own = scatter_of(q, 0u, product);
    let other = scatter_of(q, MOMENTS, backdrop);
    let inner = Scatter(own.red * by.spread, own.rest * by.spread);
    let along = vec3<f32>(backdrop.y * backdrop.y, backdrop.y * backdrop.z, backdrop.z * backdrop.z);
    let outer = Scatter(
        other.red * by.spread + by.shade * backdrop.x * backdrop,
        other.rest * by.spread + by.shade * along,
    );
    let red = vec3<f32>(noise.x, 0.0, 0.0);
    let rest = vec3<f32>(noise.y, 0.0, noise.z);
    let d = product - backdrop;
    let both = Scatter(0.5 * (inner.red + outer.red) + red, 0.5 * (inner.rest + outer.rest) + rest);
    let open = by.apart / (by.apart + measure(both, d).x);
    let tip = by.solved * by.tip * open * (2.0 * guess - 1.0);
    var logs: array<f32, 11>;
    var most = -3.0e38;
    var nearest = 3.0e38;
    for (var i = 0u; i < STEPS; i++) {
        let a = f32(i) * (1.0 / f32(STEPS - 1u));
        let b = 1.0 - a;
        let c = Scatter(a * a * inner.red + b * b * outer.red + red, a * a * inner.rest + b * b * outer.rest + rest);
        var m = measure(c, colour - backdrop - a * d);
        let end = select(0.0, by.ends, i == 0u || i == STEPS - 1u);
        logs[i] = end + tip * (2.0 * a - 1.0) - 0.5 * (m.x + log(max(m.y, 1e-30)));
        if i == STEPS - 1u && logs[i] < by.novel {
            logs[i] = by.novel;
            m.x = by.unseen;
        }
        most = max(most, logs[i]);
        nearest = min(nearest, m.x);
    }
    var total = 0.0;
    var first = 0.0;
    var second = 0.0;
    for (var i = 0u; i < STEPS; i++) {
        let a = f32(i) * (1.0 / f32(STEPS - 1u));
        let e = exp(max(logs[i] - most, -87.0));
        total += e;
        first += e * a;
        second += e * a * a;
    }
    let mean = first / total;
    let variance = max(second / total - mean * mean, 0.0);
    let strange = nearest * nearest / (by.odd * by.odd);
    let various = (inner.red.x + inner.rest.x + inner.rest.z) / by.broad;
    let trust = by.trust / ((1.0 + strange) * (1.0 + various));
    return vec2<f32>(mean, trust * max(VAGUE / (variance + FLOOR) - LEFT, 0.0));
}

@compute @workgroup_size(64)
fn band_likelihood(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = pixel(id);
    if outside(p, 4u) {
        return;
    }
    let colour = vec3<f32>(
        clean[at4(1u, 0u, p.x, p.y)],
        clean[at4(1u, 1u, p.x, p.y)],
        clean[at4(1u, 2u, p.x, p.y)],
    );
    let known = clean[at4(1u, 3u, p.x, p.y)];
    var next_state = vec3<f32>(known, known, 0.0);
    if known == 0.5 {
        let guess = clamp(state[at4(0u, 0u, p.x, p.y)], 0.0, 1.0);
        let found = posterior(p, colour, guess);
        next_state = vec3<f32>(select(found.x, guess, by.solved > 0.5), found);
    }
    next[at4(4u, 0u, p.x, p.y)] = next_state.x;
    next[at4(4u, 1u, p.x, p.y)] = 0.0;
    next[at4(4u, 2u, p.x, p.y)] = next_state.y;
    next[at4(4u, 3u, p.x, p.y)] = next_state.z;
}
