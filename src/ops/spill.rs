//! The light of a green or blue screen taken off the product's edge.
//!
//! A screen lights the rim of what stands before it, so that the rim has more of the screen's channel than the
//! product has deep inside. What is too much is subtracted, in the screen's own colour: light that was added is
//! taken away, and the product's own green stays. Paper and walls of little colour are left alone.

use serde::{Deserialize, Serialize};

use super::backdrop_matte::photo::Photo;
use super::backdrop_matte::screen_channel;
use super::field::{Adder, Cells, Field, Mask, distance, ln, median, push_pull, sample, wide};
use super::grid::{Around, Columns};
use super::known::Known;
use super::transfer::unit;
use super::{Op, OpDef, OpError, ParamDef, Scene, Stage, Study, luminance, settings, within};
use crate::image::{Format, Plane, Size};
use crate::kernel::{Case, Input, Kernel, Output, Params, PortFormat, Reach, Tolerance};
use crate::{params, vectorised};

params! {
    /// The screen, and where the grid lies.
    pub struct SpillParams {
        /// From pixels to the grid.
        map: [f32; 4],
        /// The screen's light over its own excess; the fourth number is unused.
        screen: [f32; 4],
        /// The screen's channel: 1 green, 2 blue.
        channel: u32,
        /// Share of the spill that is taken off.
        strength: f32,
        /// Unused.
        pad0: f32,
        /// Unused.
        pad1: f32,
    }
}

/// The picture without the screen's light.
pub static SUPPRESS_SPILL: Kernel = Kernel {
    name: "suppress_spill",
    shader: concat!(
        include_str!("../../shaders/lib/frame.wgsl"),
        include_str!("../../shaders/lib/grid.wgsl"),
        include_str!("../../shaders/spill.wgsl")
    ),
    inputs: &[
        Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) },
        Input { name: "own", format: PortFormat::Gray, reach: Reach::Whole },
        Input { name: "near", format: PortFormat::Gray, reach: Reach::Whole },
    ],
    outputs: &[Output { name: "clean", format: PortFormat::Rgba }],
    layout: SpillParams::LAYOUT,
    cpu: suppress_spill,
    tolerance: Tolerance { max: 5e-5, why: "an ulp of the grid position times the steepest grid step" },
    cases,
};

/// Registry entry.
pub static OP: OpDef = OpDef {
    name: "spill",
    about: "takes the light of a green or blue screen off the product's edge",
    source: "colour difference (Vlahos) over what the product has of its own, subtracted in the screen's colour",
    stage: Stage::Item,
    params: &[ParamDef {
        name: "strength",
        default: "1.0",
        range: "0 … 1",
        about: "share of the spill that is taken off; 0 leaves it",
    }],
    kernels: &[&SUPPRESS_SPILL],
    make: settings::<Spill>,
};

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Spill {
    strength: Strength,
}

impl Default for Spill {
    fn default() -> Self {
        Self { strength: Strength(1.0) }
    }
}

/// A share in 0 … 1.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
struct Strength(f32);

impl TryFrom<f64> for Strength {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        within("strength", v, [0.0, 1.0]).map(|v| Self(v as f32))
    }
}

#[derive(Serialize)]
struct Numbers {
    channel: &'static str,
    /// Linear working light of the screen.
    screen: [f32; 3],
}

/// Least own excess that counts: what a print or a fold of strongly coloured cloth lacks of the screen's channel varies
/// too much to be expected of its rim.
const LACK: f32 = -0.3;
/// Share of the product's width within which all spill is taken off, and from twice which none is.
const REACH: f32 = 0.025;

impl Op for Spill {
    fn analyse(&self, study: &mut Study) -> Result<(), OpError> {
        study.screen = if self.strength.0 > 0.0 { screen(study) } else { None };
        if let Some((channel, screen)) = study.screen {
            study.note(OP.name, Numbers { channel: if channel == 1 { "green" } else { "blue" }, screen });
        }
        Ok(())
    }

