//! A server that is good except for what a test asks for.

use std::time::Duration;

use super::script::{Deed, Script, stage_named};

/// A good server with STARTTLS and AUTH, and changes to it.
pub struct Plan {
    pub(super) script: Script,
}

impl Default for Plan {
    fn default() -> Self {
        Self { script: Script::good(true) }
    }
}

impl Plan {
    /// Sends this reply at a stage: `banner`, `ehlo`, `starttls`, `auth`, `mail`, `rcpt`, `data`, `dot`.
    #[must_use]
    pub fn say(mut self, stage: &str, reply: &str) -> Self {
        let reply = format!("{}\r\n", reply.replace('|', "\r\n"));
        self.script.deeds.insert(stage_named(stage), Deed::Say(reply.into_bytes()));
        self
    }

    /// Sends the right reply to a stage, but this much later.
    #[must_use]
    pub fn delay(mut self, stage: &str, delay: Duration) -> Self {
        self.script.deeds.insert(stage_named(stage), Deed::Late(delay));
        self
    }

    /// Offers these mechanisms.
    #[must_use]
    pub fn auth(mut self, offered: &'static str) -> Self {
        self.script.auth.offered = Some(offered);
        self
    }

    /// Refuses AUTH with this mechanism.
    #[must_use]
    pub fn refuse_auth(mut self, mechanism: &'static str, reply: &'static str) -> Self {
        self.script.auth.refused = Some((mechanism, reply));
        self
    }

    /// Repeats the credentials after this text in the refusal of a login.
    #[must_use]
    pub fn echo_auth(mut self, text: &'static str) -> Self {
        self.script.auth.echo = Some(text);
        self
    }

    /// Sends this reply to the second and later MAIL of a connection.
    #[must_use]
    pub fn second_mail(mut self, reply: &'static str) -> Self {
        self.script.second_mail = Some(reply);
        self
    }

    /// Sends this reply to RCPT in the second and later mail of a connection.
    #[must_use]
    pub fn second_rcpt(mut self, reply: &'static str) -> Self {
        self.script.second_rcpt = Some(reply);
        self
    }

    /// Sends this reply to the second and later final dot of a connection.
    #[must_use]
    pub fn second_dot(mut self, reply: &'static str) -> Self {
        self.script.second_dot = Some(reply);
        self
    }

    /// Offers AUTH without STARTTLS, for clients on this machine.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.script.offers_starttls = false;
        self
    }
}
