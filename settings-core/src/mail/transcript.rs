//! The conversation with a server, as data.

use std::fmt;
use std::time::Duration;

use super::failure::Step;

/// The steps of one attempt, in order, each with its duration and the lines exchanged.
///
/// Secrets are replaced before they are recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transcript {
    /// The steps in the order in which they started.
    pub steps: Vec<StepRecord>,
}

/// One step of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepRecord {
    /// The step.
    pub step: Step,
    /// The time from the start of the attempt to the start of the step.
    pub at: Duration,
    /// The duration of the step; zero while it is running.
    pub took: Duration,
    /// True if the step failed.
    pub failed: bool,
    /// The result of the step, in one line.
    pub seen: String,
    /// Remarks about a step that succeeded.
    pub notes: Vec<String>,
    /// The lines exchanged.
    pub lines: Vec<Line>,
}

/// One line of a conversation, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The time from the start of the attempt.
    pub at: Duration,
    /// The side that sent the line.
    pub speaker: Speaker,
    /// True if the line was sent through TLS.
    pub encrypted: bool,
    /// The text, safe to print, with secrets replaced.
    pub text: String,
}

/// The side that sent a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The client (this crate).
    Client,
    /// The mail server.
    Server,
}

impl Transcript {
    /// Returns the lines of all steps.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.steps.iter().flat_map(|record| &record.lines)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = match (self.speaker, self.encrypted) {
            (Speaker::Client, false) => "->",
            (Speaker::Client, true) => "~>",
            (Speaker::Server, false) => "<-",
            (Speaker::Server, true) => "<~",
        };
        write!(f, "{:>6} ms {arrow} {}", self.at.as_millis(), self.text)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for record in &self.steps {
            writeln!(f, "{:>6} ms == {}", record.at.as_millis(), record.step)?;
            for line in &record.lines {
                writeln!(f, "{line}")?;
            }
            if !record.seen.is_empty() {
                writeln!(f, "{:>6} ms    {}", (record.at + record.took).as_millis(), record.seen)?;
            }
        }
        Ok(())
    }
}
