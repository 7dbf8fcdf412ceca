//! Working light to file codes: gamut, the background, output primaries, curve or profile, dither, rounding. What a cut-out leaves
//! transparent is exactly the background's colour in a picture that has one.
//!
//! 8-bit colour is dithered by position: stratified sampling (every sixteen pixels have a threshold in each
//! sixteenth) over an additive recurrence (L. Kuipers, H. Niederreiter, "Uniform Distribution of Sequences",
//! 1974), so that ramps keep their mean over few pixels; two pixels of eight change places, so that ramps have no
//! flat runs. Pure white, pure black and the background stay pure, and what came in as 8-bit codes
//! goes out unchanged: there, a value within 0.005 of a code takes that code.

use serde::Deserialize;

use super::transfer::{srgb_encode, unit, whole};
use super::{
    LEAST_ALPHA, LOOKS, Op, OpDef, OpError, ParamDef, Scene, Stage, Study, apply, gamut, profile, settings,
};
use crate::image::{Format, Matrix3, Primaries, Sample, from_working};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::plan::Origin;
use crate::{params, vectorised};

const SHADER: &str = concat!(
    include_str!("../../shaders/lib/frame.wgsl"),
    include_str!("../../shaders/lib/srgb.wgsl"),
    include_str!("../../shaders/quantise.wgsl")
);

params! {
    /// Matrix to the output's primaries, and how to round.
    pub struct QuantiseParams {
        /// Weights of output red.
        red: [f32; 4],
        /// Weights of output green.
        green: [f32; 4],
        /// Weights of output blue.
        blue: [f32; 4],
        /// Linear output light behind the picture; the fourth number is unused.
        behind: [f32; 4],
        /// 1: colour is divided by alpha.
        straight: u32,
        /// 8-bit colour is dithered: 1 but for values that are codes, 2 but for white and black; 0 not.
        dither: u32,
        /// 1: there is something behind the picture, and it becomes opaque.
        backed: u32,
        /// 1: colour is codes already.
        coded: u32,
    }
}

const INPUTS: &[Input] = &[Input { name: "light", format: PortFormat::Rgba, reach: Reach::Rows(0) }];
const OUTPUTS: &[Output] = &[Output { name: "codes", format: PortFormat::Packed }];

/// To 8-bit RGBA.
pub static QUANTISE8: Kernel = Kernel {
    name: "quantise8",
    shader: SHADER,
    inputs: INPUTS,
    outputs: OUTPUTS,
    layout: QuantiseParams::LAYOUT,
    cpu: quantise8,
    tolerance: Tolerance {
        max: 1.0,
        why: "a value on a rounding or dither threshold may fall on either side",
    },
    cases: || cases(Format::RGBA8),
};

/// To 16-bit RGBA.
pub static QUANTISE16: Kernel = Kernel {
    name: "quantise16",
    shader: SHADER,
    inputs: INPUTS,
    outputs: OUTPUTS,
    layout: QuantiseParams::LAYOUT,
    cpu: quantise16,
    tolerance: Tolerance { max: 1.0, why: "square roots of a GPU may be off by an ulp or two" },
    cases: || cases(Format::RGBA16),
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "quantise",
    about: "codes of the output's colour space with deterministic dither; pure white stays pure",
    source: "IEC 61966-2-1, ISO 15076-1; dither by stratified additive recurrence (Kuipers, Niederreiter 1974); gamut \
             mapping in OKLab (Ottosson 2021)",
    stage: Stage::Output,
    params: &[
        ParamDef { name: "dither", default: "true", range: "true | false", about: "dither 8-bit colour" },
        ParamDef {
            name: "gamut",
            default: "\"map\"",
            range: "map | clip",
            about: "colours beyond an RGB space of curves and a matrix lose chroma, or their channels are cut off; \
                    other profiles decide themselves",
        },
    ],
    kernels: &[&gamut::MAP_GAMUT, &profile::THROUGH_PROFILE, &QUANTISE8, &QUANTISE16],
    make: settings::<Quantise>,
};

/// What becomes of colours that the output cannot show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Gamut {
    /// Their chroma is reduced.
    #[default]
    Map,
    /// Their channels are cut off.
    Clip,
}

/// The op's settings.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Quantise {
    dither: bool,
    gamut: Gamut,
}

impl Default for Quantise {
    fn default() -> Self {
        Self { dither: true, gamut: Gamut::Map }
    }
}

