//! STARTTLS (RFC 3207).

use super::wire::Wire;
use super::{Capabilities, ConnectConfig, Session, tls};
use crate::mail::failure::{Cause, Failure, Step};
use crate::mail::session::run::Run;

impl Session {
    /// Sends STARTTLS.
    pub(super) async fn start_tls(&mut self, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.begin(Step::StartTls);
        let result = deadline.bound(self.request_tls(run)).await;
        run.finish(result)
    }

    async fn request_tls(&mut self, run: &mut Run) -> Result<(), Cause> {
        if !self.capabilities.starttls {
            return Err(Cause::StartTlsNotOffered);
        }
        let reply = self.wire.command("STARTTLS", run.trace()).await?;
        if reply.code() != 220 {
            return Err(Cause::Reply(reply));
        }
        run.observe(reply.to_string());
        Ok(())
    }

    /// Performs the handshake. The conversation cannot return to clear text from here.
    ///
    /// The capabilities announced so far are discarded: before TLS, anyone on the network path may have sent them.
    pub(super) async fn upgrade_to_tls(self, config: &ConnectConfig, run: &mut Run) -> Result<Self, Failure> {
        let Self { wire, peer, ehlo_name, .. } = self;
        let link = match wire.into_stream().await {
            Ok(link) => link,
            Err(surplus) => return run.finish(Err(Cause::StartTlsInjection(surplus))),
        };
        let link = tls::handshake(link, config, run).await?;
        Ok(Self { wire: Wire::new(link), peer, capabilities: Capabilities::default(), ehlo_name })
    }
}
