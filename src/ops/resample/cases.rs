//! Inputs of the parity tests.

use super::{ColumnParams, RowParams, curve_plane};
use crate::image::{Format, Sample, Size, Taps};
use crate::kernel::Case;
use crate::ops::testing;

fn row_params(source: Size, channels: u32, straight_alpha: bool, taps: &Taps, scale: f32) -> RowParams {
    RowParams {
        start: 0.0,
        scale,
        taps: taps.count() as u32,
        height: source.height,
        left: 0,
        top_code: 255,
        straight_alpha: u32::from(straight_alpha),
        channels,
        first_row: 0,
        end_row: u32::MAX,
        pad0: 0,
        pad1: 0,
    }
}

pub(super) fn ingest_cases() -> Vec<Case> {
    let curve = curve_plane(&crate::image::Encoding::srgb(256).tables);
    let mut cases = Vec::new();
    for (size, out) in [(Size::new(1, 1), 1), (Size::new(7, 5), 9), (Size::new(257, 129), 31)] {
        for (sample, channels) in
            [(Sample::U8, 1), (Sample::U8, 3), (Sample::U8, 4), (Sample::U16, 3), (Sample::F32, 4)]
        {
            let curves = match sample {
                Sample::U16 => curve_plane(&crate::image::Encoding::srgb(65536).tables),
                _ => curve.clone(),
            };
            let taps = Taps::lanczos3(size.height, 0.0, f64::from(size.height), out);
            let scale = size.height as f32 / out as f32;
            let mut params = row_params(size, u32::from(channels), channels == 4, &taps, scale);
            params.top_code = curves.size().width - 1;
            params.first_row = out / 4;
            params.end_row = out - out / 5;
            cases.push(Case {
                name: format!("{sample:?}x{channels} {size} to {out} rows"),
                params: bytemuck::bytes_of(&params).to_vec(),
                inputs: vec![testing::packed(size, sample, channels), curves, taps.table(0)],
                outputs: vec![(Size::new(size.width, out), Format::Rgba)],
            });
        }
    }
    cases
}

pub(super) fn resize_row_cases() -> Vec<Case> {
    testing::colours(|name, colour| {
        let size = colour.size();
        let out = (size.height * 2).div_ceil(3);
        let taps = Taps::lanczos3(size.height, 0.0, f64::from(size.height), out);
        let params = row_params(size, 4, false, &taps, size.height as f32 / out as f32);
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, taps.table(0)],
            outputs: vec![(Size::new(size.width, out), Format::Rgba)],
        }
    })
}

pub(super) fn column_cases() -> Vec<Case> {
    testing::colours(|name, colour| {
        let size = colour.size();
        let out = (size.width * 3).div_ceil(7);
        let taps = Taps::lanczos3(size.width, 0.0, f64::from(size.width), out);
        let params = ColumnParams {
            taps: taps.count() as u32,
            opaque: u32::from(size.width % 2 == 0),
            first_row: size.height / 5,
            end_row: size.height - size.height / 6,
            first_column: out / 7,
            end_column: out - out / 5,
            pad0: 0,
            pad1: 0,
        };
        Case {
            name,
            params: bytemuck::bytes_of(&params).to_vec(),
            inputs: vec![colour, taps.table(0)],
            outputs: vec![(Size::new(out, size.height), Format::Rgba)],
        }
    })
}
