//! Garments, as on an invisible mannequin before the backdrop. Right halves are drawn and mirrored.

use super::material::{Colour, Material, Pattern, Weave};
use super::outline::{Outline, Path, Point};
use super::part::{Form, Part, Product};
use super::products::Bench;

/// Fabric that hangs: swelling edge, height of the folds, their run, their rate.
const fn cloth(puff: f32, folds: f32, run: Point, rate: Point) -> Form {
    Form::Cloth { puff, folds, run, rate, cables: 0.0 }
}

/// A band of fabric without folds.
const fn band(puff: f32) -> Form {
    cloth(puff, 0.0, [0.0, 1.0], [1.0, 1.0])
}

const DOWN: Point = [0.0, 1.0];

/// T-shirt: plain, striped or printed.
pub(super) fn tee(mut b: Bench) -> Product {
    let style = b.dice.below(3);
    let mut fabric = Material::plain(b.colour, Weave::Jersey);
    if style == 1 {
        fabric = fabric.with(b.accent, Pattern::Stripes(b.dice.range(0.09, 0.16), 0.4));
    }
    let inner = b
        .soft(Path::at(-0.29, -0.92).quad(0.0, -0.875, 0.29, -0.92).quad(0.22, -0.66, 0.0, -0.655))
        .quad(-0.22, -0.66, -0.29, -0.92);
    let inside = Material::plain(b.colour, Weave::Jersey);
    b.add(Part::new(inner.fill(0.0), inside, Form::Flat(0.50, 0.62, 0.0)).casts(0.0));
    let back = Path::at(-0.285, -0.925).quad(0.0, -0.872, 0.285, -0.925);
    b.add(Part::new(back.stroke(0.020), Material::plain(b.colour, Weave::Rib), band(0.03)).dim(0.72));
    b.stitch(&Path::at(-0.05, -0.842).line(0.05, -0.842), 0.018, 1.6, 0);
    for side in [false, true] {
        let sleeve = Path::at(0.56, -0.80)
            .quad(0.80, -0.74, 1.00, -0.26)
            .quad(0.87, -0.20, 0.735, -0.13)
            .quad(0.66, -0.28, 0.52, -0.36);
        let cuff = Path::at(0.978, -0.30).quad(0.85, -0.24, 0.715, -0.17);
        let (sleeve, cuff) = if side { (sleeve.flipped(), cuff.flipped()) } else { (sleeve, cuff) };
        let run = if side { [-0.55, 0.835] } else { [0.55, 0.835] };
        let form = cloth(0.075, 0.030, run, [7.0, 1.8]);
        let i = b.add(Part::new(b.soft(sleeve).fill(0.004), fabric, form).along(run));
        b.stitch(&b.soft(cuff), 0.0035, 0.74, i);
    }
    let body = Path::at(0.0, -0.655)
        .quad(0.22, -0.66, 0.29, -0.93)
        .quad(0.45, -0.86, 0.60, -0.79)
        .quad(0.54, -0.55, 0.585, -0.34)
        .quad(0.60, 0.3, 0.595, 0.955)
        .quad(0.3, 0.985, 0.0, 0.985);
    let form = cloth(0.085, 0.046, [0.12, 0.993], [4.6, 1.15]);
    let body = b.add(Part::new(b.soft(body.mirrored()).fill(0.004), fabric, form));
    b.stitch(&b.soft(Path::at(-0.595, 0.915).quad(0.0, 0.970, 0.595, 0.915)), 0.0035, 0.74, body);
    b.stitch(&b.soft(Path::at(-0.595, 0.900).quad(0.0, 0.955, 0.595, 0.900)), 0.002, 0.80, body);
    if style == 2 {
        print(&mut b, body);
    }
    let neck = Path::at(-0.295, -0.925).quad(-0.22, -0.665, 0.0, -0.66).quad(0.22, -0.665, 0.295, -0.925);
    b.add(Part::new(neck.stroke(0.027), Material::plain(b.colour, Weave::Rib), band(0.03)).casts(0.25));
    b.finish([1.0, 0.99], None)
}

