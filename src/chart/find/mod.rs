//! From a photograph to a chart and its patches. Decides which; the steps are in the files beside it.

mod flat;
mod lattice;
mod pose;
mod proxy;
mod rank;
mod refine;
mod verdict;

use super::homography::Homography;
use super::sample::Fit;
use super::{Chart, Found, Picture, Refusal};
use pose::Candidate;
use proxy::Proxy;
use verdict::Evidence;

/// What a patch fills of its cell before it was measured.
const FILL: f64 = 0.85;
/// How far from its prediction a patch may lie, in steps: so that clutter is not taken in.
const STRICT: f64 = 0.16;
/// The same for charts with marks on their patches.
const LENIENT: f64 = 0.26;
/// How far refinement may move a corner, in cells.
const MOVE: f64 = 0.4;

/// Finds the chart in a photograph and samples its patches; of several, the largest that passes.
///
/// With `wanted`, any other chart is refused. The photograph may be of any exposure, white balance and
/// tone curve, the chart in any pose that shows all of it.
///
/// # Errors
///
/// [`Refusal`] says why no chart is returned: none seen, mirrored, cut off, too small, too many patches that
/// cannot be used, or not sure.
pub fn find(picture: &Picture<'_>, wanted: Option<Chart>) -> Result<Found, Refusal> {
    check(picture)?;
    let proxy = Proxy::of(picture);
    let mut all = candidates(&proxy);
    all.sort_by(|a, b| rank(b, wanted).cmp(&rank(a, wanted)).then(size(b).total_cmp(&size(a))));
    let mut refusal = Refusal::NotFound;
    for candidate in &all {
        match examine(picture, &proxy, candidate, wanted, all.len() - 1) {
            Err(new) if refusal == Refusal::NotFound => refusal = new,
            Err(_) => {}
            found => return found,
        }
    }
    Err(refusal)
}

/// Samples a chart whose corners a person has given: the outer corners of the four corner patches, as in
/// [`Found::corners`]. They are sharpened on the patches' edges, and turned round where the colours say so.
///
/// # Errors
///
/// [`Refusal`] where the corners make no chart, lie outside, show it mirrored, or too many patches cannot be
/// used. A chart that does not look like one is sampled nonetheless, with a low confidence and a note.
pub fn sample_at(picture: &Picture<'_>, chart: Chart, corners: [[f64; 2]; 4]) -> Result<Found, Refusal> {
    check(picture)?;
    if !convex(corners) {
        return Err(Refusal::Corners);
    }
    let inside =
        |[x, y]: [f64; 2]| x >= 0.0 && y >= 0.0 && x <= picture.width as f64 && y <= picture.height as f64;
    if !corners.into_iter().all(inside) {
        return Err(Refusal::CutOff);
    }
    let proxy = Proxy::of(picture);
    let mut notes = Vec::new();
    let (map, margin) = turned(&proxy, chart, corners, &mut notes)?;
    let (fit, edges) = refined(picture, chart, Fit { map, fill: [FILL; 2] });
    verdict::judge(picture, Evidence { chart, fit, margin, edges, given: true, others: 0, notes })
}

fn check(picture: &Picture<'_>) -> Result<(), Refusal> {
    let pixels = picture.width.checked_mul(picture.height).ok_or(Refusal::Picture)?;
    if pixels == 0 || pixels != picture.rgb.len() { Err(Refusal::Picture) } else { Ok(()) }
}

fn to_picture(map: Homography, factor: usize) -> Homography {
    let f = factor as f64;
    Homography([[f, 0.0, 0.0], [0.0, f, 0.0], [0.0, 0.0, 1.0]]).after(map)
}

/// All charts on the proxy, each once. Charts that are large enough for the smaller sizes are not looked for on
/// the largest, which costs most.
fn candidates(proxy: &Proxy) -> Vec<Candidate> {
    let half = proxy.planes.halved();
    let small = [(&half.halved(), 4.0), (&half, 2.0)];
    let mut blobs = Vec::new();
    for (more, near) in [(&small[..], STRICT), (&[(&proxy.planes, 1.0)], STRICT), (&[], LENIENT)] {
        for (planes, scale) in more {
            flat::blobs(planes, *scale, &mut blobs);
        }
        blobs = lattice::distinct(blobs);
        let all = on_lattices(proxy, &lattice::lattices(&blobs, near));
        if !all.is_empty() {
            return all;
        }
    }
    Vec::new()
}

fn on_lattices(proxy: &Proxy, lattices: &[lattice::Lattice]) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for lattice in lattices {
        let Some(new) = pose::recognise(&proxy.planes, lattice) else { continue };
        match out.iter_mut().find(|old| same_place(old, &new)) {
            Some(old) if (new.chart.patches(), new.score) > (old.chart.patches(), old.score) => *old = new,
            Some(_) => {}
            None => out.push(new),
        }
    }
    out
}

