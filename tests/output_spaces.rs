//! Spaces of finished files against Little CMS, against their own way back, and at their edges.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is a failed test")]

#[path = "common/files.rs"]
mod files;

use lcms2::{CIExyY, CIExyYTRIPLE, ColorSpaceSignature, Flags, PixelFormat, ToneCurve};
use packshot::colour::{OutputSpace, encoding_from_icc};
use packshot::image::stages::{Chunk, RUN};
use packshot::image::{Sample, delta_e2000, lab_from_working, srgb_encode};

/// The codes of working colours.
fn codes(space: &OutputSpace, colours: &[[f32; 3]]) -> Vec<[f32; 4]> {
    let mut out = Vec::new();
    for part in colours.chunks(RUN) {
        let mut chunk: Chunk = [[0.0; RUN]; 4];
        for (x, colour) in part.iter().enumerate() {
            (0..3).for_each(|c| chunk[c][x] = colour[c]);
        }
        space.stages.views().run(&mut chunk);
        out.extend((0..part.len()).map(|x| [0, 1, 2, 3].map(|c| chunk[c][x])));
    }
    out
}

fn own() -> [OutputSpace; 4] {
    ["srgb", "display-p3", "adobe-rgb", "grey"].map(|name| OutputSpace::named(name).unwrap())
}

/// Spaces of curves and a matrix from other hands, one with a white of its own.
fn others() -> Vec<OutputSpace> {
    use moxcms::ColorProfile as P;
    let made = [P::new_display_p3(), P::new_adobe_rgb(), P::new_bt2020(), P::new_pro_photo_rgb()];
    made.iter().map(|p| OutputSpace::from_icc(&p.encode().unwrap()).unwrap()).collect()
}

/// Pseudo-random numbers from 0 to 1.
fn noise(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_215.0
    }
}

#[test]
fn names_and_channels() {
    let names = own().map(|s| (s.name.clone(), s.channels, s.srgb_curve, s.linear.is_some()));
    let wanted = [
        ("sRGB", 3, true, true),
        ("Display P3", 3, true, true),
        ("compatible with Adobe RGB (1998)", 3, false, true),
        ("grey with the curve of sRGB", 1, false, false),
    ];
    assert_eq!(names, wanted.map(|(name, n, curve, linear)| (name.to_string(), n, curve, linear)));
    assert!(OutputSpace::named("prophoto").is_none());
    assert_eq!(own()[0], OutputSpace::srgb());
}

#[test]
fn a_profile_of_srgb_takes_the_fast_path_and_is_embedded_as_it_is() {
    let bytes = moxcms::ColorProfile::new_srgb().encode().unwrap();
    let space = OutputSpace::from_icc(&bytes).unwrap();
    let srgb = OutputSpace::srgb();
    assert_eq!((&space.linear, space.srgb_curve, &space.stages), (&srgb.linear, true, &srgb.stages));
    assert_eq!(*space.icc, *bytes);
    assert_ne!(space.icc, srgb.icc);
}

#[test]
fn neutrals_are_exact_and_white_is_one() {
    let mut light = noise(3);
    let mut greys: Vec<[f32; 3]> = (0..5000).map(|_| [light() * 1.2; 3]).collect();
    greys.extend([[1.0; 3], [0.0; 3]]);
    for space in own().into_iter().chain(others()) {
        let made = codes(&space, &greys);
        for (grey, [r, g, b, _]) in greys.iter().zip(&made) {
            assert!(r == g && g == b, "{}: {grey:?} as {r}, {g}, {b}", space.name);
        }
        assert_eq!(made[5000][0], 1.0, "{}", space.name);
        assert!(made[5001][0].abs() < 1e-9, "{}", space.name);
    }
}

