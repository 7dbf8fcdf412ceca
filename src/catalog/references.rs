//! What a set was lit by: its chart's camera and its grey card's gains, learnt once a run and turned into settings
//! of the recipe for every item that they stand for.
//!
//! A reference that cannot be trusted fails the items that hang on it, with what to do: they are never rendered as
//! if it were not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::run::{Failure, read, undecodable};
use super::{Gate, Item, Role, path_text};
use crate::camera::{Ask, photographed};
use crate::codec::{self, DecodeOptions};
use crate::image::{Image, Pool};
use crate::ops::{luminance, proxy};
use crate::recipe::Recipe;

/// The largest part of a grey card's light by which its middle may be uneven, and the largest tint: more is no
/// grey card.
const UNEVEN: f32 = 0.3;
const TINT: f32 = 2.5;

/// Bytes of light and planes that a reference takes a pixel while it is looked at.
const BYTES_A_PIXEL: u64 = 24;

type Learnt = Arc<OnceLock<Result<String, Failure>>>;

/// The references of a run, each looked at once.
#[derive(Debug, Default)]
pub struct References {
    learnt: Mutex<BTreeMap<PathBuf, Learnt>>,
}

impl References {
    /// The settings of this recipe that an item's chart and grey card ask for; none for what a person laid down.
    /// What is not used is a note.
    pub(super) fn settings(
        &self,
        item: &Item,
        recipe: &Recipe,
        (gate, pool): (&Gate, &Pool),
        notes: &mut Vec<String>,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut settings = BTreeMap::new();
        let said = |op: &str, keys: &[&str]| {
            let written = recipe.entries().iter().filter(|e| e.def.name == op);
            let written = written.flat_map(|e| e.settings.keys()).any(|k| keys.contains(&k.as_str()));
            written || keys.iter().any(|key| item.overrides.contains_key(&format!("{op}.{key}")))
        };
        if let Some(chart) = item.shot(Role::Chart) {
            if !recipe.has("camera_profile") {
                notes.push("the chart is not used: the recipe has no camera_profile".into());
            } else if !said("camera_profile", &["file", "text"]) {
                let camera = self.once(&chart.path, |path| camera(path, gate, pool))?;
                settings.insert("camera_profile.text".into(), camera);
                // The chart tells balance and exposure; a backdrop's would come on top.
                for op in ["white_balance", "exposure"] {
                    if recipe.has(op) && !said(op, &["gain", "grey", "ev"]) {
                        settings.insert(format!("{op}.from"), "none".into());
                    }
                }
                if item.shot(Role::Grey).is_some() {
                    notes.push("the grey card is not used: the chart tells the balance".into());
                }
                return Ok(settings);
            }
        }
        if let Some(grey) = item.shot(Role::Grey) {
            if !recipe.has("white_balance") {
                notes.push("the grey card is not used: the recipe has no white_balance".into());
            } else if !said("white_balance", &["gain", "grey"]) {
                let gain = self.once(&grey.path, |path| neutral(path, gate, pool))?;
                settings.insert("white_balance.gain".into(), gain);
            }
        }
        Ok(settings)
    }

    /// What a file teaches; whoever comes first looks, the others wait.
    fn once(
        &self,
        path: &Path,
        learn: impl FnOnce(&Path) -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        let slot = {
            let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
            learnt.entry(path.into()).or_default().clone()
        };
        slot.get_or_init(|| learn(path)).clone()
    }
}

/// A reference's photograph, within the run's memory.
fn decoded(path: &Path, gate: &Gate, pool: &Pool) -> Result<(Image, String, super::Permit), Failure> {
    let bytes = read(path)?;
    let header = codec::probe(&bytes).map_err(|e| undecodable(path, &e))?;
    let permit = gate.admit(bytes.len() as u64 + BYTES_A_PIXEL * header.size.pixels() as u64);
    let image = codec::decode(&bytes, &DecodeOptions::default(), pool).map_err(|e| undecodable(path, &e))?;
    Ok((image, blake3::hash(&bytes).to_hex().to_string(), permit))
}

/// The camera file that a chart teaches.
fn camera(path: &Path, gate: &Gate, pool: &Pool) -> Result<String, Failure> {
    let (image, hash, _permit) = decoded(path, gate, pool)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fail = |code: &str, what: String, help: &str| {
        Failure::new(code, format!("the set's chart {}: {what}", path_text(path)), None, help)
    };
    // The day belongs to the run's report: the same chart is to give the same settings.
    let (camera, _) = photographed(&image, [&name, &hash, "in this run"], &Ask::default())
        .map_err(|e| fail(e.code(), e.to_string(), e.help()))?;
    pool.give(image.pixels);
    camera.to_toml().map_err(|e| fail(e.code(), e.to_string(), e.help()))
}

/// The gains that make a grey card's middle neutral at its own luminance.
fn neutral(path: &Path, gate: &Gate, pool: &Pool) -> Result<String, Failure> {
    let (image, _, _permit) = decoded(path, gate, pool)?;
    let (frame, plane) = proxy::at_least(&image, proxy::LONG_SIDE);
    pool.give(image.pixels);
    let middle = |side: u32| 2 * side / 5..(3 * side).div_ceil(5).max(2 * side / 5 + 1);
    let mut colours: Vec<[f32; 3]> = Vec::new();
    for y in middle(frame.size.height) {
        for x in middle(frame.size.width) {
            let [r, g, b, _] = plane.rgba_at(x.min(frame.size.width - 1), y.min(frame.size.height - 1));
            colours.push([r, g, b]);
        }
    }
    let share = |c: usize, share: f64| {
        let mut values: Vec<f32> = colours.iter().map(|v| v[c]).collect();
        values.sort_by(f32::total_cmp);
        values[((values.len() - 1) as f64 * share) as usize]
    };
    let medians = [0, 1, 2].map(|c| share(c, 0.5));
    let uneven = (0..3).any(|c| share(c, 0.95) - share(c, 0.05) > UNEVEN * medians[c]);
    let (least, most) =
        (medians.iter().copied().fold(f32::MAX, f32::min), medians.iter().copied().fold(0.0, f32::max));
    let what = match () {
        () if most > 0.98 => "its middle is clipped",
        () if least < 0.01 => "its middle is black",
        () if uneven => "its middle is not even",
        () if most > TINT * least => "its middle is a colour",
        () => {
            let y = luminance(medians);
            let [r, g, b] = medians.map(|v| y / v);
            return Ok(format!("[{r}, {g}, {b}]"));
        }
    };
    let help = "photograph the grey card again so that it fills the middle fifth of the picture, evenly lit";
    Err(Failure::new("E-GREY-CARD", format!("the set's grey card {}: {what}", path_text(path)), None, help))
}
