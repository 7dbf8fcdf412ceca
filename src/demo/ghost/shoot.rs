//! A garment's whole session: sets the worlds, takes the photographs, keeps the truth.

use super::camera::Camera;
use super::cloths::Cloths;
use super::expose::{self, Sensor};
use super::form::Form;
use super::garment::Garment;
use super::pose::{Pose, framing, wall};
use super::render::{Frame, Pixel, Studio};
use super::scene::{GhostScene, Inner, Piece};
use super::vector::{V3, along};
use super::world::{Setting, Stage, World};
use super::{GhostShots, GhostTruth};
use crate::image::{Plane, Size};

/// Takes all photographs of a garment.
pub(super) fn shoot(scene: &GhostScene, size: Size, with_truth: bool) -> GhostShots {
    let mut dice = scene.dice(4);
    let breadth = dice.range(0.94, 1.03);
    let form = Form::new(breadth, dice.range(-0.010, 0.012), scene.piece == Piece::Hoodie);
    let form = if scene.piece == Piece::Skirt { form.without_arms() } else { form };
    let garment = Garment::new(scene.piece, &form, breadth, &mut dice);
    let redress = (dice.next(), dice.range(0.004, 0.008));
    let cloths = Cloths::of(scene);
    let [middle, tall, _] = framing(scene.piece);
    let reach = 0.5 * tall + 0.14;
    let deep = if matches!(scene.piece, Piece::Dress | Piece::Skirt) { 0.225 } else { 0.175 };
    let set = Setting {
        form: &form,
        paint: scene.paint.colour(),
        garment: &garment,
        cloths: &cloths,
        stage: Stage::Worn,
        redress: (0, 0.0),
        step: (6.0 * tall / size.height.max(1) as f32).clamp(0.009, 0.018),
        bounds: [[-0.37, middle - reach, -deep], [0.37, middle + reach, deep]],
    };
    let walls = [5, 6].map(|k| wall(&mut scene.dice(k), size));
    let pose = Pose::front(scene, size);
    let take = |world: &World<'_>, pose: &Pose, wall: &[V3]| {
        Studio { world, camera: pose.camera, light: &pose.light, size, wall }.shoot()
    };
    let mut world = World::new(set);
    let front = take(&world, &pose, &walls[0]);
    world.with_garment = false;
    let bare = take(&world, &pose, &walls[0]);
    let ghost = with_truth.then(|| {
        (world.with_garment, world.with_form) = (true, false);
        take(&world, &pose, &walls[0])
    });
    let stump = form.clone().cut_at(0.50);
    let (set, wall) = match scene.inner {
        Inner::NeckOff => (Setting { form: &stump, ..set }, &walls[0]),
        Inner::InsideOut => (Setting { stage: Stage::Turned, redress, ..set }, &walls[1]),
        Inner::Foam => (Setting { stage: Stage::Flat, redress, ..set }, &walls[1]),
    };
    let inner_pose = Pose::inner(scene, size);
    let inner = take(&World::new(set), &inner_pose, wall);
    let sensor = Sensor::new();
    let photo = |frame: &Frame, pose: &Pose, k: u64| {
        let light: Vec<V3> = frame.pixels.iter().map(|p| p.light).collect();
        sensor.photo(&light, pose.gain, size, scene.seed ^ (k << 40))
    };
    GhostShots {
        front: photo(&front, &pose, 1),
        bare: photo(&bare, &pose, 2),
        clean: sensor.photo(&walls[0], pose.gain, size, scene.seed ^ (3 << 40)),
        inner: photo(&inner, &inner_pose, 4),
        truth: ghost.map(|ghost| GhostTruth {
            ghost: photo(&ghost, &pose, 5),
            map: map([&front, &ghost, &inner], [&pose.camera, &inner_pose.camera], &set, size),
            alpha: coverage(&ghost, size, |p| p.cloth),
            front_alpha: coverage(&front, size, |p| p.cloth),
            inner_alpha: revealed(&ghost, &front, size),
            inner_surface: coverage(&ghost, size, |p| p.inside),
            mannequin: coverage(&front, size, |p| p.form),
            bare_mask: coverage(&bare, size, |p| p.form),
            inside_garment: coverage(&inner, size, |p| p.cloth),
        }),
    }
}

fn coverage(frame: &Frame, size: Size, of: impl Fn(&Pixel) -> f32) -> Plane {
    expose::coverage(frame.pixels.iter().map(of), size)
}

/// What only the picture without a form shows.
fn revealed(ghost: &Frame, front: &Frame, size: Size) -> Plane {
    let pairs = ghost.pixels.iter().zip(&front.pixels);
    expose::coverage(pairs.map(|(g, f)| (g.cloth - f.cloth).max(0.0)), size)
}

/// For each revealed pixel the place of its cloth in the inner shot; negative where that does not show it.
fn map(
    [front, ghost, shown]: [&Frame; 3],
    [from, to]: [&Camera; 2],
    inner: &Setting<'_>,
    size: Size,
) -> Vec<[f32; 2]> {
    let (width, height) = (size.width as usize, size.height as usize);
    let one = |i: usize| {
        let depth = ghost.depth[i];
        if depth <= 0.0 || front.pixels[i].cloth > 0.5 {
            return None;
        }
        let way = from.ray((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        let p = along(from.place(), way, depth);
        let [x, y] = to.project(inner.place(p));
        let within = x >= 0.0 && y >= 0.0 && (x as usize) < width && (y as usize) < height;
        let shows = within && shown.pixels[y as usize * width + x as usize].cloth > 0.5;
        (shows && inner.holds(p)).then_some([x, y])
    };
    (0..size.pixels()).map(|i| one(i).unwrap_or([-1.0; 2])).collect()
}