impl Op for Quantise {
    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let target = scene.target()?;
        let (sixteen, straight) = (target.sixteen_bits, target.transparent);
        let space = target.space.as_deref();
        let linear = space.map_or(Some(from_working(Primaries::SRGB)), |s| s.linear);
        if let Some(to_output) = linear
            && self.gamut == Gamut::Map
            && !looked(scene.study)
            && gamut::share(scene.study, to_output) > 0.0
        {
            gamut::record(scene, to_output)?;
        }
        let dither = match self.dither && !sixteen {
            true if is_codes(scene) => CODES,
            true => FINE,
            false => 0,
        };
        let params = match (space, linear) {
            (Some(space), to_output) if !space.srgb_curve || to_output.is_none() => {
                let ink = space.channels == 4;
                profile::record(scene, &space.stages, straight && !ink, ink)?;
                QuantiseParams { coded: 1, ..block(IDENTITY, false, dither) }
            }
            (_, to_output) => {
                let to_output = to_output.unwrap_or(IDENTITY);
                let mut params = block(to_output, straight, dither);
                if let Some(colour) = scene.behind {
                    let [r, g, b] = apply(to_output, colour);
                    (params.behind, params.backed, params.straight) = ([r, g, b, 0.0], 1, 0);
                }
                params
            }
        };
        let (kernel, format) =
            if sixteen { (&QUANTISE16, Format::RGBA16) } else { (&QUANTISE8, Format::RGBA8) };
        let codes = scene.plan.plane("codes", scene.plan.decl(scene.colour).size, format);
        scene.plan.record("quantise", kernel, &params, &[scene.colour], &[codes])?;
        scene.plan.output(codes);
        Ok(())
    }
}

/// Whether a look has the last word: its codes are what its maker saw, and none of them is compressed.
fn looked(study: &Study) -> bool {
    LOOKS.iter().any(|op| study.numbers.contains_key(op.name))
}

/// Whether the photograph came in as 8-bit codes.
fn is_codes(scene: &Scene<'_>) -> bool {
    let photograph = scene.plan.planes().iter().find(|p| matches!(p.origin, Origin::Input(0)));
    photograph.is_some_and(|p| matches!(p.format, Format::Packed { sample: Sample::U8, .. }))
}

const IDENTITY: Matrix3 = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn block(m: Matrix3, straight: bool, dither: u32) -> QuantiseParams {
    let [red, green, blue] = m.map(|r| [r[0], r[1], r[2], 0.0]);
    let straight = u32::from(straight);
    QuantiseParams { red, green, blue, behind: [0.0; 4], straight, dither, backed: 0, coded: 0 }
}

/// A value this near a code, in codes, may be that code.
const SETTLED: f32 = 0.005;

/// Dither of pictures that came in as 8-bit codes, and of others.
const CODES: u32 = 1;
const FINE: u32 = 2;

/// Code values (0..1) of one pixel: colour, then alpha.
#[inline(always)]
fn code_value(p: &QuantiseParams, r: f32, g: f32, b: f32, a: f32) -> [f32; 4] {
    let (scale, unseen, alpha) = weights(p, a);
    let mix =
        |m: [f32; 4], behind: f32| encoded(p, (m[0] * r + m[1] * g + m[2] * b) * scale + unseen * behind);
    [mix(p.red, p.behind[0]), mix(p.green, p.behind[1]), mix(p.blue, p.behind[2]), alpha]
}

/// Whether nothing of the picture is seen, only what lies behind it.
#[inline(always)]
fn is_pure(p: &QuantiseParams, a: f32) -> bool {
    if p.coded == 1 { a > profile::PURE - 0.5 } else { p.backed == 1 && a < LEAST_ALPHA }
}

/// Light, or a code that it is already, as a code value.
#[inline(always)]
fn encoded(p: &QuantiseParams, v: f32) -> f32 {
    if p.coded == 1 { unit(v) } else { srgb_encode(v) }
}