#[test]
fn codes_read_by_their_profile_come_back() {
    for space in own().into_iter().chain(others()) {
        for sample in [Sample::U8, Sample::U16] {
            let encoding = encoding_from_icc(&space.icc, sample).unwrap().unwrap();
            let top = encoding.tables[0].len() - 1;
            let mut random = noise(11);
            let written: Vec<[usize; 3]> = (0..20_000)
                .map(|i| match (space.channels, i < 1000) {
                    (1, _) => [(random() * top as f32) as usize; 3],
                    // The edges of the gamut too, where a channel is 0.
                    (_, edge) => [0, 1, 2].map(|c| {
                        let zero = edge && (i >> c) & 1 == 0;
                        if zero { 0 } else { (random() * top as f32) as usize }
                    }),
                })
                .collect();
            let light = |code: &[usize; 3]| {
                let linear = [0, 1, 2].map(|c| encoding.tables[c][code[c]]);
                encoding.to_working.map(|row| row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2])
            };
            let colours: Vec<[f32; 3]> = written.iter().map(light).collect();
            let mut worst = 0;
            for (code, made) in written.iter().zip(codes(&space, &colours)) {
                for c in 0..3 {
                    let back = (made[c].clamp(0.0, 1.0) * top as f32 + 0.5) as usize;
                    // Next to black a power's codes lie closer than the light of a float.
                    let light = |code: usize| encoding.tables[c][code];
                    if (light(back) - light(code[c])).abs() > 2e-7 {
                        worst = worst.max(back.abs_diff(code[c]));
                    }
                }
            }
            println!("{} {sample:?}: {worst} codes at most", space.name);
            assert!(worst <= usize::from(sample == Sample::U16), "{} {sample:?}: {worst}", space.name);
        }
    }
}

#[test]
fn the_fast_path_and_the_stages_agree() {
    let mut random = noise(5);
    let colours: Vec<[f32; 3]> = (0..2000).map(|_| [random(), random(), random()]).collect();
    for space in [OutputSpace::srgb(), OutputSpace::display_p3()] {
        let matrix = space.linear.unwrap();
        for (colour, made) in colours.iter().zip(codes(&space, &colours)) {
            for (row, code) in matrix.iter().zip(made) {
                let linear: f64 = row.iter().zip(colour).map(|(m, v)| f64::from(*m) * f64::from(*v)).sum();
                if (0.0..=1.0).contains(&linear) {
                    let wanted = srgb_encode(linear);
                    assert!((f64::from(code) - wanted).abs() < 1e-5, "{}: {code} for {wanted}", space.name);
                }
            }
        }
    }
}

/// Linear Rec.2020 for Little CMS.
fn working() -> lcms2::Profile {
    let xy = |x, y| CIExyY { x, y, Y: 1.0 };
    let primaries = CIExyYTRIPLE { Red: xy(0.708, 0.292), Green: xy(0.170, 0.797), Blue: xy(0.131, 0.046) };
    let linear = ToneCurve::new(1.0);
    lcms2::Profile::new_rgb(&xy(0.3127, 0.3290), &primaries, &[&linear, &linear, &linear]).unwrap()
}

fn format(space: ColorSpaceSignature) -> PixelFormat {
    match space {
        ColorSpaceSignature::GrayData => PixelFormat::GRAY_DBL,
        ColorSpaceSignature::CmykData => PixelFormat::CMYK_DBL,
        _ => PixelFormat::RGB_DBL,
    }
}

/// Little CMS between the working space and a profile; black becomes black both ways.
struct Oracle {
    there: lcms2::Transform<[f64; 3], u8>,
    back: lcms2::Transform<u8, [f64; 3]>,
    /// A code's largest number there.
    full: f64,
}

impl Oracle {
    fn new(icc: &[u8]) -> Option<Self> {
        let target = lcms2::Profile::new_icc(icc).ok()?;
        let flags = Flags::NO_OPTIMIZE | Flags::NO_CACHE | Flags::BLACKPOINT_COMPENSATION;
        let (rgb, codes) = (PixelFormat::RGB_DBL, format(target.color_space()));
        let intent = lcms2::Intent::RelativeColorimetric;
        let there = lcms2::Transform::new_flags(&working(), rgb, &target, codes, intent, flags).ok()?;
        let back = lcms2::Transform::new_flags(&target, codes, &working(), rgb, intent, flags).ok()?;
        let full = if target.color_space() == ColorSpaceSignature::CmykData { 100.0 } else { 1.0 };
        Some(Self { there, back, full })
    }

    /// Codes of working colours, `channels` a colour.
    fn codes(&self, colours: &[[f64; 3]], channels: usize) -> Vec<f64> {
        let mut out = vec![0.0; colours.len() * channels];
        self.there.transform_pixels(colours, bytemuck::cast_slice_mut(&mut out));
        out.iter().map(|v| (v / self.full).clamp(0.0, 1.0)).collect()
    }