    fn record(&self, scene: &mut Scene<'_>) -> Result<(), OpError> {
        let study = scene.study;
        let (Some((channel, screen)), Some(known)) = (study.screen, Known::of(study)) else { return Ok(()) };
        let [own, near] = grids(&Photo::read(&study.proxy), &known, channel);
        let excess = excess(screen, channel).max(1e-3);
        let [r, g, b] = screen.map(|v| v / excess);
        let params = SpillParams {
            map: scene.frame.map_to(&study.proxy_frame),
            screen: [r, g, b, 0.0],
            channel: channel as u32,
            strength: self.strength.0,
            pad0: 0.0,
            pad1: 0.0,
        };
        let [own, near] = [("own excess", own), ("rim", near)].map(|(n, p)| scene.plan.constant(n, p));
        let clean = scene.plan.plane("without spill", scene.plan.decl(scene.colour).size, Format::Rgba);
        scene.plan.record(OP.name, &SUPPRESS_SPILL, &params, &[scene.colour, own, near], &[clean])?;
        scene.colour = clean;
        Ok(())
    }
}

/// The screen's channel and its light, where the backdrop is a screen.
fn screen(study: &Study) -> Option<(usize, [f32; 3])> {
    let seen: Vec<[f32; 4]> = match &study.matte {
        Some(matte) => {
            places(study).map(|(x, y)| matte.backdrop.rgba_at(x, y)).filter(|p| p[3] == 1.0).collect()
        }
        None => {
            let known = Known::of(study)?;
            let certain = sample(&known.backdrop).into_iter();
            certain.map(|(x, y)| study.proxy.rgba_at(x as u32, y as u32)).collect()
        }
    };
    let middle = |c: usize| median(&mut seen.iter().map(|p| p[c]).collect::<Vec<f32>>());
    let light = [middle(0)?, middle(1)?, middle(2)?];
    screen_channel(light.map(|v| ln(v.max(0.0) + 2e-3))).map(|channel| (channel, light))
}

/// An even part of the proxy's pixels.
fn places(study: &Study) -> impl Iterator<Item = (u32, u32)> + use<> {
    let Size { width, height } = study.proxy_size();
    (4..height).step_by(9).flat_map(move |y| (4..width).step_by(9).map(move |x| (x, y)))
}

/// By how much a colour's channel exceeds the greater of the other two.
#[inline(always)]
fn excess(light: [f32; 3], channel: usize) -> f32 {
    let [r, g, b] = light;
    if channel == 1 { g - r.max(b) } else { b - r.max(g) }
}

/// The product's own excess over its luminance, from deep inside, and how near its rim is: 1 at it.
fn grids(photo: &Photo, known: &Known, channel: usize) -> [Plane; 2] {
    let size = photo.size();
    let columns = (0..size.width as usize).filter(|x| known.product.rows().any(|row| row[*x])).count();
    let reach = (REACH * columns as f32).clamp(2.0, 80.0);
    let depth = distance(&known.backdrop, (2.0 * reach).ceil() as u16 + 1);
    let [sum, weight] = add_up(photo, &known.product, &depth, 2.0 * reach, channel).planes;
    let own = push_pull(Cells { planes: [sum], shift: 3, full: size }, &weight, 30.0).enlarge();
    let [own] = own;
    let near = Plane::gray(size, |x, y| {
        let t = unit(2.0 - depth.at(x as usize, y as usize) / reach);
        t * t * (3.0 - 2.0 * t)
    });
    [Plane::gray(size, |x, y| own.at(x as usize, y as usize)), near]
}

wide! {
    /// Sums over cells of deep product: its excess over its luminance, and the pixels that speak for it.
    fn add_up(photo: &Photo, product: &Mask, depth: &Field, deep: f32, channel: usize) -> Cells<2> {
        let mut adder = Adder::<2>::new(photo.size(), 3);
        for y in 0..photo.size().height as usize {
            let [sum, weight] = adder.row();
            let [r, g, b] = photo.light.each_ref().map(|p| p.row(y));
            let (inside, depth) = (product.row(y), depth.row(y));
            for i in 0..sum.len() {
                let colour = [r[i], g[i], b[i]];
                weight[i] = f32::from(u8::from(inside[i] && depth[i] > deep));
                let own = excess(colour, channel) / (luminance(colour) + 0.01);
                sum[i] = weight[i] * own.clamp(LACK, 1.0);
            }
            adder.add();
        }
        adder.finish()
    }
}

