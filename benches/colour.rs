//! Colour conversion on one thread against Little CMS as it comes (optimised, cached), in turn, best of seven:
//! `cargo bench --bench colour`. Profiles with tables are read from the folder named by `PACKSHOT_DATA`.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed measurement")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use lcms2::{Flags, PixelFormat};
use packshot::colour::{Intent, Transform, srgb_profile};
use packshot::image::{Format, Plane, Pool, Sample, Size};

const SIZE: Size = Size::new(2000, 1500);
const ROUNDS: usize = 7;

/// Noise: every pixel another colour, as a photograph's grain has it.
fn picture(sample: Sample, channels: u8) -> Plane {
    let mut plane = Plane::zeros(SIZE, Format::Packed { sample, channels });
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    match sample {
        Sample::U8 => plane.bytes_mut().iter_mut().for_each(|v| *v = next() as u8),
        Sample::U16 => plane.shorts_mut().iter_mut().for_each(|v| *v = next() as u16),
        Sample::F32 => plane.floats_mut().iter_mut().for_each(|v| *v = next() as f32 / 16_777_216.0),
    }
    plane
}

/// Seconds of the fastest of some runs of two contenders in turn.
fn fastest(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> [f64; 2] {
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (slot, run) in best.iter_mut().zip([&mut ours as &mut dyn FnMut(), &mut theirs]) {
            let begun = Instant::now();
            run();
            *slot = slot.min(begun.elapsed().as_secs_f64());
        }
    }
    best
}

fn against(name: &str, icc: &[u8], sample: Sample, channels: u8, formats: [PixelFormat; 2]) {
    let pool = Pool::default();
    let pixels = picture(sample, channels);
    let transform = Transform::new(icc, srgb_profile(), Intent::RelativeColorimetric, true).unwrap();
    let (source, target) =
        (lcms2::Profile::new_icc(icc).unwrap(), lcms2::Profile::new_icc(srgb_profile()).unwrap());
    let peer = lcms2::Transform::<u8, u8>::new_flags(
        &source,
        formats[0],
        &target,
        formats[1],
        lcms2::Intent::RelativeColorimetric,
        Flags::BLACKPOINT_COMPENSATION,
    )
    .unwrap();
    let mut out = vec![0_u32; SIZE.pixels() * 3 * sample.bytes() / 4];
    let input: &[u8] = match sample {
        Sample::U8 => pixels.bytes(),
        Sample::U16 => bytemuck::cast_slice(pixels.shorts()),
        Sample::F32 => bytemuck::cast_slice(pixels.floats()),
    };
    let input = &input[..SIZE.pixels() * usize::from(channels) * sample.bytes()];
    let [ours, theirs] = fastest(
        || pool.give(black_box(transform.convert(&pixels, sample, &pool).unwrap())),
        || peer.transform_pixels(input, black_box(bytemuck::cast_slice_mut(&mut out))),
    );
    let speed = |seconds: f64| SIZE.pixels() as f64 / seconds / 1e6;
    let (a, b) = (speed(ours), speed(theirs));
    println!("{name:<28} {a:>8.1} MP/s, Little CMS {b:>6.1} MP/s: {:.1} x", theirs / ours);
}

fn main() {
    let folder = std::env::var_os("PACKSHOT_DATA");
    let Some(folder) = folder.as_deref().map(|f| Path::new(f).join("colour/profiles")) else {
        println!("PACKSHOT_DATA is not set: there are no profiles to measure with");
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let adobe = read("compact/profiles/AdobeCompat-v4.icc");
    let press = read("built/FOGRA39L_coated_q.icc");
    let table = read("lcms-testbed/test4.icc");
    let rgb8 = [PixelFormat::RGB_8; 2];
    against("RGB matrix, 8 bits", &adobe, Sample::U8, 3, rgb8);
    against("RGB matrix, 16 bits", &adobe, Sample::U16, 3, [PixelFormat::RGB_16; 2]);
    against("RGB matrix, floats", &adobe, Sample::F32, 3, [PixelFormat::RGB_FLT; 2]);
    against("RGB table, 8 bits", &table, Sample::U8, 3, rgb8);
    against("CMYK table, 8 bits", &press, Sample::U8, 4, [PixelFormat::CMYK_8, PixelFormat::RGB_8]);
}
