//! How a run ended, and what its process leaves with: a contract that schedulers build on. A pure function.

use serde::{Deserialize, Serialize};

use super::Status;

/// What cut a run short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Halt {
    /// Storage or GPU gave up; the same run may succeed later.
    Temporary,
    /// Bad usage, recipe or manifest, or the backend that was asked for is missing.
    Usage,
    /// A fault of Packshot.
    Internal,
    /// The user stopped it.
    Interrupted,
    /// The system stopped it.
    Terminated,
}

/// How the items of a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Outcome {
    /// Items done.
    pub done: u64,
    /// Items done that a person should look at.
    pub flagged: u64,
    /// Items and files that failed or were refused.
    pub failed: u64,
    /// Of the failed ones, those that may succeed later.
    #[serde(default)]
    pub temporary: u64,
    /// Items that were done already.
    pub skipped: u64,
    /// What cut the run short, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
}

impl Outcome {
    /// Counts an item.
    pub fn count(&mut self, status: Status) {
        match status {
            Status::Done => self.done += 1,
            Status::Flagged => self.flagged += 1,
            Status::Failed => self.failed += 1,
            Status::Skipped => self.skipped += 1,
        }
    }

    /// Counts a failed item that may succeed later.
    pub fn count_temporary(&mut self) {
        self.failed += 1;
        self.temporary += 1;
    }

    /// Notes what cut the run short; the gravest stays.
    pub fn stop(&mut self, halt: Halt) {
        self.halt = self.halt.max(Some(halt));
    }

    /// All items.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.done + self.flagged + self.failed + self.skipped
    }

    /// What the process leaves with: 0 all done, 1 internal, 2 usage, 3 some failed, 4 some flagged (only with
    /// `fail_on_flag`), 75 try again, 130 and 143 interrupted.
    ///
    /// A run is worth another try while any of its failures may pass; what stays shows then.
    #[must_use]
    pub fn exit_code(&self, fail_on_flag: bool) -> u8 {
        match self.halt {
            Some(Halt::Interrupted) => 130,
            Some(Halt::Terminated) => 143,
            Some(Halt::Internal) => 1,
            Some(Halt::Usage) => 2,
            Some(Halt::Temporary) => 75,
            None if self.temporary > 0 => 75,
            None if self.failed > 0 => 3,
            None if self.flagged > 0 && fail_on_flag => 4,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_contract() {
        let code = |done, flagged, failed, temporary, halt: Option<Halt>, fail_on_flag| {
            Outcome { done, flagged, failed, temporary, skipped: 1, halt }.exit_code(fail_on_flag)
        };
        assert_eq!(Outcome::default().exit_code(true), 0);
        assert_eq!(code(5, 0, 0, 0, None, true), 0);
        assert_eq!(code(5, 1, 0, 0, None, false), 0);
        assert_eq!(code(5, 1, 0, 0, None, true), 4);
        assert_eq!(code(5, 1, 2, 0, None, true), 3);
        assert_eq!(code(5, 1, 2, 1, None, true), 75);
        assert_eq!(code(5, 0, 0, 0, Some(Halt::Temporary), false), 75);
        assert_eq!(code(0, 0, 2, 1, Some(Halt::Usage), false), 2);
        assert_eq!(code(0, 0, 2, 1, Some(Halt::Internal), false), 1);
        assert_eq!(code(9, 0, 2, 1, Some(Halt::Interrupted), false), 130);
        assert_eq!(code(9, 0, 2, 1, Some(Halt::Terminated), false), 143);
    }

    #[test]
    fn the_gravest_halt_stays() {
        let mut outcome = Outcome::default();
        outcome.stop(Halt::Internal);
        outcome.stop(Halt::Temporary);
        assert_eq!(outcome.exit_code(false), 1);
        outcome.stop(Halt::Interrupted);
        assert_eq!(outcome.exit_code(false), 130);
        outcome.count(Status::Done);
        outcome.count_temporary();
        assert_eq!((outcome.total(), outcome.failed), (2, 1));
    }
}
