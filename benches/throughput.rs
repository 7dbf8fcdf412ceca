//! End to end beside the codec floor, in one run: items a minute for three web pictures an item, and the same
//! decode and the same encodes alone, on as many threads.
//!
//! `cargo bench --bench throughput`; `PACKSHOT_BENCH_ITEMS` items a round (default 12), `PACKSHOT_BENCH_JOBS`
//! threads (default: one a processor).
#![allow(clippy::expect_used, reason = "a bench ends where its set-up fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use packshot::catalog::{
    Layout, Order, Pattern, ReportWriter, Run, RunOptions, Task, discover, output_names, wanted,
};
use packshot::codec::{self, DecodeOptions, Output, OutputProfile, Overwrite, PngEffort, Subsampling};
use packshot::demo::{Scene, shoot};
use packshot::engine::{Backend, Engine, EngineOptions, Picture};
use packshot::image::{Format, Plane, Size};
use packshot::recipe::Recipe;
use packshot::recipe::channel::channel;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Floor and whole in turn, so that a machine that drifts drifts for both.
const ROUNDS: usize = 3;

fn main() {
    let number =
        |name: &str, default: usize| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let jobs = number("PACKSHOT_BENCH_JOBS", std::thread::available_parallelism().map_or(1, usize::from));
    let items = number("PACKSHOT_BENCH_ITEMS", 12);
    println!("{jobs} threads, {items} items a round, {ROUNDS} rounds; seconds of wall and of processor");
    println!(
        "| MP | floor s | floor cpu s | whole s | whole cpu s | wall ratio | cpu ratio | items/min | peak MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (small, large) = (Size::new(4000, 3000), Size::new(6000, 4000));
    for (megapixels, size, grain) in [(12, small, CAMERA), (24, large, 0.0), (24, large, CAMERA)] {
        let shots = shots(megapixels, size, grain, items);
        measure(megapixels, grain, &shots, jobs);
    }
}

/// Grain in 8-bit codes that makes a 24-megapixel JPEG of quality 92 about 4 MB, as a camera's is; the simulator's
/// own is that of the base sensitivity, about 1.5 MB.
const CAMERA: f32 = 2.6;

/// A repeatable number of mean 0 and deviation 1.
fn normal(i: u32) -> f32 {
    let uniform = |seed: u32| packshot::ops::testing::noise(i, seed, 77);
    ((0..4).map(uniform).sum::<f32>() - 2.0) * 3.0_f32.sqrt()
}

/// Simulated photographs, kept between runs.
fn shots(megapixels: u32, size: Size, grain: f32, count: usize) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("throughput-{megapixels}-{grain}-{count}"));
    fs::create_dir_all(&folder).expect("a writable target folder");
    for index in 0..count as u32 {
        let scene = Scene::pick(24, index);
        let path = folder.join(format!("{}.jpg", scene.file_stem()));
        if !path.exists() {
            let photo = shoot(&scene, size, false).photo;
            let mut rgba = Plane::zeros(size, Format::RGBA8);
            for (i, (to, from)) in
                rgba.bytes_mut().chunks_exact_mut(4).zip(photo.bytes().chunks_exact(3)).enumerate()
            {
                let speck = grain * normal(i as u32);
                (0..3).for_each(|c| to[c] = (f32::from(from[c]) + speck).round().clamp(0.0, 255.0) as u8);
                to[3] = 255;
            }
            let jpeg = Output::Jpeg { quality: 92, subsampling: Subsampling::S420 };
            let bytes = codec::encode(&rgba, &jpeg, OutputProfile::Srgb).expect("a JPEG");
            codec::write_atomic(&path, &bytes, Overwrite::Yes).expect("a writable target folder");
        }
    }
    folder
}

