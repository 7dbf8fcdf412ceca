//! Weighs what was measured: doubts patches that contradict the others, refuses, or says how sure it is.

use super::super::colours::{colours, is_grey};
use super::super::homography::Normal;
use super::super::sample::{self, Fit};
use super::super::{Chart, Doubt, Found, Patch, Picture, Refusal};
use super::pose;
use super::rank::spearman;
use super::refine::Edges;

/// Below this a chart is not returned.
const SURE: f64 = 0.5;
/// Pixels from patch to patch below which nothing can be measured.
const SMALLEST: f64 = 8.0;
/// How far a patch's code may be from what the other patches say, and how often their median distance.
const STRANGE: (f64, f64) = (0.2, 5.0);

/// How many patches a chart may lose. The SG's edge repeats three greys 44 times.
fn spare(chart: Chart) -> usize {
    match chart {
        Chart::Classic24 => 4,
        Chart::Sg140 => 44,
    }
}

/// What is known of a chart before its patches are read.
pub(super) struct Evidence {
    pub(super) chart: Chart,
    pub(super) fit: Fit,
    /// By how much the pose is better than the next.
    pub(super) margin: f64,
    /// `None` where the edges were not seen.
    pub(super) edges: Option<Edges>,
    /// Whether a person gave the corners.
    pub(super) given: bool,
    pub(super) others: usize,
    pub(super) notes: Vec<String>,
}

/// Reads the patches and decides.
pub(super) fn judge(picture: &Picture<'_>, evidence: Evidence) -> Result<Found, Refusal> {
    let Evidence { chart, fit, margin, edges, given, others, mut notes } = evidence;
    let pitch = fit.pitch(chart);
    if pitch < SMALLEST {
        return Err(Refusal::Small { pitch });
    }
    let corners = fit.corners(chart).ok_or(Refusal::Corners)?;
    let inside =
        |[x, y]: [f64; 2]| x >= 0.0 && y >= 0.0 && x <= picture.width as f64 && y <= picture.height as f64;
    if !corners.into_iter().all(inside) {
        return Err(Refusal::CutOff);
    }
    let mut patches = sample::patches(picture, chart, &fit);
    let codes = codes(&patches);
    doubt_strangers(chart, &mut patches, &codes);
    let seen: Vec<_> = patches
        .iter()
        .zip(&codes)
        .map(|(patch, &code)| (!covered(patch)).then(|| pose::signals(code)))
        .collect();
    let score = pose::score(&seen, &pose::expected(chart));
    let greys = greys(chart, &patches);
    let (confidence, why) = confidence(score, greys, margin, edges, pitch);
    if confidence < SURE && !given {
        return Err(Refusal::Unsure { why });
    }
    if confidence < SURE {
        notes.push(format!("the corners were taken as given, but {why}"));
    }
    doubtful(chart, &patches, &mut notes)?;
    if others > 0 {
        notes.push(format!("{others} more charts in the photograph; the largest good one was taken"));
    }
    Ok(Found { chart, corners, confidence, patches, others, notes })
}

/// Square roots of the patches' light, each channel over its largest.
fn codes(patches: &[Patch]) -> Vec<[f64; 3]> {
    let top: [f64; 3] = std::array::from_fn(|c| patches.iter().map(|p| p.rgb[c]).fold(1e-6, f64::max));
    patches.iter().map(|p| std::array::from_fn(|c| (p.rgb[c].max(0.0) / top[c]).sqrt())).collect()
}

fn covered(patch: &Patch) -> bool {
    matches!(patch.doubt, Some(Doubt::Uneven | Doubt::Glare))
}

/// Whether the greys are in order from white to black: the rank correlation of their light, 1 at best.
fn greys(chart: Chart, patches: &[Patch]) -> f64 {
    let sure = patches.iter().zip(colours(chart)).enumerate();
    let sure = sure.filter(|(at, (patch, _))| is_grey(chart, *at) && !covered(patch));
    let (seen, made): (Vec<f64>, Vec<f64>) =
        sure.map(|(_, (patch, rgb))| (patch.rgb.iter().sum::<f64>(), f64::from(rgb[1]))).unzip();
    spearman(&seen, &made)
}

/// The least of what speaks for the chart, and in words what that is.
fn confidence(score: f64, greys: f64, margin: f64, edges: Option<Edges>, pitch: f64) -> (f64, String) {
    let ramp = |v: f64, low: f64, high: f64| ((v - low) / (high - low)).clamp(0.0, 1.0);
    let colours = (ramp(score, 0.74, 0.94), format!("its colours agree only to {score:.2}"));
    let greys = (ramp(greys, 0.6, 0.9), "its greys are not in order".to_owned());
    let pose = (ramp(margin, 0.05, 0.25), format!("another pose fits nearly as well (by {margin:.2})"));
    let (seen, residual) = edges.map_or((0.0, 1.0), |edges| (edges.seen, edges.residual));
    let edges = (ramp(seen, 0.2, 0.6), "the edges of its patches are not seen".to_owned());
    let shape = (ramp(-residual, -0.08, -0.02), format!("its patches lie {residual:.2} of a step off"));
    let size = (ramp(pitch, 8.0, 12.0), format!("its patches are only {pitch:.0} pixels apart"));
    [colours, greys, pose, edges, shape, size]
        .into_iter()
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or_default()
}

