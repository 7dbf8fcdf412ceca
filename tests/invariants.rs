//! The architecture's invariants, as a scan of the tree: what each room must not know.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Code of a file: comments and test modules left out.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Files under `folder` whose code holds one of `words`.
fn offenders(folder: &str, words: &[&str]) -> Vec<String> {
    let hit = |path: &PathBuf| {
        let code = code(path);
        words.iter().find(|w| code.contains(**w)).map(|w| format!("{} holds `{w}`", path.display()))
    };
    files(folder, "rs").iter().filter_map(hit).collect()
}

fn clean(folder: &str, words: &[&str]) {
    let found = offenders(folder, words);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_scan_sees_what_it_looks_for() {
    assert!(!offenders("src/exec/cpu", &["rayon"]).is_empty(), "the scan must be able to fail");
}

#[test]
fn ops_know_no_device_no_file_and_no_thread() {
    clean(
        "src/ops",
        &["wgpu", "std::fs", "std::path", "rayon", "std::thread", "crate::exec", "crate::codec"],
    );
}

#[test]
fn executors_know_no_op() {
    clean("src/exec", &["crate::ops", "crate::recipe", "crate::codec", "crate::catalog"]);
}

#[test]
fn only_the_gpu_executor_names_wgpu() {
    let elsewhere = offenders("src", &["wgpu"]);
    let elsewhere: Vec<&String> = elsewhere.iter().filter(|f| !f.contains("exec/gpu")).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    let public = files("src/exec/gpu", "rs").into_iter().flat_map(|path| {
        let lines: Vec<String> = code(&path).lines().map(str::to_owned).collect();
        lines.into_iter().filter(|l| l.trim_start().starts_with("pub ") && l.contains("wgpu::"))
    });
    let public: Vec<String> = public.collect();
    assert!(public.is_empty(), "a wgpu type is public: {public:#?}");
}

#[test]
fn only_codec_catalog_and_cli_touch_files() {
    for room in ["image", "colour", "ops", "exec", "recipe", "demo", "model"] {
        clean(&format!("src/{room}"), &["std::fs", "File::open", "File::create"]);
    }
    for file in ["kernel.rs", "plan.rs", "engine.rs"] {
        assert!(!code(&root().join("src").join(file)).contains("std::fs"), "{file} touches files");
    }
}

#[test]
fn only_the_command_line_prints() {
    let rooms = ["image", "colour", "codec", "ops", "exec", "recipe", "catalog", "demo", "model"];
    for room in rooms {
        clean(&format!("src/{room}"), &["println!", "eprintln!", "print!(", "dbg!"]);
    }
}

#[test]
fn dependencies_point_one_way() {
    clean(
        "src/image",
        &["crate::kernel", "crate::plan", "crate::ops", "crate::exec", "crate::codec", "crate::colour"],
    );
    clean("src/colour", &["crate::plan", "crate::ops", "crate::exec", "crate::codec", "crate::recipe"]);
    clean("src/codec", &["crate::plan", "crate::ops", "crate::exec", "crate::recipe", "crate::catalog"]);
    clean("src/recipe", &["crate::exec", "crate::engine", "crate::catalog", "crate::cli"]);
    clean("src/catalog", &["crate::cli", "clap"]);
    clean(
        "src/model",
        &["crate::codec", "crate::ops", "crate::plan", "crate::exec", "crate::recipe", "crate::engine"],
    );
    clean("src/ops", &["crate::model", "rten"]);
    clean("src/demo", &["crate::ops", "crate::plan", "crate::exec", "crate::catalog"]);
}

#[test]
fn every_op_is_documented_and_has_its_shader() {
    for op in packshot::ops::OPS {
        assert!(!op.about.is_empty() && !op.source.is_empty(), "{} lacks docs", op.name);
        let file = root().join(format!("src/ops/{}.rs", op.name));
        let folder = root().join(format!("src/ops/{}/mod.rs", op.name));
        assert!(file.exists() || folder.exists(), "{} has no file of its name", op.name);
        for kernel in op.kernels {
            assert!(!(kernel.cases)().is_empty(), "{} has no parity cases", kernel.name);
            assert!(!kernel.tolerance.why.is_empty(), "{} does not say why its tolerance", kernel.name);
        }
        for param in op.params {
            assert!(!param.range.is_empty() && !param.about.is_empty(), "{}.{}", op.name, param.name);
        }
    }
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    for path in files("src", "rs").into_iter().chain(files("shaders", "wgsl")).chain(files("tests", "rs")) {
        let lines = fs::read_to_string(&path).unwrap_or_default().lines().count();
        if lines > 400 {
            long.push(format!("{} has {lines} lines", path.display()));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}
