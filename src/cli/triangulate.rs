//! `packshot matte --shots A,B --plates PA,PB`: which photographs the exact matte is made of.

use std::path::PathBuf;

use clap::Args;

use super::Failed;

/// Flags of a matte from two backdrops.
#[derive(Debug, Args)]
pub(super) struct PairArgs {
    /// The product before two backdrops, for the exact matte; instead of IMAGE.
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1, requires = "plates")]
    #[arg(conflicts_with_all = ["image", "plate"])]
    shots: Vec<PathBuf>,
    /// The empty sets of both shots, in their order.
    #[arg(long, value_name = "PA,PB", value_delimiter = ',', num_args = 1, requires = "shots")]
    plates: Vec<PathBuf>,
}

impl PairArgs {
    /// The first shot and its plate, then the second's; `None` where there is one photograph.
    pub(super) fn paths(&self) -> Result<Option<[[&PathBuf; 2]; 2]>, Failed> {
        match (self.shots.as_slice(), self.plates.as_slice()) {
            ([], []) => Ok(None),
            ([a, b], [pa, pb]) => Ok(Some([[a, pa], [b, pb]])),
            (shots, plates) => Err(Failed::usage(
                "E-PAIRS",
                format!("{} shots and {} plates; there must be two of each", shots.len(), plates.len()),
                "write --shots A,B --plates PA,PB",
            )),
        }
    }
}
