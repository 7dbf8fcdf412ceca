//! The product's colour in the band: one step against a dense formula, a synthetic disc with known colours, and
//! studio shots with ground truth from the folder that `PACKSHOT_DATA` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use packshot::codec::{self, DecodeOptions};
use packshot::exec::Executor as _;
use packshot::exec::cpu::Cpu;
use packshot::image::{Format, Image, Plane, Pool, Size, srgb_decode, srgb_encode};
use packshot::ops::band::{Band, Light, Trimap, foreground};
use packshot::plan::Plan;

const SIDE: usize = 16;

/// A picture's numbers in the tiles of a band: a gray plane.
fn atlas(band: &Band, size: Size, of: impl Fn(usize, usize) -> f32) -> Plane {
    let index = band.index();
    let slots = index.floats().iter().filter(|s| **s >= 0.0).count();
    let mut plane = Plane::zeros(Size::new(256, slots as u32), Format::Gray);
    let columns = index.size().width as usize;
    for (place, slot) in index.floats().iter().enumerate().filter(|(_, s)| **s >= 0.0) {
        for i in 0..256 {
            let x = (place % columns * SIDE + i % SIDE).min(size.width as usize - 1);
            let y = (place / columns * SIDE + i / SIDE).min(size.height as usize - 1);
            plane.floats_mut()[*slot as usize * 256 + i] = of(x, y);
        }
    }
    plane
}

/// The painted tiles of a band whose alpha is given, or else solved; and the seconds of the run.
fn paint(band: &Band, alpha: Option<Plane>) -> (Plane, f64) {
    let mut plan = Plan::new();
    let alpha = match alpha {
        Some(alpha) => plan.constant("alpha", alpha),
        None => band.record(&mut plan, false).unwrap().alpha,
    };
    let [painted, _] = foreground::record(&mut plan, "test", band, alpha).unwrap();
    plan.output(painted);
    let start = Instant::now();
    let mut planes = Cpu::new(Arc::default(), false).run(&plan, &[]).unwrap();
    (planes.remove(0), start.elapsed().as_secs_f64())
}

/// Straight colour and alpha of a pixel of the photograph, where a tile has it.
fn look(painted: &Plane, index: &Plane, x: usize, y: usize) -> Option<[f32; 4]> {
    let slot = index.gray_at((x / SIDE) as u32, (y / SIDE) as u32);
    (slot >= 0.0).then(|| painted.rgba_at((y % SIDE * SIDE + x % SIDE) as u32, slot as u32))
}

/// A step of every pixel, dense and in double precision: the weighted means of what it and its neighbours say.
#[test]
fn a_step_is_what_a_dense_formula_says() {
    let kernel = packshot::ops::kernels().into_iter().find(|k| k.name == "band_unmix").unwrap();
    let case = (kernel.cases)().into_iter().find(|c| c.name == "all unknown").unwrap();
    let mut plan = Plan::new();
    let inputs: Vec<_> = case.inputs.iter().map(|p| plan.constant("given", p.clone())).collect();
    let outputs: Vec<_> =
        case.outputs.iter().map(|(size, format)| plan.plane("out", *size, *format)).collect();
    plan.record_bytes("test", kernel, &case.params, &inputs, &outputs).unwrap();
    outputs.iter().for_each(|o| plan.output(*o));
    let found = Cpu::new(Arc::default(), true).run(&plan, &[]).unwrap();

    // Three tiles by three, none missing; beyond them the edge repeats.
    let wide = 3 * SIDE;
    let at = |plane: &Plane, x: usize, y: usize| {
        let (u, v) = ((y % SIDE * SIDE + x % SIDE) as u32, (y / SIDE * 3 + x / SIDE) as u32);
        match plane.format() {
            Format::Gray => [plane.gray_at(u, v), 0.0, 0.0, 0.0].map(f64::from),
            _ => plane.rgba_at(u, v).map(f64::from),
        }
    };
    let params: Vec<f64> =
        case.params.chunks_exact(4).map(|b| f64::from(f32::from_ne_bytes(b.try_into().unwrap()))).collect();
    let level = |c: [f64; 4]| (c[0] + c[1] + c[2]) / 3.0;
    for y in 0..wide {
        for x in 0..wide {
            // Weight of alpha and one less alpha, and what they should sum to: two equations, three channels.
            let mut equations = [[0.0; 2]; 2];
            let mut sums = [[0.0; 3]; 2];
            for class in 0..2 {
                let own = at(&case.inputs[2 + class], x, y);
                equations[class][class] = own[3];
                (0..3).for_each(|c| sums[class][c] = own[c]);
                let around = [(x, y.saturating_sub(1)), (x, y + 1), (x.saturating_sub(1), y), (x + 1, y)];
                for (u, v) in around.map(|(u, v)| (u.min(wide - 1), v.min(wide - 1))) {
                    let (here, there) = (at(&case.inputs[class], x, y), at(&case.inputs[class], u, v));
                    let mean = 0.5 * (level(here) + level(there));
                    let tie = 1.0 / (params[1 + 2 * class] * mean * mean + params[2 + 2 * class]);
                    equations[class][class] += tie;
                    (0..3).for_each(|c| sums[class][c] += tie * there[c]);
                }
            }
            let both = at(&case.inputs[4], x, y)[0];
            let determinant = equations[0][0] * equations[1][1] - both * both;
            for (class, c) in (0..6).map(|i| (i / 3, i % 3)) {
                let other = 1 - class;
                let goal = (equations[other][other] * sums[class][c] - both * sums[other][c]) / determinant;
                let was = at(&case.inputs[class], x, y)[c];
                let want = (was + params[5] * (goal - was)).clamp(0.0, params[6]);
                let got = at(&found[class], x, y)[c];
                assert!((got - want).abs() < 1e-4, "{x}, {y}, {class}, {c}: {got} for {want}");
            }
        }
    }
}

