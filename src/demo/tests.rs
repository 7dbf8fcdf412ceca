//! What the simulator promises.

use super::*;
use crate::image::{Format, srgb_decode, srgb_encode};

const SMALL: Size = Size::new(120, 160);

#[test]
fn the_same_seed_gives_the_same_bytes_and_others_differ() {
    let bytes = |seed, index| shoot(&Scene::pick(seed, index), SMALL, false).photo.bytes().to_vec();
    assert_eq!(bytes(7, 3), bytes(7, 3));
    assert_ne!(bytes(7, 3), bytes(8, 3));
    assert_ne!(bytes(7, 3), bytes(7, 4));
}

/// View generator: writes PPMs where a folder is named.
#[test]
fn gallery() {
    let Ok(dir) = std::env::var("DEMO_GALLERY") else { return };
    let side: u32 = std::env::var("DEMO_SIDE").ok().and_then(|s| s.parse().ok()).unwrap_or(1000);
    for (i, kind) in Kind::ALL.into_iter().enumerate() {
        if std::env::var("DEMO_KIND").is_ok_and(|k| k != kind.name()) {
            continue;
        }
        let seed = std::env::var("DEMO_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
        let backdrop = Backdrop::ALL[(i + seed as usize) % 4];
        let scene = Scene::of(seed, i as u32, kind, backdrop);
        let size = Size::new(side, side * 5 / 4);
        for _ in 0..2 {
            let start = std::time::Instant::now();
            let shot = shoot(&scene, size, false);
            eprintln!("{} {:?}", kind.name(), start.elapsed());
            let mut out = format!("P6 {} {} 255\n", size.width, size.height).into_bytes();
            out.extend_from_slice(shot.photo.bytes());
            std::fs::write(format!("{dir}/{}.ppm", kind.name()), out).unwrap();
        }
    }
}