fn measure(megapixels: u32, grain: f32, shots: &Path, jobs: usize) {
    let engine = Engine::new(&EngineOptions { backend: Backend::Cpu, ..EngineOptions::default() })
        .expect("a processor");
    let files: Vec<Vec<u8>> = list(shots).iter().map(|p| fs::read(p).expect("a shot")).collect();
    let pictures = pictures(&engine, &files[0]);
    whole(&engine, shots, jobs);
    let mut rounds: Vec<[f64; 4]> = Vec::new();
    for _ in 0..ROUNDS {
        let (floor, floor_cpu) = timed(|| floor(&engine, &files, &pictures, jobs));
        let (all, all_cpu) = timed(|| whole(&engine, shots, jobs));
        rounds.push([floor, floor_cpu, all, all_cpu]);
    }
    let median = |f: &dyn Fn(&[f64; 4]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(f).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "| {megapixels} | {grain} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {} |",
        median(&|r| r[0]),
        median(&|r| r[1]),
        median(&|r| r[2]),
        median(&|r| r[3]),
        median(&|r| r[2] / r[0]),
        median(&|r| r[3] / r[1]),
        files.len() as f64 * 60.0 / median(&|r| r[2]),
        peak_mib(),
    );
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the shots' folder");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    paths
}

/// The three finished pictures that the floor encodes again and again.
fn pictures(engine: &Engine, file: &[u8]) -> Vec<(Picture, Output)> {
    let bench = channel("bench-web").expect("a built-in channel");
    let recipe = Recipe::builtin("packshot").expect("a built-in recipe");
    let wants: Vec<_> = bench.outputs.iter().map(|o| wanted(bench, o)).collect();
    let image = codec::decode(file, &DecodeOptions::default(), engine.pool()).expect("a shot");
    let outputs = [
        Output::Jpeg { quality: 90, subsampling: Subsampling::S420 },
        Output::Png { bits: 8, alpha: true, effort: PngEffort::Fast },
        Output::Webp { quality: Some(82), alpha: false },
    ];
    let rendering = engine.render(&image, &recipe, &wants).expect("a rendering");
    rendering.pictures.into_iter().zip(outputs).collect()
}

/// The codec floor: full-size decode and the same encodes, nothing between.
fn floor(engine: &Engine, files: &[Vec<u8>], pictures: &[(Picture, Output)], jobs: usize) {
    let next = AtomicUsize::new(0);
    let worker = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let image = codec::decode(file, &DecodeOptions::default(), engine.pool()).expect("a shot");
            engine.pool().give(image.pixels);
            for (picture, output) in pictures {
                let bytes = codec::encode(&picture.pixels, output, OutputProfile::Srgb).expect("a picture");
                std::hint::black_box(bytes);
            }
        }
    };
    std::thread::scope(|scope| (0..jobs).for_each(|_| drop(scope.spawn(worker))));
}

/// The same files through everything, written to disk.
fn whole(engine: &Engine, shots: &Path, jobs: usize) {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("throughput-out");
    let recipe = Recipe::builtin("packshot").expect("a built-in recipe");
    let catalog = discover(&[shots.to_path_buf()], &Pattern::default(), None).expect("the shots' folder");
    let channels = [channel("bench-web").expect("a built-in channel")];
    let (names, _) = output_names(&catalog.items, &channels, Layout::ByChannel);
    let mut tasks: Vec<Task<'_>> = catalog.items.iter().map(|item| Task { item, orders: vec![] }).collect();
    for name in names {
        let output = &channels[0].outputs[name.output];
        tasks[name.item].orders.push(Order { channel: channels[0], output, path: name.path });
    }
    let options = RunOptions { out, jobs, memory: 8 << 30, overwrite: Overwrite::Yes, resume: false };
    let report = ReportWriter::new(Path::new("sink"), Box::new(std::io::sink()));
    let stop = AtomicBool::new(false);
    let references = packshot::catalog::References::default();
    let run = Run {
        references: &references,
        engine,
        recipe: &recipe,
        options: &options,
        finder: None,
        report: &report,
        progress: &|_| {},
        stop: &stop,
    };
    let outcome = run.all(&tasks);
    assert_eq!(outcome.failed, 0, "{outcome:?}");
}

/// Wall and processor seconds of a piece of work.
fn timed(work: impl FnOnce()) -> (f64, f64) {
    let (begun, before) = (Instant::now(), cpu_seconds());
    work();
    (begun.elapsed().as_secs_f64(), cpu_seconds() - before)
}

/// Processor seconds of this process, all threads; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Most memory that this process has held; 0 where the system does not tell.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|v| v.parse::<u64>().ok()).unwrap_or(0) / 1024
}
