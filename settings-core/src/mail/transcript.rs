//! What was said on a connection, as data.

use std::{fmt, time::Duration};

use super::failure::Step;

/// The steps of one attempt, in order, each with its time and what was said.
///
/// Secrets never enter it: what carried one is replaced when it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The steps in the order in which they were begun.
    pub steps: Vec<StepRecord>,
}

/// One step of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// Which step.
    pub step: Step,
    /// When it began, counted from the start of the attempt.
    pub at: Duration,
    /// How long it took; zero while it runs.
    pub took: Duration,
    /// Whether it failed.
    pub failed: bool,
    /// What was seen, in one line.
    pub seen: String,
    /// What should be known although the step went well.
    pub notes: Vec<String>,
    /// What was said.
    pub lines: Vec<Line>,
}

/// One line of a conversation, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from the start of the attempt.
    pub at: Duration,
    /// Who said it.
    pub speaker: Speaker,
    /// Whether it went through TLS.
    pub encrypted: bool,
    /// The text, fit to print, secrets replaced.
    pub text: String,
}

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// We.
    Client,
    /// The mail server.
    Server,
}

impl Transcript {
    /// All lines of all steps.
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