/// What colour is multiplied by, how much of what lies behind shows, and the alpha that is written.
#[inline(always)]
fn weights(p: &QuantiseParams, a: f32) -> (f32, f32, f32) {
    if p.coded == 1 {
        return (1.0, 0.0, unit(a));
    }
    let gone = a < LEAST_ALPHA;
    let divisor = if p.straight == 1 { a.max(LEAST_ALPHA) } else { 1.0 };
    let scale = if (p.straight == 1 || p.backed == 1) && gone { 0.0 } else { 1.0 / divisor };
    let unseen = if gone { 1.0 } else { 1.0 - a };
    let kept = if gone { 0.0 } else { unit(a) };
    (scale, unseen, if p.backed == 1 { 1.0 } else { kept })
}

/// Which eighth of 0..1 a pixel's threshold lies in, by its place among eight: the lowest beside the highest, the
/// others so that a slow ramp keeps its mean.
const EIGHTHS: u32 = 0x4213_6570;

/// A number in 0..1 from the position, of which sixteen pixels of a row have one in each sixteenth, and its eighth.
#[inline(always)]
fn threshold(x: u32, y: u32, channel: u32) -> (f32, u32) {
    let row = y.wrapping_mul(1_779_033_703).wrapping_add(channel.wrapping_mul(3_242_174_889));
    let turned = x + 2 * (row >> 29);
    let eighth = (EIGHTHS >> (4 * (turned & 7))) & 7;
    let sixteenth = 2 * eighth + (((turned >> 3) + (turned >> 2)) & 1);
    let within = x.wrapping_mul(2_654_435_769).wrapping_add(row) >> 8;
    let n = (sixteenth << 20) + (((1 << 22) + (within >> 1)) >> 4);
    ((n as i32) as f32 * (1.0 / 16_777_216.0), eighth)
}

/// The lower of two codes becomes the upper where it nearly always is the lower, and the other way round beside it:
/// no run of one code is longer than seven, and no mean of sixteen is changed.
#[inline(always)]
fn nudge(eighth: u32) -> f32 {
    match eighth {
        0 => 1.0,
        7 => -1.0,
        _ => 0.0,
    }
}

/// Whether a value, in codes, is the code that it lies nearest to: what came in as codes, what lies behind the
/// picture (`pure`), white and black.
#[inline(always)]
fn is_settled(p: &QuantiseParams, v: f32, nearest: f32, pure: bool) -> bool {
    let kept = p.dither == CODES || nearest == 0.0 || nearest == 255.0;
    p.dither == 0 || pure || (kept && (v - nearest).abs() < SETTLED)
}

#[inline(always)]
fn code8(p: &QuantiseParams, value: f32, [x, y, channel]: [u32; 3], pure: bool) -> u32 {
    let v = value * 255.0;
    let nearest = (v + 0.5).floor();
    let (threshold, eighth) = threshold(x, y, channel);
    let dithered = (v + threshold).floor();
    let nudged = if (1.0..=254.0).contains(&v) { dithered + nudge(eighth) } else { dithered };
    whole(if is_settled(p, v, nearest, pure) { nearest } else { nudged })
}

/// Pixels that are tried as one: a chunk of one colour that needs no dither is one code.
const CHUNK: usize = 32;

/// The 8-bit pixel that this colour is wherever it stands, if it is one.
#[inline(always)]
fn settled8(p: &QuantiseParams, [r, g, b, a]: [f32; 4]) -> Option<u32> {
    let v = code_value(p, r, g, b, a);
    let near = |v: f32| is_settled(p, v * 255.0, (v * 255.0 + 0.5).floor(), is_pure(p, a));
    let code = |v: f32| whole((v * 255.0 + 0.5).floor());
    let word = code(v[0]) | (code(v[1]) << 8) | (code(v[2]) << 16) | (code(v[3]) << 24);
    (near(v[0]) && near(v[1]) && near(v[2])).then_some(word)
}

/// Whether all values are the first.
#[inline(always)]
fn even(values: &[f32]) -> bool {
    values.iter().fold(0, |sum, v| sum | (v.to_bits() ^ values[0].to_bits())) == 0
}

vectorised! {
    fn quantise8(job: &mut Job<'_>) {
        let p: QuantiseParams = job.params();
        // Even chunks are mostly all of one colour, the background's: its code is kept.
        let mut kept: ([u32; 4], Option<u32>) = ([0; 4], settled8(&p, [0.0; 4]));
        for y in job.rows.clone() {
            let runs = job.inputs[0].rgba(i64::from(y));
            let words: &mut [u32] = bytemuck::cast_slice_mut(job.outputs[0].row_bytes(y));
            for (i, words) in words.chunks_mut(CHUNK).enumerate() {
                let start = i * CHUNK;
                let [r, g, b, a] = runs.map(|run| &run[start..start + words.len()]);
                if even(a) && even(r) && even(g) && even(b) {
                    let colour = [r[0], g[0], b[0], a[0]];
                    if kept.0 != colour.map(f32::to_bits) {
                        kept = (colour.map(f32::to_bits), settled8(&p, colour));
                    }
                    if let Some(word) = kept.1 {
                        words.fill(word);
                        continue;
                    }
                }
                pixels8(&p, [r, g, b, a], start as u32, y, words);
            }
        }
    }
}

