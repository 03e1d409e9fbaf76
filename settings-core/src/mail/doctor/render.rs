//! The human-readable form of a diagnosis.

use std::fmt;

use crate::mail::doctor::{CheckStatus, Diagnosis, StepCheck};

impl CheckStatus {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Failed => "FAIL",
            Self::Skipped => "-",
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checks.iter().try_for_each(|check| write!(f, "{check}"))?;
        self.remark.iter().try_for_each(|remark| writeln!(f, "{remark}"))
    }
}

/// Writes one line for the step, and one for each hint.
impl fmt::Display for StepCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.milliseconds.map(|ms| format!("{ms:.1} ms")).unwrap_or_default();
        writeln!(f, "{:<10} {:<5} {time:>10}  {}", self.step, self.status.word(), self.seen)?;
        for hint in &self.hints {
            writeln!(f, "{:<10} {:<5} {:>10}  {hint}", "", "hint", "")?;
        }
        Ok(())
    }
}