/// A disc of two colours before a wall lit from one side, mixed in linear light.
struct Disc;

impl Disc {
    const SIZE: Size = Size::new(260, 230);

    fn alpha(x: usize, y: usize) -> f64 {
        let d = (x as f64 - 128.0).hypot(y as f64 - 115.0);
        ((80.0 - d) / 16.0 + 0.5).clamp(0.0, 1.0)
    }

    fn product(x: usize) -> [f64; 3] {
        if x < 128 { [0.45, 0.05, 0.08] } else { [0.05, 0.2, 0.5] }
    }

    fn image() -> Image {
        let mut codes = Vec::new();
        for y in 0..Self::SIZE.height as usize {
            for x in 0..Self::SIZE.width as usize {
                let (a, wall) = (Self::alpha(x, y), 0.5 + 0.3 * x as f64 / 260.0);
                codes.extend(Self::product(x).map(|f| {
                    let light = a * f + (1.0 - a) * wall;
                    (255.0 * srgb_encode(light) + 0.5) as u8
                }));
            }
        }
        Image::from_srgb8(Self::SIZE, 3, &codes).unwrap()
    }

    fn trimap() -> Trimap {
        let all =
            (0..Self::SIZE.height as usize).flat_map(|y| (0..Self::SIZE.width as usize).map(move |x| (x, y)));
        let codes = all.map(|(x, y)| {
            let d = (x as f64 - 128.0).hypot(y as f64 - 115.0);
            if d < 68.0 {
                255
            } else if d < 92.0 {
                128
            } else {
                0
            }
        });
        Trimap::new(Self::SIZE, codes.collect()).unwrap()
    }
}

#[test]
fn a_discs_soft_edge_has_the_discs_own_colour() {
    let (image, trimap) = (Disc::image(), Disc::trimap());
    for light in [Light::Linear, Light::Display] {
        let band = Band::gather(&image, &trimap, Some(light));
        let alpha = atlas(&band, Disc::SIZE, |x, y| Disc::alpha(x, y) as f32);
        let (painted, _) = paint(&band, Some(alpha));
        let (mut sum, mut weights, mut naive) = (0.0, 0.0, 0.0);
        for y in 0..Disc::SIZE.height as usize {
            for x in 0..Disc::SIZE.width as usize {
                let a = Disc::alpha(x, y);
                // The two halves meet in a line that no one can tell from the mixture.
                if !(0.02..0.98).contains(&a) || x.abs_diff(128) < 6 {
                    continue;
                }
                let got = look(&painted, &band.index(), x, y).unwrap();
                for (c, want) in Disc::product(x).into_iter().enumerate() {
                    let seen = f64::from(image.pixels.bytes()[(y * 260 + x) * 3 + c]) / 255.0;
                    sum += a * 255.0 * (srgb_encode(f64::from(got[c])) - srgb_encode(want)).abs();
                    naive += a * 255.0 * (seen - srgb_encode(want)).abs();
                    weights += a;
                }
                assert!((f64::from(got[3]) - a).abs() < 1e-6);
            }
        }
        println!("{light:?}: {:.2} codes off, {:.2} as seen", sum / weights, naive / weights);
        assert!(sum / weights < 1.5, "{light:?}: {:.2} codes off", sum / weights);
    }
}

#[test]
fn nothing_unknown_is_nothing_to_solve() {
    let trimap = Trimap::new(Disc::SIZE, vec![0; Disc::SIZE.pixels()]).unwrap();
    let band = Band::gather(&Disc::image(), &trimap, None);
    let (painted, _) = paint(&band, Some(Plane::zeros(Size::new(256, 1), Format::Gray)));
    assert!(painted.floats().iter().all(|v| *v == 0.0));
}

fn read(path: &Path) -> Image {
    codec::decode(&codec::read_file(path).unwrap(), &DecodeOptions::default(), &Pool::default()).unwrap()
}

