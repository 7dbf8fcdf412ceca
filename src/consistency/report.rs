//! A solution as CSV text, one row a shot. Writes no file.

use super::observation::Observation;
use super::solution::{Solution, Source};

/// The columns. Residuals are what a source says beyond the gains asked for: exposure in EV, colour as R/G
/// and B/G in percent.
const COLUMNS: [&str; 20] = [
    "name",
    "time_s",
    "ev",
    "ev_sigma",
    "gain_r",
    "gain_g",
    "gain_b",
    "tint_sigma_percent",
    "asked_ev",
    "backdrop_ev",
    "backdrop_rg",
    "backdrop_bg",
    "product_ev",
    "product_rg",
    "product_bg",
    "grey_ev",
    "grey_rg",
    "grey_bg",
    "chart",
    "flags",
];

/// The solution of `shots` as CSV with a line of column names. Cells of what is not known are empty; what
/// begins like a formula in a spreadsheet is led by an apostrophe.
///
/// # Errors
///
/// Where the CSV writer fails, which only lack of memory can make it do.
pub fn csv(shots: &[Observation], solution: &Solution) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for (i, (shot, gains)) in shots.iter().zip(&solution.gains).enumerate() {
        let of = |list: &[f64]| list.get(i).copied().unwrap_or(f64::NAN);
        let asked = solution.asked.get(i).map_or(f64::NAN, |g| g.iter().map(|g| g.log2()).sum::<f64>() / 3.0);
        let time = number(shot.time.unwrap_or(f64::NAN), 3);
        let mut row =
            vec![plain(&shot.name), time, number(of(&solution.ev), 4), number(of(&solution.sigma), 4)];
        row.extend(gains.iter().map(|g| number(*g, 6)));
        row.push(number(100.0 * of(&solution.tint_sigma), 3));
        row.push(number(asked, 4));
        for source in Source::ALL {
            match solution.residuals.get(i).and_then(|r| r[source as usize]) {
                Some([r, g, b]) => {
                    row.push(number((r + g + b) / 3.0 / std::f64::consts::LN_2, 4));
                    row.extend([r - g, b - g].map(|v| number(100.0 * v.exp_m1(), 3)));
                }
                None => row.extend([const { String::new() }; 3]),
            }
        }
        row.push(if shot.chart { "chart".into() } else { String::new() });
        let flags: Vec<String> =
            solution.flags.get(i).into_iter().flatten().map(ToString::to_string).collect();
        row.push(flags.join("; "));
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A number, or nothing where it is not known; no negative zeros.
fn number(v: f64, digits: usize) -> String {
    let text = format!("{v:.digits$}");
    let is_zero = text.bytes().all(|b| b"-0.".contains(&b));
    match text.strip_prefix('-').filter(|_| is_zero) {
        _ if !v.is_finite() => String::new(),
        Some(zero) => zero.to_owned(),
        None => text,
    }
}

/// A name that no spreadsheet computes.
fn plain(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() }
}