/// Whether two candidates are the same chart: the middle of one lies within the other.
fn same_place(a: &Candidate, b: &Candidate) -> bool {
    let within = |a: &Candidate, b: &Candidate| {
        let middle = a.map.map(middle(a.chart));
        let cell = middle.and_then(|at| b.map.inverse()?.map(at));
        let (right, bottom) = ((b.chart.columns() - 1) as f64, (b.chart.rows() - 1) as f64);
        cell.is_some_and(|[x, y]| (0.0..=right).contains(&x) && (0.0..=bottom).contains(&y))
    };
    within(a, b) || within(b, a)
}

fn middle(chart: Chart) -> [f64; 2] {
    [0.5 * (chart.columns() - 1) as f64, 0.5 * (chart.rows() - 1) as f64]
}

/// What may be used before what may not.
fn rank(candidate: &Candidate, wanted: Option<Chart>) -> [bool; 3] {
    [wanted.is_none_or(|chart| candidate.chart == chart), !candidate.mirrored, !candidate.cut]
}

/// Pixels that a candidate covers, less where its colours are not quite the chart's.
fn size(candidate: &Candidate) -> f64 {
    let [u, v] = candidate.map.steps(middle(candidate.chart)).unwrap_or_default();
    candidate.score.powi(4) * (u[0] * v[1] - u[1] * v[0]).abs() * candidate.chart.patches() as f64
}

/// Measures a candidate in the full pixels.
fn examine(
    picture: &Picture<'_>,
    proxy: &Proxy,
    candidate: &Candidate,
    wanted: Option<Chart>,
    others: usize,
) -> Result<Found, Refusal> {
    let Candidate { chart, margin, mirrored, cut, .. } = *candidate;
    match wanted {
        Some(wanted) if wanted != chart => return Err(Refusal::OtherChart { wanted, found: chart }),
        _ if mirrored => return Err(Refusal::Mirrored),
        _ if cut => return Err(Refusal::CutOff),
        _ => {}
    }
    let start = Fit { map: to_picture(candidate.map, proxy.factor), fill: [FILL; 2] };
    let (fit, edges) = refined(picture, chart, start);
    verdict::judge(picture, Evidence { chart, fit, margin, edges, given: false, others, notes: Vec::new() })
}

/// The refined fit if it stayed where it was, with what is known of its edges; else the fit as it came.
fn refined(picture: &Picture<'_>, chart: Chart, start: Fit) -> (Fit, Option<refine::Edges>) {
    let far = MOVE * start.pitch(chart);
    let stayed = |fit: &Fit| {
        let cells = Fit::corner_cells(chart, [0.0; 2]);
        cells.into_iter().all(|cell| {
            let both = start.map.map(cell).zip(fit.map.map(cell));
            both.is_some_and(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]) <= far)
        })
    };
    match refine::refine(picture, chart, start) {
        Some((fit, edges)) if stayed(&fit) => (fit, Some(edges)),
        _ => (start, None),
    }
}

/// Whether corners go round a convex shape of some size.
fn convex(corners: [[f64; 2]; 4]) -> bool {
    let turn = |k: usize| {
        let [a, b, c] = [corners[k], corners[(k + 1) % 4], corners[(k + 2) % 4]];
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    };
    let turns = [0, 1, 2, 3].map(turn);
    turns.iter().all(|t| *t > 1.0) || turns.iter().all(|t| *t < -1.0)
}

/// The map from a person's corners, in the order that the colours tell, and its lead over the next order.
fn turned(
    proxy: &Proxy,
    chart: Chart,
    corners: [[f64; 2]; 4],
    notes: &mut Vec<String>,
) -> Result<(Homography, f64), Refusal> {
    let cells = Fit::corner_cells(chart, [FILL; 2]);
    let mut orders = Vec::new();
    for turn in 0..8_usize {
        // Four turns, then the same the other way round.
        let order: [usize; 4] =
            std::array::from_fn(|k| if turn < 4 { (turn + k) % 4 } else { (turn - k) % 4 });
        let pairs = [0, 1, 2, 3].map(|k| (cells[k], corners[order[k]]));
        let map = Homography::fit(&pairs).ok_or(Refusal::Corners)?;
        let small =
            Homography([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, proxy.factor as f64]]).after(map);
        let [u, v] = map.steps(middle(chart)).ok_or(Refusal::Corners)?;
        let mirrored = u[0] * v[1] - u[1] * v[0] < 0.0;
        orders.push((pose::score_at(&proxy.planes, &small, chart), turn, mirrored, map));
    }
    let as_given = orders[0];
    orders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (best, next) = (orders[0], orders[1]);
    let margin = best.0 - next.0;
    if best.0 < pose::RECOGNISED {
        return if as_given.2 { Err(Refusal::Corners) } else { Ok((as_given.3, 0.0)) };
    }
    if best.2 {
        return Err(Refusal::Mirrored);
    }
    if best.1 != as_given.1 {
        notes.push(
            "the corners were given in another order than the chart's; its colours say which".to_owned(),
        );
    }
    Ok((best.3, margin))
}
