//! One mail through an open conversation (RFC 5321, 3.3; pipelined by RFC 2920).

use std::time::Duration;

use super::envelope::rcpt_command;
use super::run::Run;
use super::{Envelope, Session, positive};
use crate::mail::failure::{Cause, Failure, ProtocolFault, Step};
use crate::mail::message::Stuffed;
use crate::mail::outcome::{Recipient, RecipientState};
use crate::mail::reply::Reply;

/// Commands per write; the replies to more of them could fill the buffers of both sides.
const GROUP: usize = 100;
/// The time that a server which closed the connection during the body has to send a reply.
const FINAL_REPLY_TIMEOUT: Duration = Duration::from_millis(200);

/// A mail that the server accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) reply: Reply,
    pub(crate) recipients: Vec<Recipient>,
}

/// A mail that the server did not accept.
#[derive(Debug)]
pub(crate) struct DeliveryError {
    pub(crate) failure: Failure,
    pub(crate) recipients: Vec<Recipient>,
    /// True if the conversation can continue.
    pub(crate) reusable: bool,
}

impl DeliveryError {
    /// Returns true if the failure may concern the connection rather than the mail, so that a new connection may work.
    ///
    /// In all these cases the server has not accepted the mail.
    pub(crate) fn may_concern_connection(&self) -> bool {
        match (&self.failure.cause, self.failure.step) {
            (Cause::Closed | Cause::Io { .. }, step) => is_envelope(step),
            (Cause::TimedOut(_) | Cause::Protocol(ProtocolFault::OutOfSync(_)), Step::MailFrom) => true,
            (Cause::Reply(reply), step) => concerns_connection(step, reply),
            _ => false,
        }
    }
}

fn is_envelope(step: Step) -> bool {
    matches!(step, Step::MailFrom | Step::RcptTo | Step::Data)
}

/// Returns true if a refusal may be about what the connection has carried before, or about its login.
fn concerns_connection(step: Step, reply: &Reply) -> bool {
    if reply.code() == 421 || step == Step::MailFrom && reply.code() != 552 {
        return true;
    }
    // 432: too many connections; 454 and 530: the login has expired; 503: the server has lost its state.
    if is_envelope(step) && matches!(reply.code(), 432 | 454 | 503 | 530) {
        return true;
    }
    let text = reply.lines().join(" ").to_ascii_lowercase();
    let about_connection = [
        "connection",
        "session",
        "too many messages",
        "too many mails",
        "too many emails",
        "too many recipients this",
        "messages per",
        "mails per",
        "transactions",
        "reconnect",
        "expired",
        "authenticat",
        "log in",
        "login",
    ];
    about_connection.iter().any(|words| text.contains(words))
}

/// A failure after which the conversation cannot continue.
impl From<Failure> for DeliveryError {
    fn from(failure: Failure) -> Self {
        Self { failure, recipients: Vec::new(), reusable: false }
    }
}

/// A command of the envelope.
enum Command {
    Mail(String),
    Rcpt(usize, String),
    Data,
}

/// The replies to the envelope, accumulated.
#[derive(Default)]
struct Replies {
    recipients: Vec<Recipient>,
    refused: Option<(Step, Reply)>,
    go_ahead: bool,
}

impl Session {
    /// Delivers one mail. After an error with `reusable` false, the session must not be used any more.
    pub(crate) async fn deliver(
        &mut self,
        envelope: &Envelope,
        message: &Stuffed,
        run: &mut Run,
    ) -> Result<Accepted, DeliveryError> {
        let mut replies = Replies::default();
        if let Err(failure) = self.envelope(envelope, &mut replies, run).await {
            return Err(DeliveryError { failure, recipients: replies.recipients, reusable: false });
        }
        if let Some((step, reply)) = replies.refused {
            let reusable = !replies.go_ahead && reply.code() != 421;
            let failure = Failure::new(step, Cause::Reply(reply));
            return Err(DeliveryError { failure, recipients: replies.recipients, reusable });
        }
        match self.message(message, run).await {
            Ok(reply) => Ok(Accepted { reply, recipients: replies.recipients }),
            Err(failure) => {
                let reusable =
                    failure.reply().is_some_and(|reply| reply.code() != 421) && failure.step == Step::Dot;
                Err(DeliveryError { failure, recipients: replies.recipients, reusable })
            }
        }
    }

    /// Sends MAIL, RCPT for each recipient, and DATA: together if PIPELINING is offered, otherwise one by one.
    async fn envelope(
        &mut self,
        envelope: &Envelope,
        replies: &mut Replies,
        run: &mut Run,
    ) -> Result<(), Failure> {
        run.begin(Step::MailFrom);
        let mail = envelope.mail_command(&self.capabilities);
        let mail = run.finish(mail)?;
        let mut commands = vec![Command::Mail(mail)];
        commands.extend(
            envelope.recipients.iter().enumerate().map(|(at, to)| Command::Rcpt(at, rcpt_command(to))),
        );
        commands.push(Command::Data);
        let size = if self.capabilities.pipelining { GROUP } else { 1 };
        for group in commands.chunks(size) {
            if size == 1 && replies.is_pointless(group) {
                break;
            }
            self.group(group, envelope, replies, run).await?;
        }
        replies.conclude();
        Ok(())
    }

