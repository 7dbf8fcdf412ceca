//! The workshop: from a scene to a product. What garments and goods have in common.

use super::material::{Colour, Material};
use super::noise::{Dice, value};
use super::outline::{Outline, Path};
use super::part::{Part, Product};
use super::scene::{Kind, Scene};
use super::{garments, goods};

/// Makes the scene's product.
pub(super) fn build(scene: &Scene) -> Product {
    let bench = Bench::new(scene);
    let mut dice = scene.dice(21);
    let side = if dice.unit() < 0.5 { -1.0 } else { 1.0 };
    let stretch = dice.range(0.94, 1.05) * side;
    let product = match scene.kind {
        Kind::Tee => garments::tee(bench),
        Kind::Hoodie => garments::hoodie(bench),
        Kind::Trousers => garments::trousers(bench),
        Kind::Dress => garments::dress(bench),
        Kind::Knit => garments::knit(bench),
        Kind::Mug => goods::mug(bench),
        Kind::Bottle => goods::bottle(bench),
        Kind::Carton => goods::carton(bench),
        Kind::Shoe => goods::shoe(bench),
        Kind::Bag => goods::bag(bench),
    };
    product.stretched(stretch)
}

/// A product under construction.
pub(super) struct Bench {
    pub(super) parts: Vec<Part>,
    pub(super) colour: Colour,
    pub(super) accent: Colour,
    pub(super) dice: Dice,
    wobble: u32,
}

impl Bench {
    fn new(scene: &Scene) -> Self {
        let mut dice = scene.dice(20);
        let wobble = dice.next();
        Self { parts: Vec::new(), colour: scene.colour, accent: scene.accent, dice, wobble }
    }

    /// Adds a part in front and returns its number.
    pub(super) fn add(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    /// A line of stitches on part `on`: a thin darker pen.
    pub(super) fn stitch(&mut self, path: &Path, half_width: f32, tint: f32, on: usize) {
        let Some(under) = self.parts.get(on) else { return };
        let colour = under.material.colour.map(|c| c * tint);
        let material = Material::plain(colour, under.material.weave);
        let turn = under.turn;
        self.add(Part { turn, ..Part::decal(path.stroke(half_width), material, on) });
    }

    /// The path as soft fabric has it: no line quite straight.
    pub(super) fn soft(&self, path: Path) -> Path {
        let seed = self.wobble;
        path.map(|[x, y]| {
            let dx = value(seed, 4.0 * x + 20.0, 4.0 * y + 20.0) - 0.5;
            let dy = value(seed ^ 77, 5.0 * x + 20.0, 5.0 * y + 20.0) - 0.5;
            [x + 0.022 * dx, y + 0.018 * dy]
        })
    }

    /// The finished product; `half` is half its width and height.
    pub(super) fn finish(self, half: [f32; 2], footprint: Option<Outline>) -> Product {
        Product { parts: self.parts, half, footprint }
    }
}