    /// Lab of codes.
    fn seen(&self, codes: &[f64], channels: usize) -> Vec<[f64; 3]> {
        let scaled: Vec<f64> = codes.iter().map(|v| v * self.full).collect();
        let mut out = vec![[0.0; 3]; codes.len() / channels];
        self.back.transform_pixels(bytemuck::cast_slice(&scaled), &mut out);
        out.into_iter().map(lab_from_working).collect()
    }
}

/// How far colours are from those that were asked for, in CIEDE2000.
struct Off {
    mean: f64,
    max: f64,
}

impl Off {
    fn of(seen: &[[f64; 3]], wanted: &[[f64; 3]]) -> Self {
        let all = seen.iter().zip(wanted).map(|(a, b)| delta_e2000(*a, *b));
        let (sum, max) = all.fold((0.0, 0.0_f64), |(sum, max), v| (sum + v, max.max(v)));
        Self { mean: sum / seen.len() as f64, max }
    }
}

/// Our codes and those of Little CMS for colours that the space has, as Little CMS sees them; `None` where it
/// has no way there or back.
fn both(space: &OutputSpace) -> Option<[Off; 2]> {
    let (oracle, channels) = (Oracle::new(&space.icc)?, usize::from(space.channels));
    let mut random = noise(23);
    // Ink in amounts that a press prints.
    let most = |i: usize| {
        if channels < 4 {
            1.0
        } else if i % 4 == 3 {
            0.2
        } else {
            0.8
        }
    };
    let start: Vec<f64> = (0..3000 * channels).map(|i| f64::from(random()) * most(i)).collect();
    let mut light = vec![[0.0; 3]; 3000];
    let scaled: Vec<f64> = start.iter().map(|v| v * oracle.full).collect();
    oracle.back.transform_pixels(bytemuck::cast_slice(&scaled), &mut light);
    let wanted: Vec<[f64; 3]> = light.iter().map(|c| lab_from_working(*c)).collect();
    let narrow: Vec<[f32; 3]> = light.iter().map(|c| c.map(|v| v as f32)).collect();
    let ours = codes(space, &narrow).into_iter().flat_map(|c| c[..channels].to_vec());
    let ours: Vec<f64> = ours.map(|v| f64::from(v.clamp(0.0, 1.0))).collect();
    let theirs = oracle.codes(&light, channels);
    Some([ours, theirs].map(|codes| Off::of(&oracle.seen(&codes, channels), &wanted)))
}

#[test]
fn little_cms_sees_the_colours_asked_for() {
    let ink = OutputSpace::from_icc(&files::ink_profile(true)).unwrap();
    assert_eq!((ink.channels, ink.linear, ink.srgb_curve), (4, None, false));
    for space in own().into_iter().chain(others()).chain([ink]) {
        let [ours, theirs] = both(&space).unwrap();
        println!("{}: CIEDE2000 {:.4} at most, Little CMS itself {:.4}", space.name, ours.max, theirs.max);
        assert!(ours.max < 0.02, "{}: {}", space.name, ours.max);
    }
}

/// Codes, not only their looks: colours that a space lacks go where Little CMS has them go.
#[test]
fn grey_is_luminance() {
    let (space, mut random) = (OutputSpace::grey(), noise(31));
    let colours: Vec<[f32; 3]> = (0..2000).map(|_| [random(), random(), random()]).collect();
    let light: Vec<[f64; 3]> = colours.iter().map(|c| c.map(f64::from)).collect();
    let wanted = Oracle::new(&space.icc).unwrap().codes(&light, 1);
    for (made, wanted) in codes(&space, &colours).iter().zip(wanted) {
        assert!((f64::from(made[0]) - wanted).abs() < 5e-5, "{} for {wanted}", made[0]);
    }
}

#[test]
fn grey_of_tables_is_three_equal_codes() {
    let space = OutputSpace::from_icc(&files::grey_of_tables()).unwrap();
    assert_eq!((space.channels, &space.linear), (1, &None));
    for v in [0.0, 0.2, 0.7, 1.0] {
        let [r, g, b, _] = codes(&space, &[[v; 3]])[0];
        assert!((r - v).abs() < 2e-4 && g == r && b == r, "{r}, {g}, {b} for {v}");
    }
}

#[test]
fn inks_follow_their_formula() {
    let space = OutputSpace::from_icc(&files::ink_profile(true)).unwrap();
    let [white, black] = codes(&space, &[[1.0; 3], [0.0; 3]])[..] else { panic!("two colours") };
    assert!(white.iter().all(|v| v.abs() < 5e-4), "{white:?}");
    assert!(black[..3].iter().all(|v| (v - 1.0).abs() < 5e-4) && black[3] == 0.0, "{black:?}");
}

