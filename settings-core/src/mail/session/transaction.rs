//! One mail through an open conversation (RFC 5321, 3.3; pipelined by RFC 2920).

use std::time::Duration;

use super::{Envelope, Session, envelope::rcpt_command, positive, run::Run};
use crate::mail::{
    failure::{Cause, Failure, ProtocolFault, Step},
    message::Stuffed,
    outcome::{Recipient, RecipientState},
    reply::Reply,
};

/// Commands in one write; the replies to more could fill the buffers of both sides.
const GROUP: usize = 100;
/// How long a server that broke off within the body is given to say why.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A mail that the server took.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) reply: Reply,
    pub(crate) recipients: Vec<Recipient>,
}

/// A mail that the server did not take.
#[derive(Debug)]
pub(crate) struct NotTaken {
    pub(crate) failure: Failure,
    pub(crate) recipients: Vec<Recipient>,
    /// Whether the conversation can go on.
    pub(crate) in_step: bool,
}

impl NotTaken {
    /// Whether this is how a connection fails that the server gave up before the mail came: no
    /// message was sent, and a fresh connection may do.
    pub(crate) fn is_of_a_stale_connection(&self) -> bool {
        let gone = match &self.failure.cause {
            Cause::Closed | Cause::Io { .. } | Cause::TimedOut(_) => true,
            Cause::Reply(reply) => reply.code() == 421,
            _ => false,
        };
        gone && self.failure.step == Step::MailFrom
    }
}

/// A failure after which the conversation is over.
impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        Self { failure, recipients: Vec::new(), in_step: false }
    }
}

/// A command of the envelope.
enum Command {
    Mail(String),
    Rcpt(usize, String),
    Data,
}

/// What the envelope's replies add up to.
#[derive(Default)]
struct Answers {
    recipients: Vec<Recipient>,
    refused: Option<(Step, Reply)>,
    go_ahead: bool,
}

impl Session {
    /// Hands over one mail. Whatever comes after an error with `in_step` false would be a guess.
    pub(crate) async fn deliver(
        &mut self,
        envelope: &Envelope,
        message: &Stuffed,
        run: &mut Run,
    ) -> Result<Taken, NotTaken> {
        let mut answers = Answers::default();
        if let Err(failure) = self.envelope(envelope, &mut answers, run).await {
            return Err(NotTaken { failure, recipients: answers.recipients, in_step: false });
        }
        if let Some((step, reply)) = answers.refused {
            let in_step = !answers.go_ahead && reply.code() != 421;
            let failure = Failure::new(step, Cause::Reply(reply));
            return Err(NotTaken { failure, recipients: answers.recipients, in_step });
        }
        match self.message(message, run).await {
            Ok(reply) => Ok(Taken { reply, recipients: answers.recipients }),
            Err(failure) => {
                let in_step =
                    failure.reply().is_some_and(|reply| reply.code() != 421) && failure.step == Step::Dot;
                Err(NotTaken { failure, recipients: answers.recipients, in_step })
            }
        }
    }

    /// MAIL, RCPT for each recipient, DATA: together where PIPELINING is offered, else one by one.
    async fn envelope(
        &mut self,
        envelope: &Envelope,
        answers: &mut Answers,
        run: &mut Run,
    ) -> Result<(), Failure> {
        run.enter(Step::MailFrom);
        let mail = envelope.mail_command(&self.capabilities);
        let mail = run.leave(mail)?;
        let mut commands = vec![Command::Mail(mail)];
        commands.extend(
            envelope.recipients.iter().enumerate().map(|(at, to)| Command::Rcpt(at, rcpt_command(to))),
        );
        commands.push(Command::Data);
        let size = if self.capabilities.pipelining { GROUP } else { 1 };
        for group in commands.chunks(size) {
            if size == 1 && answers.is_refused(group) {
                break;
            }
            self.group(group, envelope, answers, run).await?;
        }
        answers.conclude();
        Ok(())
    }

    async fn group(
        &mut self,
        group: &[Command],
        envelope: &Envelope,
        answers: &mut Answers,
        run: &mut Run,
    ) -> Result<(), Failure> {
        for (index, command) in group.iter().enumerate() {
            // The MAIL step is open already: its command was made in it.
            let deadline = if index == 0 && command.step() == Step::MailFrom {
                run.resume()
            } else {
                run.enter(command.step())
            };
            let work = async {
                if index == 0 {
                    self.wire.in_step(run.trace()).await?;
                    for command in group {
                        run.trace().client(command.line());
                    }
                    let lines: String = group.iter().flat_map(|command| [command.line(), "\r\n"]).collect();
                    self.wire.send(lines.as_bytes()).await?;
                }
                self.wire.reply(run.trace()).await
            };
            let result = deadline.bound(work).await;
            run.saw_reply(&result);
            let reply = match (result, &answers.refused) {
                (Err(_), Some((step, refusal))) => {
                    // The server closed behind its refusal, which tells more than the close does.
                    return Err(Failure::new(*step, Cause::Reply(refusal.clone())));
                }
                (result, _) => run.leave(result)?,
            };
            let taken = answers.take(command, reply, envelope);
            run.leave(taken)?;
        }
        Ok(())
    }

    /// The message and its final dot in one write, and the answer to it.
    async fn message(&mut self, message: &Stuffed, run: &mut Run) -> Result<Reply, Failure> {
        let deadline = run.enter(Step::Body);
        let opened = run.pass_gate().await;
        run.leave(opened)?;
        let result = deadline.bound(self.body(message, run)).await;
        let result = match result {
            Err(cause @ (Cause::Closed | Cause::Io { .. })) => {
                Err(self.last_words(run).await.unwrap_or(cause))
            }
            other => other,
        };
        run.leave(result)?;

        let deadline = run.enter(Step::Dot);
        let work = async {
            self.wire.flush().await?;
            self.wire.reply(run.trace()).await
        };
        let result = deadline.bound(work).await.and_then(|reply| match reply.code() {
            200..300 | 400..560 => positive(reply),
            _ => Err(Cause::Protocol(ProtocolFault::OutOfStep(reply.to_string()))),
        });
        run.saw_reply(&result);
        run.leave(result)
    }

    async fn body(&mut self, message: &Stuffed, run: &mut Run) -> Result<(), Cause> {
        self.wire.in_step(run.trace()).await?;
        run.trace().client(&format!("(the message, {} bytes, and its final dot)", message.size()));
        self.wire.write(message.bytes()).await
    }

    /// What the server said before it broke off while the message was not out yet.
    async fn last_words(&mut self, run: &mut Run) -> Option<Cause> {
        let reply = tokio::time::timeout(LAST_WORDS, self.wire.reply(run.trace())).await.ok()?.ok()?;
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

impl Answers {
    /// Takes the reply to one command. A reply that fits no command is an error: nothing behind it can be trusted.
    fn take(&mut self, command: &Command, reply: Reply, envelope: &Envelope) -> Result<(), Cause> {
        let out_of_step = |reply: &Reply| Err(Cause::Protocol(ProtocolFault::OutOfStep(reply.to_string())));
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

    /// Without a single accepted recipient there is nothing to send.
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

    /// Whether it is known before the next command that it would be in vain.
    fn is_refused(&mut self, next: &[Command]) -> bool {
        if matches!(next, [Command::Data]) {
            self.conclude();
        }
        self.refused.is_some()
    }
}

#[cfg(test)]
mod tests;
