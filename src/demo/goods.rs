//! Hard goods and accessories, standing on the sweep.

use super::material::{Material, Pattern, Weave};
use super::outline::Path;
use super::part::{Form, Part, Product};
use super::products::Bench;

const SOFT: Form = Form::Cloth { puff: 0.06, folds: 0.0, run: [0.0, 1.0], rate: [1.0, 1.0], cables: 0.0 };

const fn padded(puff: f32, folds: f32) -> Form {
    Form::Cloth { puff, folds, run: [0.3, 0.954], rate: [3.0, 1.6], cables: 0.0 }
}

/// Glazed mug with a handle to see through.
pub(super) fn mug(mut b: Bench) -> Product {
    let glaze = Material::plain(b.colour, Weave::Smooth);
    let handle = Path::at(0.56, -0.46).quad(1.02, -0.56, 1.02, -0.05).quad(1.0, 0.42, 0.54, 0.44);
    let pottery = Form::Cloth { puff: 0.075, folds: 0.0, run: [0.0, 1.0], rate: [1.0, 1.0], cables: 0.0 };
    b.add(Part::new(handle.stroke(0.072), glaze, pottery));
    let shine = Material::plain(b.colour.map(|c| c + 0.45 * (1.0 - c)), Weave::Smooth);
    let glint = Path::at(0.72, -0.505).quad(0.98, -0.47, 1.005, -0.14);
    b.add(Part::decal(glint.stroke(0.013), shine, 0));
    let body = Path::at(0.0, -0.80)
        .line(0.62, -0.80)
        .quad(0.625, 0.30, 0.60, 0.60)
        .quad(0.58, 0.74, 0.46, 0.775)
        .quad(0.25, 0.82, 0.0, 0.82)
        .mirrored();
    let body = b.add(Part::new(body.fill(0.0), glaze, Form::Turned(0.0, 1.0)));
    let ink = Material::plain(b.accent, Weave::Smooth);
    match b.dice.below(3) {
        0 => {
            for y in [0.30, 0.40] {
                let ring =
                    Path::at(-0.611, y - 0.03).quad(0.0, y + 0.08, 0.611, y - 0.03).line(0.611, y + 0.03);
                let ring = ring.quad(0.0, y + 0.14, -0.611, y + 0.03);
                b.add(Part::decal(ring.fill(0.0), ink, body));
            }
        }
        1 => {
            b.add(Part::decal(Path::ellipse(-0.05, -0.05, 0.24, 0.26).fill(0.0), ink, body));
            b.add(Part::decal(Path::ellipse(-0.05, -0.05, 0.19, 0.21).loop_stroke(0.006), glaze, body));
            let leaf = Path::at(-0.05, -0.22).quad(0.09, -0.06, -0.05, 0.12).quad(-0.19, -0.06, -0.05, -0.22);
            b.add(Part::decal(leaf.fill(0.0), glaze, body));
        }
        _ => {
            let dip = Path::at(-0.618, 0.26)
                .quad(-0.3, 0.40, 0.0, 0.28)
                .quad(0.35, 0.16, 0.617, 0.30)
                .quad(0.612, 0.50, 0.60, 0.60)
                .quad(0.58, 0.74, 0.46, 0.775)
                .quad(0.25, 0.82, 0.0, 0.82)
                .quad(-0.25, 0.82, -0.46, 0.775)
                .quad(-0.58, 0.74, -0.60, 0.60)
                .quad(-0.612, 0.45, -0.618, 0.26);
            b.add(Part::decal(dip.fill(0.0), ink, body));
        }
    }
    let inside = Material::plain(b.colour.map(|c| 0.4 * c + 0.45), Weave::Smooth);
    b.add(
        Part::new(Path::ellipse(0.0, -0.80, 0.62, 0.125).fill(0.0), glaze, Form::Flat(1.06, 0.95, 0.15))
            .casts(0.0),
    );
    b.add(
        Part::new(Path::ellipse(0.0, -0.796, 0.582, 0.104).fill(0.0), inside, Form::Flat(0.42, 0.86, 0.0))
            .casts(0.0),
    );
    let tea = Material::plain([0.20, 0.075, 0.025], Weave::Smooth);
    b.add(
        Part::new(Path::ellipse(0.0, -0.755, 0.52, 0.058).fill(0.0), tea, Form::Flat(0.7, 1.1, 0.10))
            .casts(0.0),
    );
    b.finish([1.15, 0.95], Some(Path::ellipse(0.0, 0.745, 0.57, 0.088).fill(0.0)))
}

