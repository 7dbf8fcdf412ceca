//! Twins in lock-step on a device: both are given the same planes and must agree within the kernel's own
//! tolerance.
#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use common::device::{cpu, lend};
use common::parity::{check_all, check_kernel, compare};
use common::samples::{self, GAIN};
use packshot::image::{Plane, Size};
use packshot::kernel::{Kernel, Tolerance};

fn agree(kernels: &[&'static Kernel]) {
    let Some(gpu) = lend() else { return };
    match check_all(kernels, &cpu(), &*gpu) {
        Ok(all) => {
            for a in all {
                println!(
                    "{:<16} {:>4} cases, largest difference {:.3e} of {:.1e}",
                    a.kernel, a.cases, a.max, a.tolerance
                );
            }
        }
        Err(text) => panic!("{text}"),
    }
}

#[test]
fn sample_kernels_agree() {
    agree(&samples::ALL);
}

#[test]
fn a_wrong_twin_is_reported() {
    let Some(gpu) = lend() else { return };
    let from = "v * gain_params.factor[c] + gain_params.lift";
    let wrong = "v * gain_params.factor[c] + gain_params.lift * 1.0001";
    assert!(GAIN.shader.contains(from));
    let shader: &'static str = GAIN.shader.replace(from, wrong).leak();
    let twin: &'static Kernel = Box::leak(Box::new(Kernel { shader, ..GAIN }));
    let text = check_kernel(twin, &cpu(), &*gpu).expect_err("the harness must notice a wrong twin");
    assert!(text.contains("kernel `sample_gain`, case `some gain`"), "{text}");
    assert!(text.contains("first at x 0, y 0, channel 0: cpu 0.125 (0x3e000000), gpu 0.125012"), "{text}");
    let tolerance = Tolerance { max: 1e-3, why: "wide enough for the wrong one" };
    let twin: &'static Kernel = Box::leak(Box::new(Kernel { shader, tolerance, ..GAIN }));
    assert!(check_kernel(twin, &cpu(), &*gpu).is_ok_and(|a| a.max > 1e-6));
}

#[test]
fn the_measure_is_absolute_to_one_and_relative_above() {
    let plane = |v: f32| Plane::gray(Size::new(2, 2), |x, y| if (x, y) == (1, 1) { v } else { 0.0 });
    assert_eq!(compare(&plane(0.5), &plane(0.5), 0.0), Ok(0.0));
    assert!(compare(&plane(1000.0), &plane(1000.5), 1e-3).is_ok());
    assert!(compare(&plane(0.5), &plane(0.502), 1e-3).is_err_and(|e| e.contains("first at x 1, y 1")));
    assert!(compare(&plane(f32::NAN), &plane(0.0), 1.0).is_err());
    assert!(compare(&plane(f32::NAN), &plane(f32::NAN), 0.0).is_ok());
}

#[test]
fn every_registered_kernel_agrees() {
    agree(&packshot::ops::kernels());
}
