//! Files as users have them, and files that must be refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::chart::reference::{Chart, Edition, published};
use crate::image::xyz_from_lab;

fn classic() -> &'static Reference {
    published(Chart::Classic24, Edition::After2014).unwrap()
}

/// The classic's patches as CGATS, named by `name`, in the order of `order`.
fn cgats(
    fields: &str,
    name: impl Fn(usize) -> String,
    order: &[usize],
    cells: impl Fn([f64; 3]) -> String,
) -> String {
    let mut text =
        format!("CTI3\n\nDESCRIPTOR \"mine\" # a chart\nNUMBER_OF_FIELDS 4\nBEGIN_DATA_FORMAT\n{fields}\n");
    text += "END_DATA_FORMAT\nNUMBER_OF_SETS 24\nBEGIN_DATA\r\n";
    for i in order {
        text += &format!("\"{}\"\t{}\r\n", name(*i), cells(classic().patches[*i].lab));
    }
    text + "END_DATA\n"
}

fn same(found: &Reference) {
    assert_eq!((found.columns, found.patches.len()), (6, 24));
    for (a, b) in found.patches.iter().zip(&classic().patches) {
        assert!(a.lab.iter().zip(b.lab).all(|(a, b)| (a - b).abs() < 1e-3), "{a:?} for {b:?}");
    }
}

#[test]
fn reads_lab_xyz_and_chromaticities() {
    let forward: Vec<usize> = (0..24).collect();
    let lab = |v: [f64; 3]| format!("{} {} {}", v[0], v[1], v[2]);
    same(
        &read("mine", &cgats("SAMPLE_ID LAB_L LAB_A LAB_B", |i| format!("{}", i + 1), &forward, lab))
            .unwrap(),
    );
    let percent = |v: [f64; 3]| {
        let xyz = xyz_from_lab(v, D50).map(|v| format!("{:.6}", 100.0 * v));
        xyz.join(" ")
    };
    same(
        &read("mine", &cgats("SAMPLE_ID XYZ_X XYZ_Y XYZ_Z", |i| format!("p {i}"), &forward, percent))
            .unwrap(),
    );
    let mut csv = String::from("\u{feff}# mine\npatch,Y,x,y\n");
    for (i, patch) in classic().patches.iter().enumerate() {
        let xyz = xyz_from_lab(patch.lab, D50);
        let sum: f64 = xyz.iter().sum();
        csv += &format!("{i}, {:.8}, {:.8}, {:.8}\n", xyz[1], xyz[0] / sum, xyz[1] / sum);
    }
    same(&read("mine", &csv).unwrap());
}

#[test]
fn names_say_where_patches_lie() {
    let backward: Vec<usize> = (0..24).rev().collect();
    let lab = |v: [f64; 3]| format!("{} {} {}", v[0], v[1], v[2]);
    let by_row = |i: usize| format!("{}{}", ["A", "B", "C", "D"][i / 6], i % 6 + 1);
    let by_column = |i: usize| format!("{}0{}", ["A", "B", "C", "D", "E", "F"][i % 6], i / 6 + 1);
    same(&read("mine", &cgats("SAMPLE_LOC LAB_L LAB_A LAB_B", by_row, &backward, lab)).unwrap());
    same(&read("mine", &cgats("SAMPLE_LOC LAB_L LAB_A LAB_B", by_column, &backward, lab)).unwrap());
    let twice = |i: usize| by_row(if i == 3 { 4 } else { i });
    let text = cgats("SAMPLE_LOC LAB_L LAB_A LAB_B", twice, &backward, lab);
    assert_eq!(read("mine", &text).unwrap_err().code(), "E-CHART-LAYOUT");
}

#[test]
fn refuses_what_is_not_certain() {
    let rows = |n: usize, row: &str| format!("name,L,a,b\n{}", format!("{row}\n").repeat(n));
    let lab = "CTI3\nILLUMINATION_NAME \"D65\"\nBEGIN_DATA_FORMAT\nLAB_L LAB_A LAB_B\nEND_DATA_FORMAT\n\
               BEGIN_DATA\n1 1 1\nEND_DATA";
    for (text, code) in [
        (String::new(), "E-CHART-COLUMNS"),
        ("name,R,G,B\nx,1,2,3\n".into(), "E-CHART-COLUMNS"),
        (rows(23, "p,50,0,0"), "E-CHART-LAYOUT"),
        (rows(0, ""), "E-CHART-LAYOUT"),
        (rows(24, "p,50,0,none"), "E-CHART-VALUE"),
        (rows(24, "p,50,0,inf"), "E-CHART-VALUE"),
        (rows(24, "p,500,0,0"), "E-CHART-VALUE"),
        (rows(24, "p,50,0"), "E-CHART-READ"),
        (format!("name,x,y,Y\n{}", "p,0,0,0\n".repeat(24)), "E-CHART-VALUE"),
        (lab.into(), "E-CHART-LIGHT"),
        (lab.replace("D65", "D50").replace("1 1 1", "1 1"), "E-CHART-READ"),
        ("BEGIN_DATA_FORMAT\nBEGIN_DATA\nEND_DATA".into(), "E-CHART-READ"),
    ] {
        let error = read("mine", &text).unwrap_err();
        assert_eq!(error.code(), code, "{text:.60}: {error}");
        assert!(!error.help().is_empty());
    }
}