/// Flacon with a cap and a label.
pub(super) fn bottle(mut b: Bench) -> Product {
    let plastic = Material::plain(b.colour, Weave::Smooth);
    let cap = Material::plain(
        if b.dice.unit() < 0.5 { [0.03, 0.03, 0.033] } else { [0.62, 0.50, 0.34] },
        Weave::Smooth,
    );
    let neck = Path::at(0.0, -0.70).line(0.12, -0.70).line(0.12, -0.50).line(0.0, -0.50).mirrored();
    b.add(Part::new(neck.fill(0.0), plastic, Form::Turned(0.0, 0.6)).dim(0.85));
    let body = Path::at(0.0, -0.575)
        .line(0.13, -0.575)
        .quad(0.36, -0.54, 0.375, -0.30)
        .quad(0.38, 0.4, 0.375, 0.86)
        .quad(0.37, 0.955, 0.28, 0.97)
        .quad(0.15, 0.985, 0.0, 0.985)
        .mirrored();
    let body = b.add(Part::new(body.fill(0.0), plastic, Form::Turned(0.0, 1.0)));
    let top = Path::at(0.0, -0.985)
        .quad(0.165, -0.985, 0.172, -0.965)
        .line(0.176, -0.625)
        .quad(0.10, -0.605, 0.0, -0.605)
        .mirrored();
    b.add(Part::new(top.fill(0.004), cap, Form::Turned(0.0, 1.0)).casts(0.45));
    let label = Path::at(-0.374, -0.18)
        .quad(0.0, -0.14, 0.374, -0.18)
        .line(0.374, 0.60)
        .quad(0.0, 0.64, -0.374, 0.60);
    let paper = Material::plain(if b.colour[1] > 0.5 { b.accent } else { [0.82, 0.79, 0.73] }, Weave::Smooth);
    let ink = Material::plain(if b.colour[1] > 0.5 { [0.82, 0.80, 0.76] } else { b.colour }, Weave::Smooth);
    b.add(Part::decal(label.fill(0.0), paper, body));
    let bar = |y: f32, w: f32, h: f32| Path::at(-w, y).quad(0.0, y + 0.02, w, y).stroke(h);
    for (y, w, h) in [
        (0.06, 0.20, 0.026),
        (0.14, 0.13, 0.009),
        (0.36, 0.19, 0.006),
        (0.395, 0.19, 0.006),
        (0.43, 0.15, 0.006),
        (0.52, 0.07, 0.008),
    ] {
        b.add(Part::decal(bar(y, w, h), ink, body));
    }
    b.add(Part::decal(Path::ellipse(0.0, -0.055, 0.040, 0.040).loop_stroke(0.007), ink, body));
    b.finish([0.46, 1.02], Some(Path::ellipse(0.0, 0.930, 0.355, 0.062).fill(0.0)))
}