/// A chest print: rings, a sun or bars.
fn print(b: &mut Bench, on: usize) {
    let ink = Material::plain(b.accent, Weave::Jersey);
    match b.dice.below(3) {
        0 => {
            for r in [0.07, 0.13, 0.19, 0.25] {
                b.add(Part::decal(Path::ellipse(0.0, -0.12, r, r).loop_stroke(0.014), ink, on));
            }
        }
        1 => {
            b.add(Part::decal(Path::ellipse(0.0, -0.20, 0.17, 0.17).fill(0.0), ink, on));
            for i in 0..4 {
                let (y, w) = (0.02 + 0.05 * i as f32, 0.23 - 0.05 * i as f32);
                b.add(Part::decal(Path::at(-w, y).line(w, y).stroke(0.012), ink, on));
            }
        }
        _ => {
            for i in 0..5 {
                let x = -0.2 + 0.1 * i as f32;
                let top = -0.36 + 0.06 * (i % 3) as f32;
                b.add(Part::decal(Path::at(x, top).line(x, 0.10).stroke(0.030), ink, on));
            }
        }
    }
}

/// Hooded sweatshirt.
pub(super) fn hoodie(mut b: Bench) -> Product {
    let fabric = Material::plain(b.colour, Weave::Jersey);
    let rib = Material::plain(b.colour.map(|c| 0.94 * c), Weave::Rib);
    let lining = Material::plain(b.accent, Weave::Jersey);
    let hood = Path::at(0.0, -1.0).quad(0.30, -1.02, 0.37, -0.76).quad(0.38, -0.62, 0.30, -0.52).mirrored();
    b.add(Part::new(b.soft(hood).fill(0.01), fabric, cloth(0.10, 0.020, DOWN, [6.0, 3.0])));
    let opening =
        Path::at(0.0, -0.92).quad(0.21, -0.93, 0.25, -0.74).quad(0.22, -0.56, 0.0, -0.40).mirrored();
    b.add(Part::new(opening.clone().fill(0.0), lining, Form::Flat(0.36, 0.60, 0.0)).casts(0.0));
    for side in [1.0, -1.0] {
        let place = |p: Path| if side > 0.0 { p } else { p.flipped() };
        let sleeve = Path::at(0.50, -0.68)
            .quad(0.80, -0.60, 0.885, 0.05)
            .quad(0.96, 0.45, 0.93, 0.74)
            .line(0.74, 0.755)
            .quad(0.69, 0.30, 0.50, -0.10);
        let run = [0.16 * side, 0.987];
        let form = cloth(0.10, 0.042, [0.50 * side, 0.866], [4.2, 2.4]);
        b.add(Part::new(b.soft(place(sleeve)).fill(0.006), fabric, form).along(run));
        let cuff = Path::at(0.915, 0.745).line(0.905, 0.885).line(0.765, 0.895).line(0.755, 0.755);
        b.add(Part::new(b.soft(place(cuff)).fill(0.012), rib, band(0.045)).along(run));
    }
    let body = Path::at(0.0, -0.40)
        .quad(0.22, -0.50, 0.29, -0.70)
        .quad(0.42, -0.70, 0.55, -0.66)
        .quad(0.50, -0.35, 0.555, -0.10)
        .quad(0.60, 0.4, 0.585, 0.83)
        .quad(0.3, 0.85, 0.0, 0.85);
    let form = cloth(0.11, 0.044, [0.15, 0.989], [3.8, 1.3]);
    let body = b.add(Part::new(b.soft(body.mirrored()).fill(0.006), fabric, form));
    let hem = Path::at(0.0, 0.85).quad(0.3, 0.85, 0.572, 0.835).line(0.555, 0.955).quad(0.3, 0.98, 0.0, 0.98);
    b.add(Part::new(b.soft(hem.mirrored()).fill(0.010), rib, band(0.05)));
    let pocket = Path::at(0.0, 0.30).line(0.27, 0.30).line(0.42, 0.56).line(0.42, 0.80).line(0.0, 0.81);
    let form = cloth(0.05, 0.022, [0.3, 0.954], [4.0, 2.0]);
    b.add(Part::new(b.soft(pocket.mirrored()).fill(0.008), fabric, form).casts(0.30));
    b.stitch(&Path::at(0.50, -0.62).quad(0.46, -0.35, 0.53, -0.12), 0.003, 0.72, body);
    b.stitch(&Path::at(-0.50, -0.62).quad(-0.46, -0.35, -0.53, -0.12), 0.003, 0.72, body);
    let rim = Path::at(0.0, -0.385).quad(0.25, -0.53, 0.285, -0.74).quad(0.24, -0.95, 0.0, -0.945).mirrored();
    b.add(Part::new(b.soft(rim).loop_stroke(0.040), fabric, band(0.045)).casts(0.40));
    let cord = Material::plain(b.accent, Weave::Canvas);
    for (x, y) in [(0.075, 0.08), (-0.085, 0.03)] {
        let string = Path::at(x, -0.43).quad(1.9 * x, -0.2, 1.35 * x, y);
        b.add(Part::new(string.stroke(0.0105), cord, band(0.011)).casts(0.45));
        let tip = Path::at(1.35 * x, y).line(1.33 * x, y + 0.05);
        b.add(Part::new(
            tip.stroke(0.012),
            Material::plain([0.55, 0.53, 0.50], Weave::Smooth),
            Form::Turned(1.34 * x, 0.8),
        ));
    }
    b.finish([0.96, 1.0], None)
}

