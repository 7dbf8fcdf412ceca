//! The studio's light: three soft boxes, a bright wall, a dim room; how much of it reaches a point.
//!
//! A point sees the set along cones in fixed directions. What it does not see of the set it sees of
//! surfaces nearby, which are lit about as it is: with sky `F` and mean reflectance `r` of the hidden
//! share `h`, all bounces sum to `E = F / (1 − r·h)`, as in an integrating sphere (Jacquez and Kuppenheim,
//! JOSA 45, 1955). So an inside is the darker the less it sees, and tinted by what is around it.

use super::vector::{V3, along, dot, length, unit};
use super::world::World;

/// Directions a side of the octahedron's square.
const SIDE: usize = 7;
/// Tangent of a cone's half-angle.
const CONE: f32 = 0.14;
/// How far surfaces hide each other, in metres.
const FAR: f32 = 0.32;
/// Light that cloth lets through, as a share of its reflectance.
const THROUGH: f32 = 0.12;
/// How bright the outer face of hidden cloth is, on average.
const OUTSIDE: f32 = 0.75;

/// The lighting of one photograph.
pub(super) struct Light {
    rays: Vec<Ray>,
    key: V3,
    fill: V3,
}

/// A direction, the light from there, and the solid angle that it stands for.
struct Ray {
    way: V3,
    sky: f32,
    solid: f32,
}

impl Light {
    /// The set's light, from the right instead of the left where `mirrored`; `key` is about 1.
    pub(super) fn new(mirrored: bool, key: f32) -> Self {
        let side = if mirrored { -1.0 } else { 1.0 };
        let key_way = unit([-0.60 * side, 0.55, 0.62]);
        let fill_way = unit([0.75 * side, 0.20, 0.62]);
        let front_way = unit([0.0, 0.35, 1.0]);
        let sky = |d: V3| {
            let lobe = |l: V3| eighth(dot(d, l).max(0.0));
            let set = 0.34 + 0.16 * d[1] + 0.55 * (-d[2]).max(0.0);
            set + 2.2 * key * lobe(key_way) + lobe(fill_way) + 1.2 * lobe(front_way)
        };
        let ray = |i: usize| {
            let (way, solid) = octahedral(i % SIDE, i / SIDE);
            Ray { way, sky: sky(way), solid }
        };
        let mut rays: Vec<Ray> = (0..SIDE * SIDE).map(ray).collect();
        let open: f32 = rays.iter().map(|r| r.way[2].max(0.0) * r.sky * r.solid).sum();
        rays.iter_mut().for_each(|r| r.sky /= open);
        Self { rays, key: key_way, fill: fill_way }
    }

    /// Light on a point, where an open surface that faces the camera has 1.
    pub(super) fn at(&self, world: &World<'_>, q: V3, normal: V3) -> V3 {
        let from = along(q, normal, 0.001_5);
        let (mut sky, mut total) = (0.0, 0.0);
        let (mut hidden, mut through) = ([0.0; 3], [0.0; 3]);
        for ray in &self.rays {
            let slant = dot(normal, ray.way);
            if slant <= 0.03 {
                continue;
            }
            let weight = slant * ray.solid;
            total += weight;
            let (seen, end) = open(world, from, ray.way, slant);
            sky += weight * ray.sky * seen;
            if seen < 0.98 {
                let (tint, cloth) = world.nearest(end);
                hidden = along(hidden, tint, weight * (1.0 - seen));
                if cloth {
                    through = along(through, tint, weight * (1.0 - seen) * THROUGH * OUTSIDE);
                }
            }
        }
        if total <= 0.0 {
            return [0.0; 3];
        }
        [0, 1, 2].map(|c| (sky + through[c] / total) / (1.0 - (hidden[c] / total).min(0.9)))
    }

    /// The gloss of a painted surface seen along `way`.
    pub(super) fn gloss(&self, normal: V3, way: V3) -> f32 {
        let mirror = along(way, normal, -2.0 * dot(way, normal));
        let spot = |l: V3| {
            let d = eighth(dot(mirror, l).max(0.0));
            d * d
        };
        0.09 * spot(self.key) + 0.05 * spot(self.fill)
    }
}

/// A direction of the octahedral map and its share of the sphere.
fn octahedral(i: usize, j: usize) -> (V3, f32) {
    let at = |k: usize| (k as f32 + 0.5) / SIDE as f32 * 2.0 - 1.0;
    let (x, y) = (at(i), at(j));
    let z = 1.0 - x.abs() - y.abs();
    let (x, y) = if z < 0.0 { ((1.0 - y.abs()) * x.signum(), (1.0 - x.abs()) * y.signum()) } else { (x, y) };
    let l = length([x, y, z]);
    ([x / l, y / l, z / l], 1.0 / (l * l * l))
}

/// `v` to the power of eight.
fn eighth(v: f32) -> f32 {
    let v = v * v;
    let v = v * v;
    v * v
}

/// How much of a cone is open, 0..1, and where it is narrowest.
fn open(world: &World<'_>, from: V3, way: V3, slant: f32) -> (f32, V3) {
    let wide = CONE.min(0.8 * slant);
    let (mut t, mut seen, mut end) = (0.003, 1.0_f32, from);
    let far = world.leaves(from, way).min(FAR);
    for _ in 0..32 {
        let p = along(from, way, t);
        let d = world.distance(p, t * wide);
        let share = d / (t * wide);
        if share < seen {
            (seen, end) = (share, p);
            if seen <= 0.02 {
                return (0.0, end);
            }
        }
        t += d.max(0.003);
        if t > far {
            break;
        }
    }
    (seen.clamp(0.0, 1.0), end)
}

#[cfg(test)]
mod tests {
    use super::super::cloths::Cloths;
    use super::super::form::Form;
    use super::super::garment::Garment;
    use super::super::scene::{GhostScene, Piece};
    use super::super::world::{Setting, Stage};
    use super::*;
    use crate::demo::noise::Dice;

    /// Light on a shirt without a form: in the open, on its breast, and deep inside.
    #[test]
    fn light_is_one_in_the_open_and_little_in_a_sack() {
        let form = Form::new(1.0, 0.0, false);
        let garment = Garment::new(Piece::Crew, &form, 1.0, &mut Dice::new(1, 0, 0));
        let cloths = Cloths::of(&GhostScene::new(11, Piece::Crew));
        let mut world = World::new(Setting {
            form: &form,
            paint: [0.8; 3],
            garment: &garment,
            cloths: &cloths,
            stage: Stage::Worn,
            redress: (0, 0.0),
            step: 0.009,
            bounds: [[-0.37, -0.1, -0.175], [0.37, 0.9, 0.175]],
        });
        let light = Light::new(false, 1.0);
        let (ahead, away) = ([0.0, 0.0, 1.0], [0.0, 0.0, -1.0]);
        (world.with_form, world.with_garment) = (false, false);
        assert!(light.at(&world, [0.0; 3], ahead).iter().all(|v| (v - 1.0).abs() < 1e-5));
        world.with_garment = true;
        let meets = |z: f32| world.trace([0.0, 0.32, z], away, 0.0).map_or(9.0, |t| z - t);
        let (breast, back) = (meets(0.5), meets(0.0));
        assert!(breast > 0.09 && (-0.16..-0.09).contains(&back), "{breast} {back}");
        let at = |z: f32| light.at(&world, [0.0, 0.32, z], ahead)[1];
        let (breast, back) = (at(breast), at(back));
        assert!((0.85..1.1).contains(&breast), "{breast}");
        assert!(back < 0.2, "{back}");
    }
}