/// Printed carton, seen from a corner.
pub(super) fn carton(mut b: Bench) -> Product {
    let card = Material::plain(b.colour, Weave::Smooth);
    let ink = Material::plain(b.accent, Weave::Smooth);
    let front = Path::at(-0.68, -0.60).line(0.28, -0.47).line(0.28, 0.86).line(-0.66, 0.66);
    let side = Path::at(0.28, -0.47).line(0.74, -0.61).line(0.72, 0.63).line(0.28, 0.86);
    let lid = Path::at(-0.68, -0.60).line(-0.20, -0.70).line(0.74, -0.61).line(0.28, -0.47);
    b.add(Part::new(lid.fill(0.004), card, Form::Flat(1.10, 1.05, 0.0)).casts(0.0));
    let face = b.add(Part::new(front.fill(0.004), card, Form::Flat(0.98, 0.84, 0.10)).casts(0.0));
    let flank = b.add(Part::new(side.fill(0.004), card, Form::Flat(0.62, 0.46, 0.04)).casts(0.0));
    // A face's own coordinates: 0..1 across and down.
    let on_front = |u: f32, v: f32| {
        let (top, bottom) = (-0.60 + 0.13 * u, 0.66 + 0.20 * u);
        [-0.67 + 0.95 * u, top + (bottom - top) * v]
    };
    let on_side = |u: f32, v: f32| {
        let (top, bottom) = (-0.47 - 0.14 * u, 0.86 - 0.23 * u);
        [0.28 + 0.45 * u, top + (bottom - top) * v]
    };
    let panel = Path::rect(0.0, 0.60, 1.0, 0.86).map(|[u, v]| on_front(u, v));
    b.add(Part::decal(panel.fill(0.003), ink, face));
    let panel = Path::rect(0.0, 0.60, 1.0, 0.86).map(|[u, v]| on_side(u, v));
    b.add(Part::decal(panel.fill(0.003), ink, flank));
    if b.dice.unit() < 0.5 {
        let sun = Path::ellipse(0.5, 0.32, 0.20, 0.155).map(|[u, v]| on_front(u, v));
        b.add(Part::decal(sun.fill(0.0), ink, face));
        let moon = Path::ellipse(0.57, 0.29, 0.15, 0.115).map(|[u, v]| on_front(u, v));
        b.add(Part::decal(moon.fill(0.0), card, face));
    } else {
        for i in 0..4 {
            let u = 0.20 + 0.17 * i as f32;
            let bar = Path::rect(u, 0.46 - 0.09 * i as f32, u + 0.09, 0.50).map(|[u, v]| on_front(u, v));
            b.add(Part::decal(bar.fill(0.004), ink, face));
        }
    }
    for (v, w, h) in [(0.68, 0.32, 0.022), (0.745, 0.22, 0.008), (0.79, 0.26, 0.008)] {
        let line = Path::at(0.5 - w, v).line(0.5 + w, v).map(|[u, v]| on_front(u, v));
        b.add(Part::decal(line.stroke(h), card, face));
    }
    for i in 0..9 {
        let u = 0.30 + 0.05 * i as f32;
        let line = Path::at(u, 0.69).line(u, 0.78).map(|[u, v]| on_side(u, v));
        b.add(Part::decal(line.stroke(if i % 3 == 0 { 0.006 } else { 0.003 }), card, flank));
    }
    let seam = Material::plain(b.colour.map(|c| 0.75 * c + 0.02), Weave::Smooth);
    b.add(Part::decal(Path::at(0.28, -0.465).line(0.28, 0.855).stroke(0.003), seam, face));
    let base = Path::at(-0.655, 0.655).line(0.28, 0.855).line(0.715, 0.625).line(-0.2, 0.50);
    b.finish([0.82, 0.92], Some(base.fill(0.0)))
}

