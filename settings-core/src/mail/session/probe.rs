//! Sends the envelope without a message, one command at a time.

use super::envelope::rcpt_command;
use super::run::Run;
use super::{Envelope, Session, positive};
use crate::mail::address::Address;
use crate::mail::failure::{Failure, Step};
use crate::mail::reverse_path::ReversePath;

impl Session {
    /// Sends MAIL and RCPT, but no message.
    pub(crate) async fn probe(
        &mut self,
        sender: Option<&ReversePath>,
        recipients: &[Address],
        run: &mut Run,
    ) -> Result<(), Failure> {
        let Some(sender) = sender else { return Ok(()) };
        run.begin(Step::MailFrom);
        let envelope = Envelope {
            sender: sender.clone(),
            recipients: recipients.to_vec(),
            size: 0,
            eight_bit: false,
            international: false,
        };
        let mail = envelope.mail_command(&self.capabilities);
        let mail = run.finish(mail)?;
        self.ask(&mail, run).await?;
        for recipient in recipients {
            run.begin(Step::RcptTo);
            self.ask(&rcpt_command(recipient), run).await?;
        }
        Ok(())
    }

    /// Sends one command in the step that was begun last.
    async fn ask(&mut self, line: &str, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.resume();
        let result = deadline.bound(self.wire.command(line, run.trace())).await.and_then(positive);
        run.observe_reply(&result);
        run.finish(result).map(drop)
    }
}