vectorised! {
    fn suppress_spill(job: &mut Job<'_>) {
        let p: SpillParams = job.params();
        let [picture, own, near] = [0, 1, 2].map(|i| job.inputs[i]);
        let columns = Columns::new(job.outputs[0].size.width, own.size.width, p.map);
        for y in job.rows.clone() {
            let (own, near) = (Around::new(&own, y, p.map), Around::new(&near, y, p.map));
            let [r, g, b, a] = picture.rgba(i64::from(y));
            let [to_r, to_g, to_b, to_a] = job.outputs[0].rgba(y);
            to_a.copy_from_slice(a);
            for x in 0..a.len() {
                let colour = [r[x], g[x], b[x]];
                let clean = if a[x] > 0.0 {
                    let cell = columns.cell(x);
                    let too_much = excess(colour, p.channel as usize) - own.at(0, cell) * luminance(colour);
                    let spill = p.strength * near.at(0, cell) * too_much.max(0.0);
                    [0, 1, 2].map(|c| (colour[c] - spill * p.screen[c]).max(colour[c].min(0.0)))
                } else {
                    colour
                };
                (to_r[x], to_g[x], to_b[x]) = (clean[0], clean[1], clean[2]);
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let grid = |seed: u32, scale: f32| {
        Plane::gray(Size::new(13, 11), |x, y| scale * super::testing::noise(x, y, seed) - 0.2)
    };
    let mut all = Vec::new();
    for channel in [1, 2] {
        all.extend(super::testing::colours(|name, colour| {
            let size = colour.size();
            let params = SpillParams {
                map: [13.0 / size.width as f32, 0.2, 11.0 / size.height as f32, -0.7],
                screen: [0.3, 1.4, 0.4, 0.0],
                channel,
                strength: 0.9,
                pad0: 0.0,
                pad1: 0.0,
            };
            Case {
                name: format!("{name} {channel}"),
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![colour, grid(5, 0.4), grid(6, 1.4)],
                outputs: vec![(size, Format::Rgba)],
            }
        }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Executor as _;
    use crate::plan::Plan;

    const GREEN: [f32; 3] = [0.10, 0.42, 0.12];

    /// A column of a product whose rim, on the left, has caught a share of the screen's light.
    fn lit(share: f32, own: [f32; 3]) -> [f32; 3] {
        [0, 1, 2].map(|c| own[c] + share * GREEN[c])
    }

    fn run(picture: Plane, own: f32) -> Plane {
        let excess = excess(GREEN, 1);
        let [r, g, b] = GREEN.map(|v| v / excess);
        let params = SpillParams {
            map: [1.0, 0.0, 1.0, 0.0],
            screen: [r, g, b, 0.0],
            channel: 1,
            strength: 1.0,
            pad0: 0.0,
            pad1: 0.0,
        };
        let mut plan = Plan::new();
        let size = picture.size();
        let inputs = [picture, Plane::gray(size, |_, _| own), Plane::gray(size, |_, _| 1.0)];
        let inputs = inputs.map(|p| plan.constant("given", p));
        let out = plan.plane("out", size, Format::Rgba);
        let recorded = plan.record("test", &SUPPRESS_SPILL, &params, &inputs, &[out]);
        assert!(recorded.is_ok());
        plan.output(out);
        let done = crate::exec::cpu::Cpu::new(std::sync::Arc::default(), false).run(&plan, &[]);
        let Ok(mut planes) = done else { unreachable!() };
        planes.remove(0)
    }

    #[test]
    fn light_that_a_screen_added_to_a_neutral_product_is_taken_away_and_nothing_else() {
        let size = Size::new(9, 2);
        let own = [0.3, 0.3, 0.3];
        let alpha = |y: u32| 1.0 - 0.6 * y as f32;
        let picture = Plane::rgba(size, |x, y| {
            let [r, g, b] = lit(0.04 * x as f32, own).map(|v| v * alpha(y));
            [r, g, b, alpha(y)]
        });
        let clean = run(picture, 0.0);
        for y in 0..2 {
            for x in 0..9 {
                let got = clean.rgba_at(x, y);
                for c in 0..3 {
                    assert!((got[c] - own[c] * alpha(y)).abs() < 1e-5, "{x}, {y}: {got:?}");
                }
            }
        }
    }

    #[test]
    fn a_green_product_keeps_the_green_that_it_has_deep_inside() {
        let own = [0.1, 0.2, 0.08];
        let ratio = excess(own, 1) / luminance(own);
        let picture = Plane::rgba(Size::new(4, 1), |_, _| [own[0], own[1], own[2], 1.0]);
        let clean = run(picture.clone(), ratio + 1e-6);
        assert_eq!(clean, picture);
    }
}
