//! Every kernel's WGSL against its Rust description. Runs without a device.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use common::samples::{self, BOX, GAIN};
use common::shaders::{check_all, check_kernel};
use packshot::kernel::{FieldType, Input, Kernel, Layout, LayoutField, PortFormat, Reach};

#[test]
fn sample_kernels_keep_the_contract() {
    check_all(&samples::ALL).unwrap_or_else(|e| panic!("{e}"));
}

/// A copy of a kernel to break.
fn copy(kernel: &'static Kernel) -> Kernel {
    Kernel { ..*kernel }
}

fn complaint(kernel: &Kernel) -> String {
    check_kernel(kernel).expect_err("the harness must notice")
}

#[test]
fn a_swapped_field_is_noticed() {
    const FIELDS: &[LayoutField] = &[
        LayoutField { name: "levels", offset: 0, ty: FieldType::U32 },
        LayoutField { name: "scale", offset: 4, ty: FieldType::F32 },
        LayoutField { name: "pad0", offset: 8, ty: FieldType::U32 },
        LayoutField { name: "pad1", offset: 12, ty: FieldType::U32 },
    ];
    let layout = Layout { name: "Scale", size: 16, fields: FIELDS };
    let text = complaint(&Kernel { layout, ..copy(&BOX) });
    assert!(text.contains("levels: u32 at 0"), "{text}");
    let layout = Layout { size: 32, ..BOX.layout };
    assert!(complaint(&Kernel { layout, ..copy(&BOX) }).contains("32 bytes in Rust and 16 in WGSL"));
    let layout = Layout { name: "Absent", ..BOX.layout };
    assert!(complaint(&Kernel { layout, ..copy(&BOX) }).contains("no struct `Absent`"));
}

#[test]
fn wrong_shaders_are_noticed() {
    let text = complaint(&Kernel { shader: "fn broken( {", ..copy(&GAIN) });
    assert!(text.contains("error"), "{text}");
    let text = complaint(&Kernel { name: "absent", ..copy(&GAIN) });
    assert!(text.contains("no entry point"), "{text}");
    let shader = GAIN.shader.replace("@workgroup_size(8, 8)", "@workgroup_size(5, 5)").leak();
    assert!(complaint(&Kernel { shader, ..copy(&GAIN) }).contains("multiple of 64"));
}

#[test]
fn wrong_bindings_are_noticed() {
    let inputs: &[Input] = &[Input { name: "source", format: PortFormat::Packed, reach: Reach::Rows(0) }];
    assert!(complaint(&Kernel { inputs, ..copy(&GAIN) }).contains("elements must be u32"));
    let inputs: &[Input] = &[Input { name: "picture", format: PortFormat::Rgba, reach: Reach::Rows(0) }];
    assert!(complaint(&Kernel { inputs, ..copy(&GAIN) }).contains("calls this plane `picture`"));
    let shader = GAIN.shader.replace("<storage, read> source", "<storage, read_write> source").leak();
    assert!(complaint(&Kernel { shader, ..copy(&GAIN) }).contains("storage, read"));
    assert!(complaint(&Kernel { outputs: &[], ..copy(&GAIN) }).contains("no such plane"));
}

#[test]
fn every_registered_kernel_keeps_the_contract() {
    check_all(&packshot::ops::kernels()).unwrap_or_else(|e| panic!("{e}"));
}
