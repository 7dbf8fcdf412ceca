//! Lightness of what is seen, and its fine detail strengthened within what stands around it. Twin of
//! shaders/sharpen.wgsl.

use crate::image::Format;
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Rows, Tolerance};
use crate::ops::LEAST_ALPHA;
use crate::ops::transfer::unit;
use crate::ops::{luminance, testing};
use crate::{params, vectorised};

/// Farthest that detail is looked for, in pixels.
pub(super) const REACH: usize = 3;

params! {
    /// Detail and its limits.
    pub(super) struct SharpenParams {
        /// Weights of pixels 0, 1, 2 and 3 away, along an axis.
        weights: [f32; 4],
        /// How far pixels are looked at, 0 … 3.
        reach: u32,
        /// Factor of the detail that is added.
        amount: f32,
        /// Detail that is noise, in lightness.
        threshold: f32,
        /// How far beyond its neighbours' lightness a pixel may go.
        halo: f32,
    }
}

/// Lightness: the square root of straight luminance; 0 where nothing is seen.
pub static LIGHTNESS: Kernel = Kernel {
    name: "lightness",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/sharpen.wgsl")
    ),
    inputs: &[Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) }],
    outputs: &[Output { name: "light", format: PortFormat::Gray }],
    layout: SharpenParams::LAYOUT,
    cpu: lightness,
    tolerance: Tolerance { max: 1e-4, why: "an ulp of luminance under a root whose slope at 0 has no end" },
    cases: lightness_cases,
};

/// The picture with more of its detail.
pub static SHARPEN: Kernel = Kernel {
    name: "sharpen",
    shader: concat!(
        include_str!("../../../shaders/lib/frame.wgsl"),
        include_str!("../../../shaders/sharpen.wgsl")
    ),
    inputs: &[
        Input { name: "blurred", format: PortFormat::Rgba, reach: Reach::Rows(REACH as u32) },
        Input { name: "seen", format: PortFormat::Gray, reach: Reach::Rows(REACH as u32) },
    ],
    outputs: &[Output { name: "sharp", format: PortFormat::Rgba }],
    layout: SharpenParams::LAYOUT,
    cpu: sharpen,
    tolerance: Tolerance { max: 2e-5, why: "some ulps of a quotient of lightness, squared" },
    cases,
};

vectorised! {
    #[allow(clippy::manual_clamp, reason = "clamp keeps NaN, and NaN must not reach a neighbour")]
    fn lightness(job: &mut Job<'_>) {
        for y in job.rows.clone() {
            let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
            let to = job.outputs[0].gray(y);
            for ((((to, r), g), b), a) in to.iter_mut().zip(r).zip(g).zip(b).zip(a) {
                let straight = luminance([*r, *g, *b]) / a.max(LEAST_ALPHA);
                *to = if *a >= LEAST_ALPHA { straight.max(0.0).min(BRIGHTEST).sqrt() } else { 0.0 };
            }
        }
    }
}

/// Luminance beyond which lightness no longer rises, so that sums stay finite.
const BRIGHTEST: f32 = 1e6;

/// Pixels that are worked at a time, and with those beside them.
const CHUNK: usize = 32;
const WIDE: usize = CHUNK + 2 * REACH;
type Lanes = [f32; CHUNK];

vectorised! {
    fn sharpen(job: &mut Job<'_>) {
        let p: SharpenParams = job.params();
        let [picture, seen] = [job.inputs[0], job.inputs[1]];
        for y in job.rows.clone() {
            let [r, g, b, a] = picture.rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            to_a.copy_from_slice(a);
            let mut colours = [(r, to_r), (g, to_g), (b, to_b)];
            for start in (0..a.len()).step_by(CHUNK) {
                let span = start..(start + CHUNK).min(a.len());
                let any = a[span.clone()].iter().any(|a| *a >= LEAST_ALPHA);
                let gains = if any { gains(&p, &picture, &seen, y, start) } else { [1.0; CHUNK] };
                for (from, to) in &mut colours {
                    for ((to, from), gain) in to[span.clone()].iter_mut().zip(&from[span.clone()]).zip(gains) {
                        *to = from * gain;
                    }
                }
            }
        }
    }
}

