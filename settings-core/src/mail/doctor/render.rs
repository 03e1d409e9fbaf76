//! A report for people.

use std::fmt;

use super::{Check, Report, Status};

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Failed => "FAIL",
            Self::Skipped => "-",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checks.iter().try_for_each(|check| write!(f, "{check}"))
    }
}

/// One line for the step, one for each hint.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.milliseconds.map(|ms| format!("{ms:.1} ms")).unwrap_or_default();
        writeln!(f, "{:<10} {:<5} {time:>10}  {}", self.step, self.status.word(), self.seen)?;
        for hint in &self.hints {
            writeln!(f, "{:<10} {:<5} {:>10}  {hint}", "", "hint", "")?;
        }
        Ok(())
    }
}
