//! The GPU executor: whole plans, strips, buffers that come back, and what happens when the device fails.
#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use common::cases::{Content, gray, packed};
use common::device::{Lent, cpu, lend, open};
use common::samples::{self, BOX, GAIN, HALVE, LOOK_UP, READ, RGB8, SOME_GAIN, Scale, WRITE, scale};
use packshot::exec::gpu::{Choice, Gpu, adapters};
use packshot::exec::{ExecError, Executor};
use packshot::image::{Format, Plane, Size};
use packshot::kernel::Kernel;
use packshot::plan::Plan;

/// A plan with every kind of reach: two inputs, a constant, file samples in and out, a chain of stencils,
/// a downscale, and an output that is read on.
fn plan(size: Size) -> Plan {
    let half = Size::new(size.width / 2, size.height / 2);
    let mut plan = Plan::new();
    let photo = plan.input("photo", size, RGB8);
    let mask = plan.input("mask", size, Format::Gray);
    let table = plan.constant("table", samples::table(16));
    let colour = plan.plane("colour", size, Format::Rgba);
    let lifted = plan.plane("lifted", size, Format::Rgba);
    let codes = plan.plane("codes", size, Format::RGBA8);
    let mut soft = mask;
    plan.record("test", &READ, &scale(1.0 / 255.0), &[photo], &[colour]).unwrap();
    plan.record("test", &GAIN, &SOME_GAIN, &[colour], &[lifted]).unwrap();
    for _ in 0..8 {
        let next = plan.plane("soft", size, Format::Gray);
        plan.record("test", &BOX, &scale(1.0 / 9.0), &[soft], &[next]).unwrap();
        soft = next;
    }
    let small = plan.plane("small", half, Format::Gray);
    let mapped = plan.plane("mapped", half, Format::Gray);
    plan.record("test", &HALVE, &scale(0.25), &[soft], &[small]).unwrap();
    plan.record("test", &LOOK_UP, &Scale { levels: 16, ..scale(1.0) }, &[small, table], &[mapped]).unwrap();
    plan.record("test", &WRITE, &scale(255.0), &[lifted], &[codes]).unwrap();
    [codes, mapped, soft, mask, codes].into_iter().for_each(|id| plan.output(id));
    plan
}

fn inputs(size: Size) -> [Plane; 2] {
    [packed(size, RGB8, Content::Noise(5)), gray(size, Content::Noise(6))]
}

fn run(on: &dyn Executor, plan: &Plan, inputs: &[Plane]) -> Result<Vec<Plane>, ExecError> {
    on.run(plan, &inputs.iter().collect::<Vec<_>>())
}

/// Buffers that carry one run of the plan in and out: two inputs, a table, the parameters; three results.
const TRANSFERS: u64 = 7;
/// Buffers that the plan takes when alone: its 16 planes share 9.
const WARM: u64 = TRANSFERS + 1 + 9;
const SIZE: Size = Size::new(101, 75);

#[test]
fn a_whole_plan_agrees_with_the_cpu() {
    let Some(gpu) = lend() else { return };
    let (plan, inputs) = (plan(SIZE), inputs(SIZE));
    let expected = run(&cpu(), &plan, &inputs).unwrap();
    let before = gpu.counters();
    let found = run(&*gpu, &plan, &inputs).unwrap();
    let after = gpu.counters();
    for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
        let tolerance = if i == 0 || i == 4 { 1.0 } else { 1e-5 };
        if i != 1 {
            common::parity::compare(expected, found, tolerance).unwrap_or_else(|e| panic!("result {i}: {e}"));
        }
    }
    assert_eq!(after.dispatches - before.dispatches, 13, "one a step");
    assert_eq!((after.passes - before.passes, after.submits - before.submits), (1, 1));
    let read_back = found[..3].iter().map(|p| 4 * p.words().len() as u64).sum::<u64>();
    assert_eq!(after.read_back_bytes - before.read_back_bytes, read_back, "results only, each once");
}

#[test]
fn strips_change_no_bit() {
    let Some(gpu) = lend() else { return };
    let (plan, inputs) = (plan(SIZE), inputs(SIZE));
    let expected = run(&*gpu, &plan, &inputs).unwrap();
    for limit in [2300, 5000, 20_000, 100_000] {
        let before = gpu.counters().dispatches;
        let found = run(&gpu.with_binding_limit(limit), &plan, &inputs).unwrap();
        let dispatches = gpu.counters().dispatches - before;
        println!("limit {limit}: {dispatches} dispatches");
        assert!(found == expected, "a limit of {limit} bytes changed the result");
        assert!(dispatches > 13, "a limit of {limit} bytes cuts something");
    }
}