/// Denim trousers.
pub(super) fn trousers(mut b: Bench) -> Product {
    let denims: [Colour; 3] = [[0.035, 0.062, 0.125], [0.10, 0.17, 0.29], [0.022, 0.024, 0.030]];
    let base = if b.colour[0] > 0.7 || b.colour[0] < 0.02 { b.colour } else { denims[b.dice.below(3)] };
    let denim = Material::plain(base, Weave::Twill);
    let thread = if b.colour[0] > 0.7 { [0.62, 0.60, 0.56] } else { [0.52, 0.30, 0.10] };
    b.add(
        Part::new(
            Path::at(-0.33, -0.985)
                .quad(0.0, -0.955, 0.33, -0.985)
                .line(0.3, -0.88)
                .line(-0.3, -0.88)
                .fill(0.0),
            denim,
            Form::Flat(0.42, 0.55, 0.0),
        )
        .casts(0.0),
    );
    let mut legs = [0; 2];
    for (i, side) in [-1.0_f32, 1.0].into_iter().enumerate() {
        let leg = Path::at(-0.004, -0.93)
            .line(0.35, -0.95)
            .quad(0.45, -0.70, 0.455, -0.40)
            .quad(0.46, 0.30, 0.425, 0.985)
            .quad(0.29, 1.01, 0.15, 0.99)
            .quad(0.11, 0.25, 0.0, -0.26);
        let leg = if side > 0.0 { leg } else { leg.flipped() };
        let run = [0.42 * side, 0.907];
        legs[i] =
            b.add(Part::new(b.soft(leg).fill(0.004), denim, cloth(0.085, 0.034, run, [4.4, 2.6])).casts(0.3));
        let stitch = Material::plain(thread, Weave::Canvas);
        let lines = [
            Path::at(0.02, -0.885).line(0.02, -0.28),
            Path::at(0.15, -0.86).quad(0.19, -0.70, 0.425, -0.66),
            Path::at(0.155, 0.945).quad(0.29, 0.965, 0.425, 0.94),
        ];
        for line in lines {
            let line = b.soft(if side > 0.0 { line } else { line.flipped() });
            b.stitch(&line, 0.0075, 0.72, legs[i]);
            b.add(Part::decal(line.stroke(0.0026), stitch, legs[i]));
        }
    }
    let fly = b.soft(Path::at(0.115, -0.86).quad(0.115, -0.50, 0.0, -0.42));
    b.add(Part::decal(fly.stroke(0.0028), Material::plain(thread, Weave::Canvas), legs[1]));
    let waist = Path::at(0.0, -0.955)
        .quad(0.2, -0.955, 0.342, -0.985)
        .line(0.362, -0.875)
        .quad(0.2, -0.85, 0.0, -0.85);
    let waist = b.add(Part::new(b.soft(waist.mirrored()).fill(0.006), denim, band(0.03)).casts(0.45));
    for y in [-0.942, -0.866] {
        let line = b.soft(Path::at(-0.35, y - 0.022).quad(0.0, y + 0.024, 0.35, y - 0.022));
        b.add(Part::decal(line.stroke(0.0024), Material::plain(thread, Weave::Canvas), waist));
    }
    for x in [-0.21, 0.21] {
        b.add(
            Part::new(Path::at(x, -0.975).line(x * 1.03, -0.845).stroke(0.016), denim, band(0.017))
                .casts(0.4),
        );
    }
    let brass = Material::plain([0.42, 0.27, 0.10], Weave::Smooth);
    b.add(
        Part::new(Path::ellipse(0.03, -0.90, 0.024, 0.024).fill(0.0), brass, Form::Turned(0.03, 1.0))
            .casts(0.6),
    );
    b.finish([0.47, 1.0], None)
}

