//! The envelope without a message, one command at a time.

use super::{Envelope, Session, envelope::rcpt_command, positive, run::Run};
use crate::mail::{
    address::Address,
    failure::{Failure, Step},
};

impl Session {
    /// Names a sender and recipients, and takes it all back.
    pub(crate) async fn probe(
        &mut self,
        sender: Option<&Address>,
        recipients: &[Address],
        run: &mut Run,
    ) -> Result<(), Failure> {
        let Some(sender) = sender else { return Ok(()) };
        run.enter(Step::MailFrom);
        let envelope = Envelope {
            sender: sender.clone(),
            recipients: recipients.to_vec(),
            size: 0,
            eight_bit: false,
            international: false,
        };
        let mail = envelope.mail_command(&self.capabilities);
        let mail = run.leave(mail)?;
        self.ask(&mail, run).await?;
        for recipient in recipients {
            run.enter(Step::RcptTo);
            self.ask(&rcpt_command(recipient), run).await?;
        }
        Ok(())
    }

    /// One command in the step that was entered last.
    async fn ask(&mut self, line: &str, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.resume();
        let result = deadline.bound(self.wire.command(line, run.trace())).await.and_then(positive);
        run.saw_reply(&result);
        run.leave(result).map(drop)
    }
}