#[test]
fn what_cannot_be_cut_is_an_error() {
    let Some(gpu) = lend() else { return };
    let mut plan = Plan::new();
    let source = plan.input("source", SIZE, Format::Gray);
    let table = plan.constant("squares", samples::table(4096));
    let result = plan.plane("result", SIZE, Format::Gray);
    plan.record("test", &LOOK_UP, &Scale { levels: 16, ..scale(1.0) }, &[source, table], &[result]).unwrap();
    plan.output(result);
    let given = [gray(SIZE, Content::Ramp)];
    let error = run(&gpu.with_binding_limit(8192), &plan, &given).unwrap_err().to_string();
    assert!(error.contains("reads the whole of `table` (squares) at once: 16384 bytes"), "{error}");

    let huge = Size::new(60_000, 60_000);
    let mut plan = Plan::new();
    let source = plan.input("source", SIZE, Format::Gray);
    let result = plan.plane("poster", huge, Format::Gray);
    plan.record("test", &HALVE, &scale(1.0), &[source], &[result]).unwrap();
    plan.output(result);
    let error = run(&*gpu, &plan, &given).unwrap_err().to_string();
    assert!(error.contains("`poster` (60000×60000, gray) takes 14400000000 bytes"), "{error}");
}

/// A device of its own, to count from nothing; the shared one is held so that nothing else runs.
fn fresh() -> Option<(Lent, Gpu)> {
    let lent = lend()?;
    Some((lent, open().expect("it opened before")))
}

#[test]
fn a_warm_plan_creates_no_buffer() {
    let Some((_lent, gpu)) = fresh() else { return };
    let size = Size::new(203, 151);
    let (plan, inputs) = (plan(size), inputs(size));
    let first = run(&gpu, &plan, &inputs).unwrap();
    let warm = gpu.counters();
    for _ in 0..40 {
        assert!(run(&gpu, &plan, &inputs).unwrap() == first);
    }
    let after = gpu.counters();
    println!("warm {warm:?}\nafter {after:?}");
    assert_eq!(warm.buffers_created, WARM);
    assert_eq!(after.buffers_created, warm.buffers_created);
    assert_eq!(after.buffer_bytes, warm.buffer_bytes);
    assert_eq!(after.driver_buffers, warm.driver_buffers, "nor did the library for itself");
    assert_eq!(after.pipelines_compiled, 6);
    assert_eq!(after.submits, 41);
}

#[test]
fn three_threads_share_the_plane_buffers() {
    let Some((_lent, gpu)) = fresh() else { return };
    let size = Size::new(333, 222);
    let (plan, inputs) = (plan(size), inputs(size));
    let expected = run(&gpu, &plan, &inputs).unwrap();
    let many = |runs: usize| {
        for _ in 0..runs {
            assert!(run(&gpu, &plan, &inputs).unwrap() == expected);
        }
    };
    let alone = gpu.counters();
    // All three hold their transfer buffers before the first may go on: the most that three can need.
    thread::scope(|s| {
        let gate = gpu.pause();
        let threads = [0; 3].map(|_| s.spawn(|| many(1)));
        while gpu.counters().uploaded_bytes < 4 * alone.uploaded_bytes {
            assert!(!threads.iter().any(|t| t.is_finished()), "a thread passed the gate");
            thread::sleep(Duration::from_millis(1));
        }
        drop(gate);
    });
    let warm = gpu.counters();
    thread::scope(|s| [0; 3].map(|_| s.spawn(|| many(12))).map(drop));
    let after = gpu.counters();
    println!("one thread {alone:?}\nthree, warm {warm:?}\nafter {after:?}");
    // Two more sets of transfer buffers, not one more plane.
    assert_eq!(warm.buffers_created - alone.buffers_created, 2 * TRANSFERS);
    assert_eq!(after.buffers_created, warm.buffers_created, "no buffer an image");
    assert_eq!(after.runs - warm.runs, 36);
}

