//! From clear text to TLS (RFC 3207), or not at all.

use super::{Approach, Capabilities, Session, tls, wire::Wire};
use crate::mail::{
    failure::{Cause, Failure, Step},
    session::run::Run,
};

impl Session {
    /// Asks for TLS.
    pub(super) async fn ask_for_tls(&mut self, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.enter(Step::StartTls);
        let result = deadline.bound(self.say_starttls(run)).await;
        run.leave(result)
    }

    async fn say_starttls(&mut self, run: &mut Run) -> Result<(), Cause> {
        if !self.capabilities.starttls {
            return Err(Cause::StartTlsNotOffered);
        }
        let reply = self.wire.command("STARTTLS", run.trace()).await?;
        if reply.code() != 220 {
            return Err(Cause::Reply(reply));
        }
        run.saw(reply.to_string());
        Ok(())
    }

    /// Shakes hands. There is no way back to clear text from here.
    ///
    /// What the server said before is forgotten: until TLS stands, somebody else may have said it.
    pub(super) async fn encrypt(self, approach: &Approach, run: &mut Run) -> Result<Self, Failure> {
        let Self { wire, peer, ehlo_name, .. } = self;
        let link = match wire.into_stream().await {
            Ok(link) => link,
            Err(surplus) => return run.leave(Err(Cause::StartTlsInjection(surplus))),
        };
        let link = tls::handshake(link, approach, run).await?;
        Ok(Self { wire: Wire::new(link), peer, capabilities: Capabilities::default(), ehlo_name })
    }
}
