//! The clock and transcript of one attempt.

use std::fmt;
use std::time::Duration;

use super::deadline::{Clock, Deadline};
use crate::mail::failure::{Cause, Failure, Step};
use crate::mail::reply::{Reply, printable};
use crate::mail::transcript::{Line, Speaker, StepRecord, Transcript};

/// Bytes of text that a transcript keeps.
const TRANSCRIPT_LIMIT: usize = 64 * 1024;

/// The clock and transcript of one attempt, passed through its steps.
#[derive(Debug)]
pub(crate) struct Run {
    clock: Clock,
    trace: Trace,
    observer: Option<Observer>,
    #[cfg(feature = "mail-outbox-store")]
    gate: Option<super::Gate>,
}

/// A function that is called with each step that succeeded, and the number of steps that it has seen.
struct Observer(Box<dyn FnMut(&StepRecord) + Send>, usize);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// The recording part of a run.
#[derive(Debug)]
pub(crate) struct Trace {
    clock: Clock,
    transcript: Transcript,
    remaining: usize,
    /// Remarks and lines of a connection that was replaced by the next one.
    carried: Option<(Vec<String>, Vec<Line>)>,
}

/// The protection of a line on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    Plain,
    Encrypted,
}

impl Run {
    /// Starts a run; see [`Clock::start`].
    pub(crate) fn start(step: Duration, size: usize) -> Self {
        let clock = Clock::start(step, size);
        let trace =
            Trace { clock, transcript: Transcript::default(), remaining: TRANSCRIPT_LIMIT, carried: None };
        Self {
            clock,
            trace,
            observer: None,
            #[cfg(feature = "mail-outbox-store")]
            gate: None,
        }
    }

    /// Calls a function with each step that succeeds, when it is finished.
    pub(crate) fn observed_by(mut self, observer: impl FnMut(&StepRecord) + Send + 'static) -> Self {
        self.observer = Some(Observer(Box::new(observer), 0));
        self
    }

    /// Calls the observer with the steps that are over. A step is over when the next one begins, since a reply can be
    /// added to it until then.
    pub(crate) fn observe_steps(&mut self) {
        let Some(Observer(observe, seen)) = &mut self.observer else { return };
        let steps = &self.trace.transcript.steps;
        steps.iter().skip(*seen).filter(|record| !record.failed).for_each(observe);
        *seen = steps.len();
    }

    /// Sets the gate to pass before the content is sent.
    #[cfg(feature = "mail-outbox-store")]
    pub(crate) fn with_gate(mut self, gate: super::Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Passes the gate, if there is one.
    pub(crate) async fn pass_gate(&mut self) -> Result<(), Cause> {
        #[cfg(feature = "mail-outbox-store")]
        if let Some(gate) = self.gate.take() {
            return gate.pass().await;
        }
        Ok(())
    }

    /// Sets the time limit for the reply to a complete message.
    pub(crate) fn with_final_reply(mut self, limit: Option<Duration>) -> Self {
        self.clock = self.clock.with_final_reply(limit);
        self
    }

    /// Moves the steps since the last connection into the next one, which replaces it.
    pub(crate) fn retry_connection(&mut self, remark: String) {
        let steps = &mut self.trace.transcript.steps;
        let Some(at) = steps.iter().rposition(|record| record.step == Step::Connect) else { return };
        let (mut notes, mut lines) = (Vec::new(), Vec::new());
        for record in steps.drain(at..) {
            notes.extend(record.notes);
            lines.extend(record.lines);
        }
        notes.push(remark);
        if let Some(Observer(_, seen)) = &mut self.observer {
            *seen = at.min(*seen);
        }
        self.trace.carried = Some((notes, lines));
    }

    /// Restarts the clock, for a message of `size` bytes.
    pub(crate) fn restart_clock(&mut self, step: Duration, size: usize) {
        self.clock = self.clock.restarted(step, size);
        self.trace.clock = self.clock;
    }

    /// Begins a step.
    pub(crate) fn begin(&mut self, step: Step) -> Deadline {
        self.observe_steps();
        self.trace.begin(step);
        match step {
            Step::Body => self.clock.body(),
            Step::Dot => self.clock.final_reply(),
            _ => self.clock.step(),
        }
    }

    /// Returns a fresh deadline for the step that was begun last.
    pub(crate) fn resume(&mut self) -> Deadline {
        self.clock.step()
    }

    /// Finishes the current step; a cause becomes the failure of that step.
    pub(crate) fn finish<T>(&mut self, result: Result<T, Cause>) -> Result<T, Failure> {
        let now = self.clock.elapsed();
        let Some(record) = self.trace.transcript.steps.last_mut() else {
            return result.map_err(|cause| Failure::new(Step::Settings, cause));
        };
        record.took = now.saturating_sub(record.at);
        let milliseconds = u64::try_from(record.took.as_millis()).unwrap_or(u64::MAX);
        tracing::trace!(step = record.step.id(), milliseconds, failed = result.is_err(), "step");
        result.map_err(|cause| {
            record.failed = true;
            record.seen = cause.to_string();
            Failure::new(record.step, cause)
        })
    }

    /// Records the result of the current step.
    pub(crate) fn observe(&mut self, text: impl Into<String>) {
        if let Some(record) = self.trace.transcript.steps.last_mut() {
            record.seen = text.into();
        }
    }

    /// Adds a remark to the current step.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        if let Some(record) = self.trace.transcript.steps.last_mut() {
            record.notes.push(text.into());
        }
    }

    /// Records the reply to the current step.
    pub(crate) fn observe_reply(&mut self, result: &Result<Reply, Cause>) {
        match result {
            Ok(reply) => self.observe(reply.to_string()),
            Err(cause) => self.observe(cause.to_string()),
        }
    }

    /// Returns the recorder, for the wire.
    pub(crate) fn trace(&mut self) -> &mut Trace {
        &mut self.trace
    }

    /// Returns the transcript.
    pub(crate) fn into_transcript(self) -> Transcript {
        self.trace.transcript
    }
}

impl Trace {
    fn begin(&mut self, step: Step) {
        let (notes, lines) = self.carried.take().unwrap_or_default();
        let record = StepRecord {
            step,
            at: self.clock.elapsed(),
            took: Duration::ZERO,
            failed: false,
            seen: String::new(),
            notes,
            lines,
        };
        self.transcript.steps.push(record);
    }

    /// Records a line from the client; the caller has replaced secrets.
    pub(crate) fn client(&mut self, text: &str, protection: Protection) {
        self.line(Speaker::Client, text.to_owned(), protection);
    }

    /// Records a line from the server.
    pub(crate) fn server(&mut self, bytes: &[u8], protection: Protection) {
        self.line(Speaker::Server, printable(bytes), protection);
    }

    fn line(&mut self, speaker: Speaker, mut text: String, protection: Protection) {
        if self.remaining == 0 {
            return;
        }
        self.remaining = self.remaining.saturating_sub(text.len() + 16);
        if self.remaining == 0 {
            text = "… (the rest of the conversation is omitted)".to_owned();
        }
        let encrypted = protection == Protection::Encrypted;
        let line = Line { at: self.clock.elapsed(), speaker, encrypted, text };
        if let Some(record) = self.transcript.steps.last_mut() {
            record.lines.push(line);
        }
    }
}
