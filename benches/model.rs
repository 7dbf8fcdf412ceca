//! Milliseconds of a matting model: opening it (with its self-test) and one answer, by threads.
//!
//! `PACKSHOT_MODEL_DIR=FOLDER cargo bench --features onnx --bench model`: every known `.onnx` file of the
//! folder, on a proxy of 640×640. `PACKSHOT_BENCH_JOBS` is the most threads (default: one a processor).
#![allow(clippy::expect_used, reason = "a bench ends where its set-up fails")]

use std::path::PathBuf;
use std::time::Instant;

use packshot::codec;
use packshot::image::{Plane, Size};
use packshot::model::Model;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Answers of which the least and the median are printed.
const RUNS: usize = 9;

fn main() {
    let Some(folder) = std::env::var_os("PACKSHOT_MODEL_DIR").map(PathBuf::from) else {
        println!("PACKSHOT_MODEL_DIR is not set: it is a folder of .onnx files");
        return;
    };
    let most = std::env::var("PACKSHOT_BENCH_JOBS").ok().and_then(|v| v.parse().ok());
    let most = most.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let entries = std::fs::read_dir(&folder).expect("a folder of models");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "onnx"));
    paths.sort();
    let photo = Plane::rgba(Size::new(640, 640), |x, y| {
        let v = (x + y) as f32 / 1280.0;
        [v, 0.5 * v, 1.0 - v, 1.0]
    });
    println!("| model | threads | open ms | answer ms: least | median |\n|---|---|---|---|---|");
    for path in &paths {
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        for threads in [1, most] {
            let bytes = codec::read_file(path).expect("a model");
            let start = Instant::now();
            let model = match Model::open(bytes, &name, None, threads) {
                Ok(model) => model,
                Err(why) => {
                    println!("| {name} | | | {why} | |");
                    break;
                }
            };
            let open = milliseconds(start);
            let mut times: Vec<f64> = (0..RUNS)
                .map(|_| {
                    let start = Instant::now();
                    model.probability(&photo).expect("an answer");
                    milliseconds(start)
                })
                .collect();
            times.sort_by(f64::total_cmp);
            println!("| {name} | {threads} | {open:.0} | {:.0} | {:.0} |", times[0], times[RUNS / 2]);
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
