//! One attempt's clock and transcript, carried through its steps.

use std::time::Duration;

use super::deadline::{Clock, Deadline};
use crate::mail::{
    failure::{Cause, Failure, Step},
    reply::{Reply, printable},
    transcript::{Line, Speaker, StepRecord, Transcript},
};

/// Bytes of text that a transcript keeps.
const TRANSCRIPT_LIMIT: usize = 64 * 1024;

/// One attempt: its clock, and what it has done so far.
#[derive(Debug)]
pub(crate) struct Run {
    clock: Clock,
    trace: Trace,
    #[cfg(feature = "mail-outbox")]
    gate: Option<super::Gate>,
}

/// The part of a run that records.
#[derive(Debug)]
pub(crate) struct Trace {
    clock: Clock,
    transcript: Transcript,
    encrypted: bool,
    room: usize,
}

impl Run {
    /// A run that starts now; see [`Clock::start`].
    pub(crate) fn start(step: Duration, size: usize) -> Self {
        let clock = Clock::start(step, size);
        let trace =
            Trace { clock, transcript: Transcript::default(), encrypted: false, room: TRANSCRIPT_LIMIT };
        Self {
            clock,
            trace,
            #[cfg(feature = "mail-outbox")]
            gate: None,
        }
    }

    /// The run with a gate to pass before the content is sent.
    #[cfg(feature = "mail-outbox")]
    pub(crate) fn behind(mut self, gate: super::Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Passes the gate, if there is one.
    pub(crate) async fn pass_gate(&mut self) -> Result<(), Cause> {
        #[cfg(feature = "mail-outbox")]
        if let Some(gate) = self.gate.take() {
            return gate.pass().await;
        }
        Ok(())
    }

    /// Sets the clock anew, once the message's size is known.
    pub(crate) fn restart_clock(&mut self, step: Duration, size: usize) {
        self.clock = Clock::start(step, size);
        self.trace.clock = self.clock;
    }

    /// Begins a step.
    pub(crate) fn enter(&mut self, step: Step) -> Deadline {
        self.trace.enter(step);
        if step == Step::Body { self.clock.body() } else { self.clock.step() }
    }

    /// A fresh deadline for the step that was entered last.
    pub(crate) fn resume(&mut self) -> Deadline {
        self.clock.step()
    }

    /// Ends the running step; a cause becomes the failure of that step.
    pub(crate) fn leave<T>(&mut self, result: Result<T, Cause>) -> Result<T, Failure> {
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

    /// Notes what the running step saw.
    pub(crate) fn saw(&mut self, text: impl Into<String>) {
        if let Some(record) = self.trace.transcript.steps.last_mut() {
            record.seen = text.into();
        }
    }

    /// Notes the reply that the running step saw.
    pub(crate) fn saw_reply(&mut self, result: &Result<Reply, Cause>) {
        match result {
            Ok(reply) => self.saw(reply.to_string()),
            Err(cause) => self.saw(cause.to_string()),
        }
    }

    /// The recorder, for the wire.
    pub(crate) fn trace(&mut self) -> &mut Trace {
        &mut self.trace
    }

    /// From here on everything goes through TLS.
    pub(crate) fn encrypted(&mut self) {
        self.trace.encrypted = true;
    }

    /// From here on nothing is encrypted: another connection begins.
    pub(crate) fn in_clear(&mut self) {
        self.trace.encrypted = false;
    }

    /// The transcript so far.
    pub(crate) fn into_transcript(self) -> Transcript {
        self.trace.transcript
    }
}

impl Trace {
    fn enter(&mut self, step: Step) {
        let record = StepRecord {
            step,
            at: self.clock.elapsed(),
            took: Duration::ZERO,
            failed: false,
            seen: String::new(),
            lines: Vec::new(),
        };
        self.transcript.steps.push(record);
    }

    /// Records a line that we say; secrets are replaced by the caller.
    pub(crate) fn client(&mut self, text: &str) {
        self.line(Speaker::Client, text.to_owned());
    }

    /// Records a line that the server says.
    pub(crate) fn server(&mut self, bytes: &[u8]) {
        self.line(Speaker::Server, printable(bytes));
    }

    fn line(&mut self, speaker: Speaker, mut text: String) {
        if self.room == 0 {
            return;
        }
        self.room = self.room.saturating_sub(text.len() + 16);
        if self.room == 0 {
            text = "… (the rest of the conversation is left out)".to_owned();
        }
        let line = Line { at: self.clock.elapsed(), speaker, encrypted: self.encrypted, text };
        if let Some(record) = self.transcript.steps.last_mut() {
            record.lines.push(line);
        }
    }
}
