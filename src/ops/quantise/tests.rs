use super::*;

fn dithered(how: u32) -> QuantiseParams {
    block(IDENTITY, false, how)
}

#[test]
fn dither_keeps_the_mean_and_leaves_codes_alone() {
    let p = dithered(FINE);
    for fraction in [0.1_f32, 0.25, 0.5, 0.9] {
        let value = (100.0 + fraction) / 255.0;
        let sum: u32 = (0..4096).map(|i| code8(&p, value, [i % 64, i / 64, 0], false)).sum();
        assert!((sum as f32 / 4096.0 - 100.0 - fraction).abs() < 1.0 / 64.0);
    }
    let p = dithered(CODES);
    for code in 0..=255_u32 {
        let light = crate::image::srgb_decode(f64::from(code) / 255.0) as f32;
        assert!((0..64).all(|i| code8(&p, srgb_encode(light), [i, 3 * i, 1], false) == code));
    }
}

#[test]
fn slow_ramps_keep_their_means_and_have_no_flat_runs() {
    let p = dithered(FINE);
    for (slope, rows) in [(1.0 / 65.0_f32, 8), (1.0 / 100.0, 8), (1.0 / 256.0, 8), (1.0 / 2000.0, 8)] {
        for (y, channel) in (0..rows).flat_map(|y| (0..3).map(move |c| (y, c))) {
            let value = |x: u32| 90.0 + x as f32 * slope;
            let codes: Vec<u32> =
                (0..6400).map(|x| code8(&p, value(x) / 255.0, [x, y, channel], false)).collect();
            for (i, sixteen) in codes.chunks_exact(16).enumerate() {
                let exact: f32 = (16 * i as u32..16 * i as u32 + 16).map(value).sum();
                let mean = (sixteen.iter().sum::<u32>() as f32 - exact) / 16.0;
                assert!(mean.abs() <= 0.1, "{slope}, row {y}, block {i}: off by {mean}");
            }
            let longest = codes.chunk_by(|a, b| a == b).map(<[u32]>::len).max();
            assert!(longest <= Some(8), "{slope}, row {y}: a run of {longest:?}");
        }
    }
}

#[test]
fn white_black_and_what_lies_behind_are_pure() {
    let p = QuantiseParams { backed: 1, ..dithered(FINE) };
    for (value, pure) in [(0.0, false), (1.0, false), (245.0 / 255.0, true)] {
        let code = (value * 255.0_f32).round() as u32;
        assert!((0..256).all(|i| code8(&p, value, [i, i / 7, 2], pure) == code), "{value}");
    }
    assert!((0..256).any(|i| code8(&p, 245.0 / 255.0, [i, 0, 2], false) != 245));
}