/// Summer dress on thin straps.
pub(super) fn dress(mut b: Bench) -> Product {
    let mut fabric = Material::plain(b.colour, Weave::Canvas);
    match b.dice.below(3) {
        0 => fabric = fabric.with(b.accent, Pattern::Dots(0.085, 0.016)),
        1 => fabric = fabric.with(b.accent, Pattern::Checks(0.07)),
        _ => {}
    }
    let strap = Material::plain(b.colour.map(|c| 0.92 * c), Weave::Canvas);
    let inner = Path::at(0.0, -0.62).quad(0.16, -0.63, 0.27, -0.66).quad(0.15, -0.55, 0.0, -0.54).mirrored();
    b.add(Part::new(inner.fill(0.0), fabric, Form::Flat(0.50, 0.60, 0.0)).casts(0.0));
    for side in [1.0, -1.0] {
        let back = Path::at(0.235 * side, -0.985).quad(0.20 * side, -0.80, 0.15 * side, -0.62);
        b.add(Part::new(back.stroke(0.0085), strap, band(0.01)).dim(0.66));
    }
    let skirt = Path::at(0.0, -0.17)
        .line(0.205, -0.18)
        .quad(0.30, 0.20, 0.56, 0.93)
        .quad(0.49, 0.985, 0.42, 0.955)
        .quad(0.34, 0.93, 0.27, 0.975)
        .quad(0.18, 1.01, 0.11, 0.97)
        .quad(0.05, 0.945, 0.0, 0.97);
    let form = cloth(0.07, 0.052, [0.10, 0.995], [7.5, 0.55]);
    let skirt = b.add(Part::new(b.soft(skirt.mirrored()).fill(0.004), fabric, form));
    let hem = Path::at(-0.54, 0.90).quad(0.0, 0.965, 0.54, 0.90);
    b.stitch(&b.soft(hem), 0.0025, 0.75, skirt);
    let bodice = Path::at(0.0, -0.545)
        .quad(0.15, -0.55, 0.255, -0.70)
        .quad(0.27, -0.62, 0.325, -0.53)
        .quad(0.24, -0.36, 0.222, -0.17)
        .quad(0.1, -0.15, 0.0, -0.15);
    let form = cloth(0.075, 0.026, [0.55, 0.835], [5.0, 2.2]);
    let bodice = b.add(Part::new(b.soft(bodice.mirrored()).fill(0.004), fabric, form));
    for side in [1.0, -1.0] {
        let seam = Path::at(0.14 * side, -0.60).quad(0.10 * side, -0.38, 0.12 * side, -0.19);
        b.stitch(&b.soft(seam), 0.0022, 0.72, bodice);
        let front = Path::at(0.250 * side, -0.69).quad(0.245 * side, -0.84, 0.235 * side, -0.99);
        b.add(Part::new(front.stroke(0.0095), strap, band(0.01)).casts(0.4));
    }
    let sash = Path::at(0.0, -0.205)
        .quad(0.12, -0.205, 0.222, -0.225)
        .line(0.222, -0.145)
        .quad(0.1, -0.125, 0.0, -0.125);
    let sash_fabric = Material::plain(b.colour.map(|c| 0.88 * c), Weave::Canvas);
    let form = cloth(0.03, 0.012, [1.0, 0.0], [30.0, 3.0]);
    b.add(Part::new(b.soft(sash.mirrored()).fill(0.004), sash_fabric, form).casts(0.4));
    let button = Material::plain(b.accent, Weave::Smooth);
    for y in [-0.47, -0.38, -0.29] {
        b.add(
            Part::new(Path::ellipse(0.0, y, 0.014, 0.014).fill(0.0), button, Form::Turned(0.0, 0.5))
                .casts(0.5),
        );
    }
    b.finish([0.57, 1.0], None)
}