/// Doubts patches whose colour an affine map of the published codes, fitted to all, does not explain.
fn doubt_strangers(chart: Chart, patches: &mut [Patch], codes: &[[f64; 3]]) {
    let Some(left) = unexplained(chart, codes) else { return };
    let size = |left: &[f64; 3]| left.iter().map(|v| v.abs()).fold(0.0, f64::max);
    let mut sizes: Vec<f64> = left.iter().map(size).collect();
    sizes.sort_by(f64::total_cmp);
    let limit = STRANGE.0.max(STRANGE.1 * sizes.get(sizes.len() / 2).copied().unwrap_or(0.0));
    for (patch, left) in patches.iter_mut().zip(&left) {
        if patch.doubt.is_none() && size(left) > limit {
            let brighter = left.iter().all(|v| *v > 0.25 * limit);
            patch.doubt = Some(if brighter { Doubt::Glare } else { Doubt::Uneven });
        }
    }
}

/// What a robust affine map from published to seen codes leaves of each patch.
fn unexplained(chart: Chart, codes: &[[f64; 3]]) -> Option<Vec<[f64; 3]>> {
    let rows: Vec<[f64; 4]> = colours(chart)
        .iter()
        .map(|rgb| rgb.map(|v| (f64::from(v) / 1000.0).sqrt()))
        .map(|[r, g, b]| [r, g, b, 1.0])
        .collect();
    let mut left = vec![[0.0; 3]; codes.len()];
    let mut weights = vec![1.0; codes.len()];
    for _ in 0..8 {
        for c in 0..3 {
            let mut normal = Normal::<4>::new();
            for ((row, code), &weight) in rows.iter().zip(codes).zip(&weights) {
                normal.add(row, code[c], weight);
            }
            let x = normal.solve()?;
            for ((left, row), code) in left.iter_mut().zip(&rows).zip(codes) {
                left[c] = code[c] - row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
            }
        }
        for (weight, left) in weights.iter_mut().zip(&left) {
            let off = left.iter().map(|v| v * v).sum::<f64>();
            *weight = 1.0 / (1.0 + off / 0.05_f64.powi(2));
        }
    }
    Some(left)
}

/// Notes the patches that should not be used; refuses where they are too many.
fn doubtful(chart: Chart, patches: &[Patch], notes: &mut Vec<String>) -> Result<(), Refusal> {
    let list: Vec<String> = patches
        .iter()
        .enumerate()
        .filter_map(|(at, patch)| patch.doubt.map(|doubt| format!("{} {}", chart.name(at), word(doubt))))
        .collect();
    let limit = spare(chart);
    if list.is_empty() {
        return Ok(());
    }
    if list.len() > limit {
        return Err(Refusal::TooManyDoubtful { patches: list.join(", "), count: list.len(), limit });
    }
    notes.push(format!("not to be used: {}", list.join(", ")));
    Ok(())
}

fn word(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Clipped => "clipped",
        Doubt::Glare => "glare",
        Doubt::Uneven => "uneven or covered",
        Doubt::Small => "small",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_told_from_a_bad_camera() {
        let chart = Chart::Classic24;
        let mix = |[r, g, b]: [f64; 3]| [0.7 * r + 0.2 * g, 0.9 * g + 0.1 * b, 0.4 * b + 0.1 * r];
        let light =
            colours(chart).iter().map(|rgb| mix(rgb.map(|v| f64::from(v) / 1000.0)).map(|v| v.powf(1.15)));
        let mut all: Vec<Patch> = light.map(|rgb| Patch { rgb, ..Patch::default() }).collect();
        let seen = codes(&all);
        doubt_strangers(chart, &mut all, &seen);
        assert!(all.iter().all(|patch| patch.doubt.is_none()));
        assert!(greys(chart, &all) > 0.999);
        all[7].rgb = [0.6, 0.1, 0.1];
        all[22].rgb = all[22].rgb.map(|v| v + 0.3);
        let seen = codes(&all);
        doubt_strangers(chart, &mut all, &seen);
        let told: Vec<_> =
            all.iter().enumerate().filter_map(|(at, patch)| Some((at, patch.doubt?))).collect();
        assert_eq!(told, [(7, Doubt::Uneven), (22, Doubt::Glare)]);
    }

    #[test]
    fn the_weakest_evidence_decides() {
        let edges = Some(Edges { seen: 0.9, residual: 0.01 });
        assert!(confidence(0.97, 1.0, 0.5, edges, 40.0).0 > 0.99);
        for (sure, word) in [
            (confidence(0.76, 1.0, 0.5, edges, 40.0), "colours"),
            (confidence(0.97, 0.2, 0.5, edges, 40.0), "greys"),
            (confidence(0.97, 1.0, 0.06, edges, 40.0), "pose"),
            (confidence(0.97, 1.0, 0.5, None, 40.0), "edges"),
            (confidence(0.97, 1.0, 0.5, edges, 9.0), "pixels"),
        ] {
            assert!(sure.0 < SURE && sure.1.contains(word), "{sure:?}");
        }
    }

    #[test]
    fn too_many_doubtful_patches_are_refused_by_name() {
        let mut all = vec![Patch::default(); 24];
        let mut notes = Vec::new();
        assert!(doubtful(Chart::Classic24, &all, &mut notes).is_ok() && notes.is_empty());
        all[..4].iter_mut().for_each(|patch| patch.doubt = Some(Doubt::Clipped));
        assert!(doubtful(Chart::Classic24, &all, &mut notes).is_ok());
        assert_eq!(notes, ["not to be used: A1 clipped, A2 clipped, A3 clipped, A4 clipped"]);
        all[23].doubt = Some(Doubt::Glare);
        let refusal = doubtful(Chart::Classic24, &all, &mut notes);
        assert!(matches!(refusal, Err(Refusal::TooManyDoubtful { count: 5, limit: 4, .. })));
    }
}
