//! What a person sees while a run goes on: a bar on a terminal, plain lines for what went wrong.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::catalog::{ItemReport, Status};

/// Progress of a run, on stderr.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for `total` items; hidden where stderr is no terminal.
    pub(super) fn new(total: usize) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new(total as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} items  {per_sec}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Shows one finished item: silence is good news.
    pub(super) fn item(&self, report: &ItemReport) {
        let name = match (report.sku.as_str(), report.inputs.first()) {
            ("", Some(input)) => input.path.clone(),
            (sku, _) => format!("{sku} {}", report.view),
        };
        self.bar.inc(1);
        if let Some(error) = &report.error {
            self.line(&format!("error[{}]: {name}: {}", error.code, error.what));
            if let Some(cause) = &error.cause {
                self.line(&format!("  cause: {cause}"));
            }
            if let Some(help) = &error.help {
                self.line(&format!("  help:  {help}"));
            }
        }
        if report.status == Status::Flagged {
            for flag in &report.flags {
                self.line(&format!("review[{}]: {name}: {}", flag.code, flag.reason));
            }
        }
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        if self.bar.is_hidden() { eprintln!("{text}") } else { self.bar.println(text) }
    }
}