/// Cable-knit jumper; stray fibres stand out from its edge.
pub(super) fn knit(mut b: Bench) -> Product {
    let wool = Material::plain(b.colour, Weave::Stitches);
    let rib = Material::plain(b.colour.map(|c| 0.95 * c), Weave::Rib);
    let inner = Path::at(0.0, -0.88).quad(0.16, -0.89, 0.25, -0.93).quad(0.20, -0.72, 0.0, -0.71).mirrored();
    b.add(Part::new(inner.fill(0.0), wool, Form::Flat(0.42, 0.58, 0.0)).casts(0.0));
    let back = Path::at(-0.245, -0.93).quad(0.0, -0.865, 0.245, -0.93);
    b.add(Part::new(back.stroke(0.036), rib, band(0.045)).dim(0.72));
    let mut edges = Vec::new();
    let mut bodies = Vec::new();
    for side in [1.0, -1.0] {
        let place = |p: Path| if side > 0.0 { p } else { p.flipped() };
        let sleeve = Path::at(0.50, -0.82)
            .quad(0.78, -0.76, 0.88, -0.05)
            .quad(0.94, 0.35, 0.90, 0.60)
            .line(0.70, 0.62)
            .quad(0.66, 0.15, 0.48, -0.22);
        let run = [0.18 * side, 0.984];
        let sleeve = b.soft(place(sleeve));
        edges.push(sleeve.clone());
        let form = Form::Cloth {
            puff: 0.11,
            folds: 0.040,
            run: [0.45 * side, 0.893],
            rate: [3.6, 2.0],
            cables: 0.0,
        };
        bodies.push(Part::new(sleeve.fill(0.006), wool, form).along(run));
        let cuff = b.soft(place(Path::at(0.885, 0.60).line(0.875, 0.78).line(0.735, 0.79).line(0.72, 0.61)));
        edges.push(cuff.clone());
        bodies.push(Part::new(cuff.fill(0.012), rib, band(0.05)).along(run));
    }
    let body = Path::at(0.0, -0.71)
        .quad(0.20, -0.72, 0.25, -0.94)
        .quad(0.40, -0.89, 0.54, -0.81)
        .quad(0.50, -0.50, 0.545, -0.22)
        .quad(0.58, 0.3, 0.565, 0.80)
        .quad(0.3, 0.83, 0.0, 0.83);
    let body = b.soft(body.mirrored());
    edges.push(body.clone());
    let form = Form::Cloth { puff: 0.10, folds: 0.030, run: [0.1, 0.995], rate: [3.4, 1.3], cables: 0.032 };
    bodies.push(Part::new(body.fill(0.008), wool, form));
    let hem = Path::at(0.0, 0.82).quad(0.3, 0.82, 0.557, 0.80).line(0.540, 0.96).quad(0.3, 0.985, 0.0, 0.985);
    let hem = b.soft(hem.mirrored());
    edges.push(hem.clone());
    bodies.push(Part::new(hem.fill(0.012), rib, band(0.05)));
    let pale = Material::plain(b.colour.map(|c| c + 0.12 * (0.9 - c)), Weave::Smooth);
    for path in &edges {
        for fuzz in fibres(&mut b, path) {
            b.add(Part::new(fuzz, pale, Form::Flat(0.95, 0.95, 0.0)).casts(0.0));
        }
    }
    b.parts.extend(bodies);
    let neck = Path::at(-0.255, -0.935).quad(-0.20, -0.725, 0.0, -0.715).quad(0.20, -0.725, 0.255, -0.935);
    b.add(Part::new(neck.stroke(0.042), rib, band(0.048)).casts(0.3));
    b.finish([0.93, 0.99], None)
}

/// Fibres about as thin as a pixel that curl out of an edge, in tufts of neighbours.
fn fibres(b: &mut Bench, path: &Path) -> Vec<Outline> {
    let mut curls: Vec<Vec<Point>> = Vec::new();
    let points = path.points();
    for (i, from) in points.iter().enumerate() {
        let to = points[(i + 1) % points.len()];
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = (along[0] * along[0] + along[1] * along[1]).sqrt();
        for n in 0..(length * 110.0) as usize + 1 {
            let t = (n as f32 + b.dice.unit()) / (length * 110.0).max(1.0);
            curls.push(curl(b, [from[0] + t * along[0], from[1] + t * along[1]]));
        }
    }
    let tuft = |curls: &[Vec<Point>]| {
        let runs: Vec<&[Point]> = curls.iter().map(Vec::as_slice).collect();
        Outline::new(&runs, 0.0003, false)
    };
    curls.chunks(24).map(tuft).collect()
}

fn curl(b: &mut Bench, root: Point) -> Vec<Point> {
    let mut step = [0, 1].map(|_| b.dice.range(-0.007, 0.007));
    let bend = b.dice.range(-0.35, 0.35);
    let mut tip = root;
    let mut curl = vec![root];
    for _ in 0..6 {
        tip = [tip[0] + step[0], tip[1] + step[1]];
        curl.push(tip);
        let bend = bend + b.dice.range(-0.12, 0.12);
        step = [step[0] - bend * step[1], step[1] + bend * step[0]];
    }
    curl
}
