//! Seconds of the matte at full resolution: the analysis, and the solve of the unknown band.
//!
//! `cargo bench --bench matting` photographs simulated shoots of 12, 24 and 48 megapixels, draws the trimap that their
//! truth has (unknown within 0.4 % of the long side of any soft pixel), and solves it on every processor. With
//! `PACKSHOT_BENCH_JOBS=1` on one.
#![allow(clippy::expect_used, reason = "a bench ends where its set-up fails")]

use packshot::demo::{Backdrop, Kind, Scene, shoot};
use packshot::engine::{Backend, Engine, EngineOptions};
use packshot::image::{Image, Plane, Shots, Size};
use packshot::ops::Layer;
use packshot::recipe::{Recipe, Wanted};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs of which the least is printed.
const RUNS: usize = 3;

fn main() {
    let jobs = std::env::var("PACKSHOT_BENCH_JOBS").ok().and_then(|v| v.parse().ok());
    if let Some(jobs) = jobs {
        rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global().expect("a pool of threads");
    }
    let engine =
        Engine::new(&EngineOptions { backend: Backend::Cpu, parallel: true, ..EngineOptions::default() })
            .expect("the processor");
    let recipe = Recipe::builtin("trimap").expect("a built-in recipe");
    println!("| product | MP | unknown % | analysis s | alpha s | alpha and colour s | MiB of the plan |");
    println!("|---|---|---|---|---|---|---|");
    for (kind, height) in
        [(Kind::Tee, 4000), (Kind::Knit, 4000), (Kind::Tee, 5657), (Kind::Knit, 5657), (Kind::Tee, 8000)]
    {
        let size = Size::new(height * 3 / 4, height);
        let shot = shoot(&Scene::of(3, 0, kind, Backdrop::OffWhite), size, true);
        let photo = Image::from_srgb8(size, 3, shot.photo.bytes()).expect("a photograph");
        let codes = trimap(&shot.truth.expect("the truth").alpha);
        let trimap = Image::from_srgb8(size, 1, &codes).expect("a trimap");
        let shots = Shots { trimap: Some(&trimap), ..Shots::from(&photo) };
        let least = |wanted: &[Wanted]| {
            let runs = (0..RUNS).map(|_| engine.render_shots(&shots, &recipe, wanted).expect("a matte"));
            runs.min_by(|a, b| a.timings.render_ms.total_cmp(&b.timings.render_ms)).expect("a run")
        };
        let alpha = [Wanted::layer("alpha", Layer::Alpha)];
        let all = [Wanted::cut_out("cut-out", packshot::ops::place::Placing::Source)];
        let (alpha, all) = (least(&alpha), least(&all));
        let unknown = codes.iter().filter(|c| **c == 128).count() as f64 / codes.len() as f64;
        println!(
            "| {} | {:.0} | {:.1} | {:.2} | {:.2} | {:.2} | {:.0} |",
            kind.name(),
            size.pixels() as f64 / 1e6,
            100.0 * unknown,
            alpha.timings.analyse_ms / 1e3,
            alpha.timings.render_ms / 1e3,
            all.timings.render_ms / 1e3,
            alpha.plan.peak_bytes as f64 / f64::from(1 << 20),
        );
    }
}

/// Unknown within a square around every soft pixel, else what the truth is.
fn trimap(alpha: &Plane) -> Vec<u8> {
    let (width, height) = (alpha.size().width as usize, alpha.size().height as usize);
    let reach = (alpha.size().long_side() as usize * 4).div_ceil(1000);
    let soft: Vec<bool> = alpha.floats().iter().map(|a| *a > 0.004 && *a < 0.996).collect();
    let spread = |from: &[bool], count: usize, stride: usize, lines: usize, step: usize| {
        let mut to = vec![false; from.len()];
        for line in 0..lines {
            let mut last = usize::MAX;
            for i in 0..count + reach {
                if i < count && from[line * step + i * stride] {
                    last = i;
                }
                // A pixel is reached by one up to `reach` before it or after it.
                if i >= reach && last != usize::MAX && last + 2 * reach >= i {
                    to[line * step + (i - reach) * stride] = true;
                }
            }
        }
        to
    };
    let across = spread(&soft, width, 1, height, width);
    let both = spread(&across, height, width, width, 1);
    let codes = both.iter().zip(alpha.floats());
    codes.map(|(unknown, a)| if *unknown { 128 } else { 255 * u8::from(*a > 0.5) }).collect()
}