/// A chunk of different pixels. Whole chunks run over arrays of known length, which become SIMD vectors.
#[inline(always)]
fn pixels8(p: &QuantiseParams, [r, g, b, a]: [&[f32]; 4], start: u32, y: u32, words: &mut [u32]) {
    let chunks = (r.first_chunk(), g.first_chunk(), b.first_chunk(), a.first_chunk());
    if let ((Some(r), Some(g), Some(b), Some(a)), Some(words)) = (chunks, words.first_chunk_mut::<CHUNK>()) {
        return chunk8(p, [r, g, b, a], start, y, words);
    }
    for (i, word) in words.iter_mut().enumerate() {
        let x = start + i as u32;
        let v = code_value(p, r[i], g[i], b[i], a[i]);
        let alpha = whole((v[3] * 255.0 + 0.5).floor());
        let code = |c: u32| code8(p, v[c as usize], [x, y, c], is_pure(p, a[i]));
        *word = code(0) | (code(1) << 8) | (code(2) << 16) | (alpha << 24);
    }
}

#[inline(always)]
fn chunk8(
    p: &QuantiseParams,
    [r, g, b, a]: [&[f32; CHUNK]; 4],
    start: u32,
    y: u32,
    words: &mut [u32; CHUNK],
) {
    let (mut scale, mut unseen) = ([1.0_f32; CHUNK], [0.0_f32; CHUNK]);
    for (i, word) in words.iter_mut().enumerate() {
        let alpha;
        (scale[i], unseen[i], alpha) = weights(p, a[i]);
        *word = whole((alpha * 255.0 + 0.5).floor()) << 24;
    }
    for (channel, m) in [p.red, p.green, p.blue].into_iter().enumerate() {
        let behind = p.behind[channel];
        let channel = channel as u32;
        for (i, word) in words.iter_mut().enumerate() {
            let light = (m[0] * r[i] + m[1] * g[i] + m[2] * b[i]) * scale[i] + unseen[i] * behind;
            let at = [start + i as u32, y, channel];
            *word |= code8(p, encoded(p, light), at, is_pure(p, a[i])) << (8 * channel);
        }
    }
}

vectorised! {
    fn quantise16(job: &mut Job<'_>) {
        let p: QuantiseParams = job.params();
        for y in job.rows.clone() {
            let [r, g, b, a] = job.inputs[0].rgba(i64::from(y));
            let words: &mut [[u32; 2]] = bytemuck::cast_slice_mut(job.outputs[0].row_bytes(y));
            for ((((word, r), g), b), a) in words.iter_mut().zip(r).zip(g).zip(b).zip(a) {
                let v = code_value(&p, *r, *g, *b, *a).map(|v| whole((v * 65_535.0 + 0.5).floor()));
                *word = [v[0] | (v[1] << 16), v[2] | (v[3] << 16)];
            }
        }
    }
}

fn cases(format: Format) -> Vec<Case> {
    let eight = matches!(format, Format::Packed { sample: Sample::U8, .. });
    let mut cases = Vec::new();
    for (mode, dither) in [("plain", FINE), ("straight", CODES), ("backed", FINE), ("coded", CODES)] {
        let dither = if eight { dither } else { 0 };
        let mut params = block(from_working(Primaries::SRGB), mode == "straight", dither);
        params.coded = u32::from(mode == "coded");
        if mode == "backed" {
            (params.behind, params.backed) = ([1.0, 0.5, 0.25, 0.0], 1);
        }
        cases.extend(super::testing::colours(|name, colour| Case {
            name: format!("{name} {mode}"),
            params: bytemuck::bytes_of(&params).to_vec(),
            outputs: vec![(colour.size(), format)],
            inputs: vec![colour],
        }));
    }
    cases
}

#[cfg(test)]
mod tests;