/// Sneaker from its outer side.
pub(super) fn shoe(mut b: Bench) -> Product {
    let upper = Material::plain(b.colour, Weave::Canvas);
    let hide = Material::plain(b.colour.map(|c| 0.86 * c + 0.01), Weave::Leather);
    let trim = Material::plain(b.accent, Weave::Leather);
    let rubber = Material::plain([0.78, 0.77, 0.73], Weave::Smooth);
    let lining = Material::plain(b.accent.map(|c| 0.6 * c + 0.1), Weave::Canvas);
    let tongue = Path::at(-0.28, -0.56)
        .quad(-0.20, -0.72, -0.06, -0.62)
        .quad(0.10, -0.40, 0.30, -0.12)
        .line(0.02, -0.10);
    b.add(Part::new(tongue.fill(0.015), upper, SOFT));
    let collar =
        Path::at(-0.86, -0.50).quad(-0.60, -0.34, -0.22, -0.50).line(-0.30, -0.25).line(-0.80, -0.25);
    b.add(Part::new(collar.fill(0.01), lining, Form::Flat(0.45, 0.75, 0.0)));
    let shell = Path::at(-0.92, -0.38)
        .quad(-0.90, -0.53, -0.83, -0.49)
        .quad(-0.56, -0.33, -0.26, -0.50)
        .quad(-0.05, -0.32, 0.20, -0.16)
        .quad(0.50, -0.08, 0.78, -0.04)
        .quad(0.99, 0.02, 1.0, 0.22)
        .line(0.98, 0.34)
        .line(-0.93, 0.34)
        .quad(-0.985, 0.0, -0.92, -0.38);
    let shell = b.add(Part::new(shell.fill(0.012), upper, padded(0.16, 0.012)));
    let toe =
        Path::at(0.60, 0.33).quad(0.56, 0.10, 0.74, -0.035).quad(0.98, 0.02, 0.995, 0.22).line(0.98, 0.34);
    b.add(Part::new(toe.fill(0.004), hide, padded(0.14, 0.0)).casts(0.25));
    let heel = Path::at(-0.90, -0.40)
        .quad(-0.66, -0.20, -0.62, 0.34)
        .line(-0.925, 0.34)
        .quad(-0.97, 0.0, -0.905, -0.40);
    b.add(Part::new(heel.fill(0.006), trim, padded(0.10, 0.0)).casts(0.25));
    let eyestay = Path::at(-0.27, -0.47)
        .quad(-0.05, -0.32, 0.22, -0.15)
        .line(0.34, 0.02)
        .quad(0.10, -0.02, -0.12, -0.18)
        .quad(-0.24, -0.28, -0.27, -0.47);
    let eyestay = b.add(Part::new(eyestay.fill(0.008), hide, padded(0.05, 0.0)).casts(0.25));
    let swoosh =
        Path::at(-0.52, 0.30).quad(-0.25, 0.10, 0.06, -0.01).line(0.20, 0.04).quad(-0.10, 0.12, -0.30, 0.31);
    b.add(Part::new(swoosh.fill(0.004), trim, padded(0.03, 0.0)).casts(0.25));
    let lace = Material::plain([0.80, 0.79, 0.76], Weave::Canvas);
    for i in 0..6 {
        let t = i as f32 / 5.0;
        let (x, y) = (-0.20 + 0.44 * t, -0.37 + 0.35 * t);
        b.add(Part::decal(Path::ellipse(x, y, 0.017, 0.017).fill(0.0), rubber, eyestay));
        let cross = Path::at(x, y).quad(x + 0.07, y - 0.09, x + 0.045, y - 0.115);
        b.add(
            Part::new(
                cross.stroke(0.017),
                lace,
                Form::Cloth { puff: 0.018, folds: 0.0, run: [0.0, 1.0], rate: [1.0, 1.0], cables: 0.0 },
            )
            .casts(0.45),
        );
    }
    let bow = Path::at(-0.17, -0.46).quad(-0.02, -0.62, 0.09, -0.50).quad(0.06, -0.40, -0.10, -0.44);
    b.add(Part::new(bow.stroke(0.012), lace, Form::Flat(1.0, 0.85, 0.0)).casts(0.4));
    let collar_rim = Path::at(-0.91, -0.40).quad(-0.90, -0.53, -0.83, -0.49).quad(-0.56, -0.33, -0.26, -0.50);
    b.add(Part::new(collar_rim.stroke(0.028), hide, padded(0.03, 0.0)).casts(0.2));
    let sole = Path::at(-0.96, 0.27)
        .quad(0.0, 0.35, 0.55, 0.27)
        .quad(0.85, 0.24, 1.03, 0.20)
        .quad(1.06, 0.36, 0.93, 0.44)
        .line(-0.93, 0.46)
        .quad(-1.0, 0.40, -0.96, 0.27);
    let sole = b.add(Part::new(sole.fill(0.012), rubber, padded(0.07, 0.0)).casts(0.45));
    let line = Path::at(-0.98, 0.355).quad(0.0, 0.425, 0.55, 0.355).quad(0.85, 0.32, 1.035, 0.285);
    b.add(Part::decal(line.stroke(0.010), trim, sole));
    let tread = Path::at(-0.93, 0.46).line(0.93, 0.44);
    b.stitch(&tread, 0.018, 0.45, sole);
    b.stitch(&Path::at(0.30, 0.03).quad(0.45, 0.12, 0.48, 0.27), 0.004, 0.7, shell);
    b.finish([1.08, 0.78], Some(Path::at(-0.93, 0.435).line(0.92, 0.420).stroke(0.052)))
}