    async fn group(
        &mut self,
        group: &[Command],
        envelope: &Envelope,
        replies: &mut Replies,
        run: &mut Run,
    ) -> Result<(), Failure> {
        for (index, command) in group.iter().enumerate() {
            // The MAIL step has already begun: its command was built in it.
            let deadline = if index == 0 && command.step() == Step::MailFrom {
                run.resume()
            } else {
                run.begin(command.step())
            };
            let work = async {
                if index == 0 {
                    self.wire.ensure_in_sync(run.trace()).await?;
                    for command in group {
                        self.wire.record(command.line(), run.trace());
                    }
                    let lines: String = group.iter().flat_map(|command| [command.line(), "\r\n"]).collect();
                    self.wire.send(lines.as_bytes()).await?;
                }
                self.wire.reply(run.trace()).await
            };
            let result = deadline.bound(work).await;
            run.observe_reply(&result);
            let reply = match (result, &replies.refused) {
                (Err(_), Some((step, refusal))) => {
                    // The server closed the connection after its refusal, and the refusal is more informative.
                    return Err(Failure::new(*step, Cause::Reply(refusal.clone())));
                }
                (result, _) => run.finish(result)?,
            };
            let recorded = replies.record(command, reply, envelope);
            run.finish(recorded)?;
        }
        Ok(())
    }

    /// Sends the message and its final dot in one write, and reads the reply.
    async fn message(&mut self, message: &Stuffed, run: &mut Run) -> Result<Reply, Failure> {
        let deadline = run.begin(Step::Body);
        let opened = run.pass_gate().await;
        run.finish(opened)?;
        let result = deadline.bound(self.body(message, run)).await;
        let result = match result {
            Err(cause @ (Cause::Closed | Cause::Io { .. })) => {
                Err(self.final_reply(run).await.unwrap_or(cause))
            }
            other => other,
        };
        run.finish(result)?;

        let deadline = run.begin(Step::Dot);
        let work = async {
            self.wire.flush().await?;
            self.wire.reply(run.trace()).await
        };
        let result = deadline.bound(work).await.and_then(|reply| match reply.code() {
            200..300 | 400..600 => positive(reply),
            _ => Err(Cause::Protocol(ProtocolFault::OutOfSync(reply.to_string()))),
        });
        run.observe_reply(&result);
        run.finish(result)
    }

    async fn body(&mut self, message: &Stuffed, run: &mut Run) -> Result<(), Cause> {
        self.wire.ensure_in_sync(run.trace()).await?;
        let shown = format!("(the message, {} bytes, and its final dot)", message.size());
        self.wire.record(&shown, run.trace());
        self.wire.write(message.bytes()).await
    }

    /// Reads the reply that the server sent before it closed the connection during the body.
    async fn final_reply(&mut self, run: &mut Run) -> Option<Cause> {
        let reply =
            tokio::time::timeout(FINAL_REPLY_TIMEOUT, self.wire.reply(run.trace())).await.ok()?.ok()?;
        (reply.is_transient() || reply.is_permanent()).then_some(Cause::Reply(reply))
    }
}

impl Command {
    fn line(&self) -> &str {
        match self {
            Self::Mail(line) | Self::Rcpt(_, line) => line,
            Self::Data => "DATA",
        }
    }

    fn step(&self) -> Step {
        match self {
            Self::Mail(_) => Step::MailFrom,
            Self::Rcpt(..) => Step::RcptTo,
            Self::Data => Step::Data,
        }
    }
}

impl Replies {
    /// Records the reply to one command. A reply that does not fit the command is an error: nothing after it can be
    /// trusted.
    fn record(&mut self, command: &Command, reply: Reply, envelope: &Envelope) -> Result<(), Cause> {
        let out_of_step = |reply: &Reply| Err(Cause::Protocol(ProtocolFault::OutOfSync(reply.to_string())));
        match command {
            Command::Mail(_) | Command::Rcpt(..) if (300..400).contains(&reply.code()) => out_of_step(&reply),
            Command::Mail(_) => {
                if !reply.is_positive() {
                    self.refused = Some((Step::MailFrom, reply));
                }
                Ok(())
            }
            Command::Rcpt(at, _) => {
                if let Some(address) = envelope.recipients.get(*at).filter(|_| self.refused.is_none()) {
                    let state = match reply.code() {
                        200..300 => RecipientState::Accepted(reply.clone()),
                        400..500 => RecipientState::Deferred(reply.clone()),
                        _ => RecipientState::Refused(reply.clone()),
                    };
                    self.recipients.push(Recipient { address: address.clone(), state });
                }
                if reply.code() == 421 && self.refused.is_none() {
                    self.refused = Some((Step::RcptTo, reply));
                }
                Ok(())
            }
            Command::Data if reply.is_positive() => out_of_step(&reply),
            Command::Data => {
                self.go_ahead = reply.code() == 354;
                self.conclude();
                if !self.go_ahead && self.refused.is_none() {
                    self.refused = Some((Step::Data, reply));
                }
                Ok(())
            }
        }
    }

    /// Turns replies without an accepted recipient into a refusal.
    fn conclude(&mut self) {
        if self.refused.is_some() || self.accepted() > 0 {
            return;
        }
        let replies = || {
            self.recipients.iter().filter_map(|one| match &one.state {
                RecipientState::Accepted(_) => None,
                RecipientState::Deferred(reply) | RecipientState::Refused(reply) => Some(reply),
            })
        };
        let reply = replies().find(|reply| reply.is_transient()).or_else(|| replies().next()).cloned();
        self.refused = reply.map(|reply| (Step::RcptTo, reply));
    }

    fn accepted(&self) -> usize {
        self.recipients.iter().filter(|one| matches!(one.state, RecipientState::Accepted(_))).count()
    }

    /// Returns true if the next command cannot succeed.
    fn is_pointless(&mut self, next: &[Command]) -> bool {
        if matches!(next, [Command::Data]) {
            self.conclude();
        }
        self.refused.is_some()
    }
}

#[cfg(test)]
mod tests;
