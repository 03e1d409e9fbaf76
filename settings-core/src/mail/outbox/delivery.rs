//! One attempt to deliver a mail.

use std::sync::{Arc, OnceLock};

use tokio::sync::OwnedSemaphorePermit;

use crate::mail::fingerprint::Fingerprint;
use crate::mail::mailer::Mailer;
use crate::mail::outbox::circuit::Health;
use crate::mail::outbox::clock::Clock;
use crate::mail::outbox::entry::MailState;
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::sender::ConfiguredSender;
use crate::mail::outbox::store::{BeginOutcome, DueMail, OutboxStore};
use crate::mail::outbox::turn::{Turn, begin, settle, work};
use crate::mail::outbox::verdict::{Verdict, judge};
use crate::mail::outcome::Outcome;
use crate::mail::session::Gate;

/// One attempt to deliver a mail.
pub(super) struct Delivery {
    pub(super) store: Arc<dyn OutboxStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) turn: Arc<Turn>,
    pub(super) mailer: Mailer,
    pub(super) due: DueMail,
    /// The permit to send, which is given back when the mail is delivered.
    pub(super) slot: Option<OwnedSemaphorePermit>,
}

/// The result of an attempt.
pub(super) struct Completed {
    pub(super) id: MailId,
    pub(super) health: Health,
    /// The settings that were used.
    pub(super) settings: Fingerprint,
    pub(super) end: End,
}

/// The end of an attempt for the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The mail has this state.
    Settled(MailState),
    /// The attempt did not concern the mail itself, or the mail was removed.
    Untouched,
    /// The lease was lost while the mail was sent.
    Lost,
}

/// The reason that a mail was held back right before its content was sent.
enum GateFailure {
    Removed,
    Store(OutboxError),
}

impl Delivery {
    pub(super) async fn run(mut self) -> Result<Completed, OutboxError> {
        let (id, token) = (self.due.id, self.due.token);
        let attempts = self.due.attempts.saturating_add(1);
        let sender = ConfiguredSender::from_settings(&self.mailer.settings());
        if let Some(sender) = sender.as_ref().filter(|_| self.due.follows_settings)
            && !sender.is_sender_of(&self.due.object)
        {
            match sender.apply_to(&self.due.object) {
                Ok(object) => self.due.object = object,
                Err(error) => tracing::warn!(%id, %error, "the mail keeps its old sender"),
            }
        }
        let is_configured_sender = sender.is_some_and(|sender| sender.is_sender_of(&self.due.object));
        let gate = Arc::new(OnceLock::new());
        let (outcome, settings) = self.mailer.send_gated(self.gate(attempts, &gate), &self.due.object).await;
        match gate.get() {
            Some(GateFailure::Store(error)) => {
                // the mail was not begun, as far as is known, and others need not wait for the end of its lease
                let _ = work(&self.store, &self.turn, move |store| store.release(id, token)).await;
                return Err(error.clone());
            }
            Some(GateFailure::Removed) => {
                return Ok(Completed { id, health: Health::Fine, settings, end: End::Untouched });
            }
            None => {}
        }
        let now = self.clock.now();
        let Verdict { settlement, health } = judge(&outcome, &self.due, is_configured_sender, now);
        log(id, attempts, &outcome);
        if matches!(outcome, Outcome::Delivered { .. }) {
            // after a failure, no other mail is tried before the queue knows of it
            self.slot = None;
        }
        let end = match settlement {
            Some(settlement) => {
                let state = settle(&self.store, &self.turn, (id, token), settlement, now).await?;
                state.map_or(End::Lost, End::Settled)
            }
            None => {
                work(&self.store, &self.turn, move |store| store.release(id, token)).await?;
                End::Untouched
            }
        };
        if end == End::Lost {
            tracing::warn!(%id, "the lease of a mail was lost while it was sent; its result is not recorded");
        }
        Ok(Completed { id, health, settings, end })
    }

    /// Marks the mail as `sending` before its content is sent.
    fn gate(&self, attempt: u32, failure: &Arc<OnceLock<GateFailure>>) -> Gate {
        let (store, turn, clock) = (Arc::clone(&self.store), Arc::clone(&self.turn), Arc::clone(&self.clock));
        let (id, token, failure) = (self.due.id, self.due.token, Arc::clone(failure));
        Gate::new(async move {
            let why = match begin(&store, &turn, (id, token), attempt, clock.now()).await {
                Ok(BeginOutcome::Started) => return Ok(()),
                Ok(BeginOutcome::NotPending) => GateFailure::Removed,
                Err(error) => GateFailure::Store(error),
            };
            let text = match &why {
                GateFailure::Removed => "the mail was removed from the outbox, or taken over".to_owned(),
                GateFailure::Store(error) => error.to_string(),
            };
            let _ = failure.set(why);
            Err(text)
        })
    }
}

/// Logs the outcome of an attempt without quoting the mail or the server.
fn log(id: MailId, attempts: u32, outcome: &Outcome) {
    let name = outcome.name();
    let code = match outcome {
        Outcome::Delivered { reply, .. } => Some(reply.code()),
        _ => outcome.failure().and_then(|failure| failure.reply()).map(|reply| reply.code()),
    };
    match outcome.failure() {
        None => tracing::info!(%id, attempts, code, "mail {name}"),
        Some(failure) => tracing::warn!(%id, attempts, code, step = failure.step.id(), "mail {name}"),
    }
}
