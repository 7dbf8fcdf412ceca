//! The light of the empty backdrop that a matte fits, before the product and behind it: against the clean plates of
//! studio shots from the folder that `PACKSHOT_DATA` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::io::Write as _;
use std::path::Path;

use packshot::codec::{self, DecodeOptions};
use packshot::image::{Image, Plane, Pool};
use packshot::ops::backdrop_matte::analyse;
use packshot::ops::{luminance, proxy};

/// Shots without a plate, on white, grey and green paper, with shadows of every kind.
const SHOTS: [&str; 9] = [
    "dog_offwhite",
    "hoodie_blue_offwhite",
    "hoodie_white_offwhite",
    "knit_red_offwhite",
    "polo_green",
    "hoodie_grey_grey",
    "lace_cream_grey",
    "plimsolls_offwhite",
    "rabbit_green",
];
/// Light that is added before the logarithm, as the analysis does.
const DARK: f32 = 2e-3;
/// Pixels on either side of one that a clean plate's is the mean of.
const REACH: u32 = 4;

fn small(path: &Path) -> Plane {
    let bytes = codec::read_file(path).unwrap();
    let image: Image = codec::decode(&bytes, &DecodeOptions::default(), &Pool::default()).unwrap();
    proxy::at_most(&image, proxy::LONG_SIDE).1
}

/// Root mean square and mean of what is off, in per cent.
fn off(errors: &[f64]) -> [f64; 2] {
    let n = errors.len().max(1) as f64;
    [100.0 * (errors.iter().map(|e| e * e).sum::<f64>() / n).sqrt(), 100.0 * errors.iter().sum::<f64>() / n]
}

/// Log light of a plate as the analysis weighs it, each the mean of the pixels around, which have noise and grain.
fn clean(plate: &Plane) -> Vec<f32> {
    let size = plate.size();
    let log = |x: u32, y: u32| {
        let [r, g, b, _] = plate.rgba_at(x, y).map(|v| (v + DARK).ln());
        luminance([r, g, b])
    };
    let near = |at: u32, limit: u32| at.saturating_sub(REACH)..(at + REACH + 1).min(limit);
    let all = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
    all.map(|(x, y)| {
        let around = near(y, size.height).flat_map(|v| near(x, size.width).map(move |u| log(u, v)));
        let (sum, count) = around.fold((0.0, 0.0), |(sum, count), l| (sum + l, count + 1.0));
        sum / count
    })
    .collect()
}

#[test]
fn the_fitted_light_is_the_plates() {
    let Ok(root) = std::env::var("PACKSHOT_DATA") else {
        let _ = writeln!(std::io::stderr(), "PACKSHOT_DATA is not set: the fitted backdrop is not checked");
        return;
    };
    let root = Path::new(&root).join("studio");
    let mut means = [0.0; 2];
    for name in SHOTS {
        let read = |folder: &str, ending: &str| small(&root.join(folder).join(format!("{name}.{ending}")));
        let (photo, plate, alpha) = (read("image", "png"), read("plate", "jpg"), read("alpha", "png"));
        let clear = analyse(&photo).clear.unwrap().plane(photo.size());
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        for ((fitted, plate), alpha) in clear.floats().iter().zip(clean(&plate)).zip(greens(&alpha)) {
            let error = f64::from((fitted - plate).exp() - 1.0);
            match alpha {
                a if a < 1e-4 => before.push(error),
                a if a > 0.999 => behind.push(error),
                _ => {}
            }
        }
        let errors = [off(&before), off(&behind)];
        println!(
            "{name}: RMS and mean per cent off, before the product {:.2?}, behind it {:.2?}",
            errors[0], errors[1]
        );
        means.iter_mut().zip(errors).for_each(|(m, [rms, _])| *m += rms / SHOTS.len() as f64);
    }
    println!("mean: {means:.2?} % off, before and behind");
    assert!(means[0] < 0.6 && means[1] < 0.75, "{means:.2?} % off");
}

/// The green run.
fn greens(plane: &Plane) -> impl Iterator<Item = f32> {
    let size = plane.size();
    (0..size.height).flat_map(move |y| (0..size.width).map(move |x| plane.rgba_at(x, y)[1]))
}