/// Canvas bag; both handles are open.
pub(super) fn bag(mut b: Bench) -> Product {
    let mut canvas = Material::plain(b.colour, Weave::Canvas);
    if b.dice.unit() < 0.4 {
        canvas = canvas.with(b.accent, Pattern::Stripes(0.22, 0.35));
    }
    let plain = Material::plain(b.colour, Weave::Canvas);
    let leather = Material::plain(b.accent, Weave::Leather);
    let strap = Form::Cloth { puff: 0.024, folds: 0.0, run: [0.0, 1.0], rate: [1.0, 1.0], cables: 0.0 };
    let back = Path::at(-0.27, -0.22).quad(-0.24, -0.93, 0.02, -0.93).quad(0.28, -0.93, 0.29, -0.22);
    b.add(Part::new(back.stroke(0.026), leather, strap).dim(0.7));
    let inside = Path::at(-0.60, -0.285).quad(0.0, -0.335, 0.60, -0.285).line(0.58, -0.20).line(-0.58, -0.20);
    b.add(Part::new(inside.fill(0.004), plain, Form::Flat(0.40, 0.50, 0.0)));
    let body = Path::at(0.0, -0.24)
        .quad(0.30, -0.245, 0.605, -0.285)
        .quad(0.64, 0.30, 0.66, 0.80)
        .quad(0.65, 0.90, 0.57, 0.915)
        .quad(0.30, 0.935, 0.0, 0.935);
    let body = b.soft(body.mirrored());
    let form = Form::Cloth { puff: 0.12, folds: 0.038, run: [0.25, 0.968], rate: [3.2, 1.4], cables: 0.0 };
    let body = b.add(Part::new(body.fill(0.006), canvas, form));
    b.stitch(&b.soft(Path::at(-0.60, -0.215).quad(0.0, -0.145, 0.60, -0.215)), 0.003, 0.72, body);
    b.stitch(&b.soft(Path::at(-0.60, -0.200).quad(0.0, -0.130, 0.60, -0.200)), 0.002, 0.80, body);
    let foot = Path::at(0.0, 0.66)
        .quad(0.35, 0.665, 0.652, 0.63)
        .quad(0.66, 0.72, 0.66, 0.80)
        .quad(0.65, 0.90, 0.57, 0.915)
        .quad(0.30, 0.935, 0.0, 0.935);
    let foot = b.soft(foot.mirrored());
    b.add(Part::new(foot.fill(0.008), leather, padded(0.09, 0.014)).casts(0.35));
    let handle = Path::at(-0.33, 0.02)
        .line(-0.325, -0.22)
        .quad(-0.30, -0.98, 0.0, -0.975)
        .quad(0.30, -0.98, 0.325, -0.22)
        .line(0.33, 0.02);
    b.add(Part::new(handle.stroke(0.030), leather, strap).casts(0.4));
    for x in [-0.33, 0.33] {
        let tab = Path::rect(x - 0.042, -0.13, x + 0.042, 0.06);
        b.add(Part::new(tab.fill(0.014), leather, padded(0.03, 0.0)).casts(0.45));
        let rivet = Material::plain([0.60, 0.46, 0.24], Weave::Smooth);
        for y in [-0.095, 0.03] {
            b.add(
                Part::new(Path::ellipse(x, y, 0.016, 0.016).fill(0.0), rivet, Form::Turned(x, 1.0))
                    .casts(0.5),
            );
        }
    }
    b.finish([0.80, 1.02], Some(Path::at(-0.58, 0.885).line(0.58, 0.885).stroke(0.060)))
}