/// What each pixel's light is multiplied by.
#[inline(always)]
fn gains(p: &SharpenParams, picture: &Rows<'_>, seen: &Rows<'_>, y: u32, start: usize) -> Lanes {
    let around = Around::look(p, picture, seen, y, start);
    let (light, alpha) = (window(seen.gray(i64::from(y)), start), opacity(picture, i64::from(y), start));
    let mut gains = [1.0; CHUNK];
    for i in 0..CHUNK {
        let (l, a) = (light[REACH + i], alpha[REACH + i]);
        let detail = -around.steps[i] / around.weight[i].max(f32::MIN_POSITIVE);
        let wanted = l + p.amount * a * (detail - detail.max(-p.threshold).min(p.threshold));
        let held = wanted.max(around.least[i] - p.halo).min(around.most[i] + p.halo).max(0.0);
        let ratio = held / l;
        gains[i] = if a > 0.0 && l > 0.0 { ratio * ratio } else { 1.0 };
    }
    gains
}

/// What stands around the pixels of a chunk.
struct Around {
    /// Steps of lightness to the pixels around, weighted by nearness and alpha.
    steps: Lanes,
    /// The sum of those weights.
    weight: Lanes,
    /// Least and greatest lightness of the nine pixels around that are seen.
    least: Lanes,
    most: Lanes,
}

impl Around {
    #[inline(always)]
    fn look(p: &SharpenParams, picture: &Rows<'_>, seen: &Rows<'_>, y: u32, start: usize) -> Self {
        let reach = (p.reach as usize).min(REACH);
        let own = window(seen.gray(i64::from(y)), start);
        let own: &Lanes = part(&own, REACH);
        let mut found = Self { steps: [0.0; CHUNK], weight: [0.0; CHUNK], least: *own, most: *own };
        for down in REACH - reach..=REACH + reach {
            let row = i64::from(y) + down as i64 - REACH as i64;
            let (light, alpha) = (window(seen.gray(row), start), opacity(picture, row, start));
            for across in REACH - reach..=REACH + reach {
                let (light, alpha) = (part(&light, across), part(&alpha, across));
                let [far, wide] = [down, across].map(|d| d.abs_diff(REACH));
                found.add(p.weights[far] * p.weights[wide], own, light, alpha, far.max(wide) <= 1);
            }
        }
        found
    }

    #[inline(always)]
    fn add(&mut self, weight: f32, own: &Lanes, light: &Lanes, alpha: &Lanes, beside: bool) {
        for i in 0..CHUNK {
            let w = weight * alpha[i];
            self.steps[i] += w * (light[i] - own[i]);
            self.weight[i] += w;
        }
        if beside {
            for i in 0..CHUNK {
                let light = if alpha[i] > 0.0 { light[i] } else { own[i] };
                self.least[i] = self.least[i].min(light);
                self.most[i] = self.most[i].max(light);
            }
        }
    }
}

/// A chunk of a row and the pixels beside it; beyond the row, its end.
#[inline(always)]
fn window(row: &[f32], start: usize) -> [f32; WIDE] {
    if let Some(inside) = start.checked_sub(REACH).and_then(|first| row.get(first..)?.first_chunk()) {
        return *inside;
    }
    let last = row.len().saturating_sub(1);
    std::array::from_fn(|i| row.get((start + i).saturating_sub(REACH).min(last)).copied().unwrap_or(0.0))
}

/// Alpha of a chunk and the pixels beside it, in 0 … 1; 0 where colour says nothing.
#[inline(always)]
fn opacity(picture: &Rows<'_>, y: i64, start: usize) -> [f32; WIDE] {
    window(picture.rgba(y)[3], start).map(|a| if a >= LEAST_ALPHA { unit(a) } else { 0.0 })
}

/// The chunk that begins so many pixels into a window.
#[inline(always)]
fn part(window: &[f32; WIDE], first: usize) -> &Lanes {
    window.get(first..).and_then(|rest| rest.first_chunk()).unwrap_or(&[0.0; CHUNK])
}

fn params(reach: u32, amount: f32) -> SharpenParams {
    SharpenParams { weights: [1.0, 0.6, 0.2, 0.05], reach, amount, threshold: 0.01, halo: 0.05 }
}

fn lightness_cases() -> Vec<Case> {
    testing::colours(|name, colour| Case {
        name,
        params: bytemuck::bytes_of(&params(1, 1.0)).to_vec(),
        outputs: vec![(colour.size(), Format::Gray)],
        inputs: vec![colour],
    })
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for reach in [0, 1, 2, 3] {
        all.extend(testing::colours(|name, colour| {
            let size = colour.size();
            Case {
                name: format!("{name} reach {reach}"),
                params: bytemuck::bytes_of(&params(reach, 0.5 + reach as f32)).to_vec(),
                outputs: vec![(size, Format::Rgba)],
                inputs: vec![colour, crate::image::Plane::gray(size, |x, y| testing::noise(x, y, 8))],
            }
        }));
    }
    all
}