#[test]
fn a_shader_that_does_not_compile_is_an_error() {
    let Some(gpu) = lend() else { return };
    let broken = |shader: &'static str| -> &'static Kernel { Box::leak(Box::new(Kernel { shader, ..GAIN })) };
    let wrong_type = GAIN.shader.replace("let p = pixel(id);", "let p: f32 = pixel(id);").leak();
    let wrong_binding = GAIN.shader.replace("<storage, read> source", "<storage, read_write> source").leak();
    let cases: [(&'static str, &str); 4] = [
        ("fn sample_gain( {", "expected"),
        (wrong_type, "vec2<u32>"),
        (wrong_binding, "sample_gain"),
        ("fn other() {}", "no entry point"),
    ];
    for (shader, says) in cases {
        let kernel = broken(shader);
        let case = (kernel.cases)().remove(0);
        let plan = common::parity::lone_step(kernel, &case).unwrap();
        match run(&*gpu, &plan, &case.inputs) {
            Err(ExecError::Gpu(text)) => {
                assert!(text.contains("sample_gain") && text.contains(says), "{text}")
            }
            other => panic!("{other:?}"),
        }
    }
    let plan = plan(SIZE);
    assert!(run(&*gpu, &plan, &inputs(SIZE)).is_ok(), "the device goes on");
}

#[test]
fn a_lost_device_is_reported_and_stays_lost() {
    let Some((_lent, gpu)) = fresh() else { return };
    let (plan, inputs) = (plan(SIZE), inputs(SIZE));
    assert!(run(&gpu, &plan, &inputs).is_ok());
    gpu.destroy();
    for _ in 0..3 {
        let result = run(&gpu, &plan, &inputs);
        match result {
            Err(ExecError::GpuLost(reason)) => assert!(reason.contains("Destroyed"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_device_lost_under_way_is_reported() {
    let Some((_lent, gpu)) = fresh() else { return };
    let (plan, inputs) = (plan(SIZE), inputs(SIZE));
    assert!(run(&gpu, &plan, &inputs).is_ok());
    thread::scope(|s| {
        let gate = gpu.pause();
        let threads = [0; 2].map(|_| s.spawn(|| run(&gpu, &plan, &inputs)));
        thread::sleep(Duration::from_millis(20));
        gpu.destroy();
        drop(gate);
        for thread in threads {
            let result = thread.join().expect("no panic");
            assert!(matches!(result, Err(ExecError::GpuLost(_))), "{result:?}");
        }
    });
}

#[test]
fn a_device_lost_at_any_moment_panics_nowhere() {
    let Some(_lent) = lend() else { return };
    let size = Size::new(640, 480);
    let (plan, inputs) = (plan(size), inputs(size));
    for delay in [0, 3, 10, 30] {
        let gpu = open().unwrap();
        assert!(run(&gpu, &plan, &inputs).is_ok());
        let until_lost = || {
            for _ in 0..10_000 {
                match run(&gpu, &plan, &inputs) {
                    Ok(_) => {}
                    Err(ExecError::GpuLost(_)) => return true,
                    Err(other) => panic!("{other}"),
                }
            }
            false
        };
        thread::scope(|s| {
            let threads = [0; 3].map(|_| s.spawn(until_lost));
            thread::sleep(Duration::from_millis(delay));
            gpu.destroy();
            for thread in threads {
                assert!(thread.join().expect("no panic"));
            }
        });
    }
}

#[test]
fn given_planes_pass_through_and_empty_ones_pass() {
    let Some(gpu) = lend() else { return };
    let mut plan = Plan::new();
    let id = plan.input("photo", SIZE, Format::Gray);
    plan.output(id);
    let given = [gray(SIZE, Content::Ramp)];
    let before = gpu.counters();
    assert_eq!(run(&*gpu, &plan, &given).unwrap(), given);
    assert_eq!(gpu.counters().submits, before.submits, "nothing to do");

    let none = Size::new(0, 0);
    let mut plan = Plan::new();
    let source = plan.input("source", none, Format::Gray);
    let result = plan.plane("result", none, Format::Gray);
    plan.record("test", &BOX, &scale(1.0), &[source], &[result]).unwrap();
    plan.output(result);
    assert_eq!(run(&*gpu, &plan, &[Plane::zeros(none, Format::Gray)]).unwrap()[0].size(), none);
}

/// 9 MP of colour are 144 MB, more than the 128 MiB that lavapipe and many cards bind at once.
#[test]
#[ignore = "takes a gigabyte of memory"]
fn a_plane_beyond_the_real_limit_goes_in_strips() {
    let Some(gpu) = lend() else { return };
    let size = Size::new(3000, 3000);
    let mut plan = Plan::new();
    let photo = plan.input("photo", size, RGB8);
    let colour = plan.plane("colour", size, Format::Rgba);
    let lifted = plan.plane("lifted", size, Format::Rgba);
    plan.record("test", &READ, &scale(1.0 / 255.0), &[photo], &[colour]).unwrap();
    plan.record("test", &GAIN, &SOME_GAIN, &[colour], &[lifted]).unwrap();
    plan.output(lifted);
    let given = [packed(size, RGB8, Content::Noise(9))];
    let expected = run(&cpu(), &plan, &given).unwrap();
    for _ in 0..3 {
        let (start, before) = (std::time::Instant::now(), gpu.counters());
        let found = run(&*gpu, &plan, &given).unwrap();
        println!("{:?}, {} dispatches", start.elapsed(), gpu.counters().dispatches - before.dispatches);
        common::parity::compare(&expected[0], &found[0], 1e-6).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn adapters_are_listed_and_named() {
    let all = adapters();
    println!("{all:?}");
    let error = Gpu::open(Choice::Named("no such adapter"), Arc::default()).unwrap_err().to_string();
    assert!(all.iter().all(|a| error.contains(&a.name)), "{error}");
    if let Ok(gpu) = Gpu::open(Choice::Auto, Arc::default()) {
        assert!(!gpu.name().contains("llvmpipe"), "auto took a software device");
    }
}
