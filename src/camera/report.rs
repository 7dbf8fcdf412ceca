//! A calibration as text for a person: every patch before and after, and how the kinds of model did. Decides nothing.

use super::calibrate::Calibration;
use super::score::Score;

/// The table. Differences are CIEDE2000; "left out" is by a model that was made without the patch.
#[must_use]
pub fn report(calibration: &Calibration) -> String {
    let c = calibration;
    let mut lines = vec![format!(
        "{:<24} {:>6} {:>6} {:>6} {:>8} {:>8} {:>9}",
        "patch", "L", "a", "b", "before", "after", "left out"
    )];
    for (i, p) in c.patches.iter().enumerate() {
        let left_out = match (&p.unused, p.left_out) {
            (Some(reason), _) => format!("  not used: {reason}"),
            (None, Some(error)) => format!("{error:>9.2}"),
            (None, None) => String::new(),
        };
        let [l, a, b] = p.lab;
        lines.push(format!(
            "{:<24} {l:>6.1} {a:>6.1} {b:>6.1} {:>8.2} {:>8.2} {left_out}",
            format!("{:>3} {:.20}", i + 1, p.name),
            p.before,
            p.after,
        ));
    }
    lines.push(String::new());
    lines.push(format!("{:<24} {:>8} {:>8} {:>8} {:>8}", "errors", "mean", "median", "p95", "max"));
    let mut score = |name: &str, s: &Score| {
        lines.push(format!("{name:<24} {:>8.2} {:>8.2} {:>8.2} {:>8.2}", s.mean, s.median, s.p95, s.max));
    };
    score("as photographed", &c.errors.before);
    score("training", &c.errors.training);
    score("left out", &c.errors.left_out);
    if let Some(s) = &c.errors.choosing {
        score("left out of the choice", s);
    }
    for trial in &c.trials {
        let mark = if trial.kind == c.model.kind { " (chosen)" } else { "" };
        score(&format!("{}{mark}", trial.kind.name()), &trial.left_out);
    }
    lines.push(String::new());
    let [right, down] = c.light;
    lines.push(format!("light over the chart     {right:+.2} stops to the right, {down:+.2} downwards"));
    lines.push(format!("quality                  {}", c.quality.words()));
    lines.join("\n") + "\n"
}