#[test]
fn what_has_no_way_back_is_refused() {
    let code = |icc: &[u8]| OutputSpace::from_icc(icc).unwrap_err();
    let one_way = code(&files::ink_profile(false));
    assert_eq!(one_way.code(), "E-PROFILE-ONE-WAY");
    assert!(one_way.to_string().contains("no way back"), "{one_way}");
    let mut link = files::ink_profile(true);
    link[12..16].copy_from_slice(b"link");
    assert_eq!(code(&link).code(), "E-PROFILE-ONE-WAY");
    let mut five = OutputSpace::srgb().icc.to_vec();
    five[16..20].copy_from_slice(b"Lab ");
    assert_eq!(code(&five).code(), "E-PROFILE-SPACE");
    assert_eq!(code(b"").code(), "E-PROFILE-DAMAGED");
    // A table for three inks in a profile of four.
    let mut wrong = files::ink_profile(true);
    wrong[16..20].copy_from_slice(b"RGB ");
    assert!(OutputSpace::from_icc(&wrong).is_err());
}

/// Whatever the bytes, a space or an error, and codes that are numbers.
#[test]
fn bent_profiles_are_spaces_or_errors() {
    let (mut used, mut seed) = (0, 9_u32);
    let goods =
        [files::ink_profile(true), OutputSpace::adobe_rgb().icc.to_vec(), OutputSpace::grey().icc.to_vec()];
    for round in 0..1500 {
        let mut icc = goods[round % 3].clone();
        for _ in 0..1 + round % 5 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (seed >> 8) as usize % icc.len();
            icc[at] = (seed >> 3) as u8;
        }
        if let Ok(space) = OutputSpace::from_icc(&icc) {
            used += 1;
            let made = codes(&space, &[[0.2, 0.5, 0.7], [f32::NAN, 1e30, -1.0]]);
            assert!(made[0].iter().all(|v| v.is_finite()), "{round}: {made:?}");
        }
    }
    assert!(used > 300, "{used} were usable");
}

/// Every profile of the corpus that Little CMS can write to. Curves are right. Tables are as good as their nodes: there our colours are as near to those asked for as Little CMS comes, which interpolates
/// tables of Lab another way.
#[test]
fn every_profile_is_written_as_well_as_by_little_cms() {
    let Some(root) = std::env::var_os("PACKSHOT_DATA") else {
        println!("PACKSHOT_DATA is not set: real profiles not checked");
        return;
    };
    let root = std::path::PathBuf::from(root).join("colour/profiles");
    let (mut exact, mut tables, mut worst, srgb) = (0, 0, 0.0_f64, OutputSpace::srgb());
    for folder in ["compact/profiles", "iccfree", "lcms-testbed", "ocio", "built"] {
        let mut paths: Vec<_> =
            std::fs::read_dir(root.join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        let profile = |path: &&std::path::PathBuf| {
            path.extension().is_some_and(|e| ["icc", "icm"].iter().any(|k| e.eq_ignore_ascii_case(k)))
        };
        for path in paths.iter().filter(profile) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let space = match OutputSpace::from_icc(&std::fs::read(path).unwrap()) {
                // What is sRGB but for coarse tables is written as sRGB.
                Ok(space) if space.stages == srgb.stages => continue,
                Ok(space) => space,
                Err(error) => {
                    println!("{name}: {error}");
                    continue;
                }
            };
            let Some([ours, theirs]) = both(&space) else { continue };
            if space.linear.is_some() || space.channels == 1 {
                (exact, worst) = (exact + 1, worst.max(ours.max));
                // Coarse tables have corners between the nodes of their way back.
                assert!(ours.max < 0.05, "{name}: {}", ours.max);
            } else {
                tables += 1;
                println!("{name}: mean CIEDE2000 {:.3}, Little CMS {:.3}", ours.mean, theirs.mean);
                assert!(ours.mean < 1.15 * theirs.mean + 0.02, "{name}: {} {}", ours.mean, theirs.mean);
            }
        }
    }
    println!("{exact} of curves, CIEDE2000 {worst:.4} at most; {tables} of tables");
    assert!(exact > 40 && tables >= 4, "{exact} and {tables}");
}