/// A channel of a pixel as a share of white.
fn share(image: &Image, at: usize, c: usize) -> f64 {
    let channels = usize::from(image.samples().1);
    let i = at * channels + if channels > 1 { c } else { 0 };
    match image.pixels.format() {
        Format::Packed { sample: packshot::image::Sample::U8, .. } => {
            f64::from(image.pixels.bytes()[i]) / 255.0
        }
        _ => f64::from(image.pixels.shorts()[i]) / 65_535.0,
    }
}

/// A studio shot and its truth.
struct Shot {
    image: Image,
    alpha: Image,
    product: Image,
    band: Band,
}

impl Shot {
    fn read(path: &Path) -> Self {
        let beside = |folder: &str| {
            let name = path.with_extension("png");
            path.parent().unwrap().with_file_name(folder).join(name.file_name().unwrap())
        };
        let (image, trimap) = (read(path), read(&beside("trimap")));
        let code = |i: usize| (255.0 * share(&trimap, i, 0)).round() as u8;
        let known = Trimap::new(image.size(), (0..image.size().pixels()).map(code).collect()).unwrap();
        let band = Band::gather(&image, &known, Some(Light::Linear));
        Self { image, alpha: read(&beside("alpha")), product: read(&beside("foreground")), band }
    }

    /// Errors in codes at the soft edge: of the colour, weighted by alpha; and laid on white and black.
    fn errors(&self, painted: &Plane) -> [f64; 3] {
        let (width, index) = (self.image.size().width as usize, self.band.index());
        let (mut sums, mut weights, mut count) = ([0.0; 3], 0.0, 0.0);
        for at in 0..self.image.size().pixels() {
            let a = share(&self.alpha, at, 0);
            if !(0.02..0.98).contains(&a) {
                continue;
            }
            let found = look(painted, &index, at % width, at / width);
            for c in 0..3 {
                let truth = share(&self.product, at, c);
                let got = match &found {
                    Some(colour) => f64::from(colour[c]),
                    None => srgb_decode(share(&self.image, at, c)),
                };
                sums[0] += a * (srgb_encode(got) - truth).abs();
                for (k, ground) in [1.0, 0.0].into_iter().enumerate() {
                    let laid = |light: f64| srgb_encode((a * light + (1.0 - a) * ground).clamp(0.0, 1.0));
                    sums[1 + k] += (laid(got) - laid(srgb_decode(truth))).abs();
                }
                weights += a;
                count += 1.0;
            }
        }
        [255.0 * sums[0] / weights, 255.0 * sums[1] / count, 255.0 * sums[2] / count]
    }
}

/// Shots to measure on: fur and cloth, before white and before green, whose rim light nothing here removes.
const PLAIN: [&str; 5] =
    ["dog_offwhite", "hoodie_blue_offwhite", "hoodie_white_offwhite", "knit_red_offwhite", "polo_green"];
/// And more of the kind: like on like, sheer cloth, fur before green.
const MORE: [&str; 4] = ["hoodie_grey_grey", "lace_cream_grey", "plimsolls_offwhite", "rabbit_green"];

/// Mean errors of some shots, with the true alpha and with the solved one.
fn mean_errors(root: &Path, names: &[&str]) -> [[f64; 3]; 2] {
    let mut means = [[0.0; 3]; 2];
    for name in names {
        let shot = Shot::read(&root.join("studio/image").join(format!("{name}.png")));
        let width = shot.image.size().width as usize;
        let alpha = atlas(&shot.band, shot.image.size(), |x, y| share(&shot.alpha, y * width + x, 0) as f32);
        let (painted, seconds) = paint(&shot.band, Some(alpha));
        let given = shot.errors(&painted);
        let solved = shot.errors(&paint(&shot.band, None).0);
        let tiles = painted.size().height;
        println!(
            "{name}: true alpha {given:.2?}, solved alpha {solved:.2?}; {tiles} tiles, {seconds:.2} s on one thread"
        );
        for (mean, errors) in means.iter_mut().zip([given, solved]) {
            mean.iter_mut().zip(errors).for_each(|(m, e)| *m += e / names.len() as f64);
        }
    }
    means
}

#[test]
fn studio_edges_have_the_products_colour() {
    let Ok(root) = std::env::var("PACKSHOT_DATA") else {
        let _ = writeln!(std::io::stderr(), "PACKSHOT_DATA is not set: studio colours not checked");
        return;
    };
    let limits = [(PLAIN.as_slice(), [5.0, 0.9, 3.7]), (MORE.as_slice(), [2.8, 1.1, 2.5])];
    for (names, most) in limits {
        let [true_alpha, own_alpha] = mean_errors(Path::new(&root), names);
        println!("mean: true alpha {true_alpha:.2?}, solved alpha {own_alpha:.2?}");
        assert!(true_alpha.iter().zip(most).all(|(e, most)| *e < most), "{true_alpha:.2?} of {most:?}");
    }
}
