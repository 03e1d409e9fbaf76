//! One SMTP conversation, from the name lookup to QUIT.
//!
//! Every step is a method that ends within its deadline. No state of a conversation outlives its [`Session`]: dropping
//! the session, or the future that drives it, closes the socket.

mod auth;
mod capabilities;
mod connect_config;
mod deadline;
mod envelope;
#[cfg(feature = "mail-outbox-store")]
mod gate;
mod link;
mod mask;
mod net;
mod probe;
mod run;
mod starttls;
mod tls;
mod transaction;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) use self::auth::{LoginConfig, LoginSource};
pub(crate) use self::capabilities::Capabilities;
pub(crate) use self::connect_config::ConnectConfig;
use self::connect_config::address_literal;
pub(crate) use self::envelope::Envelope;
#[cfg(feature = "mail-outbox-store")]
pub(crate) use self::gate::Gate;
use self::link::Link;
pub(crate) use self::net::Target;
pub(crate) use self::run::Run;
pub(crate) use self::tls::{ExtraCa, TlsPolicy};
pub(crate) use self::transaction::{Accepted, DeliveryError};
use self::wire::Wire;
use super::failure::{Cause, Failure, Step};
use super::outcome::Outcome;
use super::reply::Reply;
use super::settings::ConnectionSecurity;

/// The time that a server has to answer QUIT.
const QUIT_TIMEOUT: Duration = Duration::from_millis(200);

/// The time that a pooled connection has to show that it still works.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// An open conversation.
#[derive(Debug)]
pub(crate) struct Session {
    wire: Wire<Link>,
    peer: SocketAddr,
    capabilities: Capabilities,
    ehlo_name: String,
}

/// The way to find out if an idle connection still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Liveness {
    /// Send RSET and wait for the reply.
    Ask,
    /// Only look for unsolicited bytes and the end of the stream.
    Assume,
}

impl Session {
    /// Opens a conversation: name lookup, connection, greeting, EHLO, and encryption and login if `config` requires them.
    pub(crate) async fn open(config: &ConnectConfig, run: &mut Run) -> Result<Self, Failure> {
        let mut session = Self::connect(config, run).await?;
        if config.security == ConnectionSecurity::StartTls {
            if let Err(failure) = session.start_tls(run).await {
                return Err(session.close_after_failure(failure, run).await);
            }
            session = session.upgrade_to_tls(config, run).await?;
            session.hello(run).await?;
        }
        if let Some(login) = &config.login
            && let Err(failure) = session.log_in(login, run).await
        {
            return Err(session.close_after_failure(failure, run).await);
        }
        Ok(session)
    }

    /// Connects to the addresses of the server, one after the other, until one greets and accepts EHLO.
    async fn connect(config: &ConnectConfig, run: &mut Run) -> Result<Self, Failure> {
        let addresses = net::resolve(&config.target, run).await?;
        Self::connect_to(addresses, config, run).await
    }

    async fn connect_to(
        mut addresses: Vec<SocketAddr>,
        config: &ConnectConfig,
        run: &mut Run,
    ) -> Result<Self, Failure> {
        let mut failures: Vec<Failure> = Vec::new();
        loop {
            let (stream, peer) = match net::connect(&addresses, config.target.source(), run).await {
                Ok(connected) => connected,
                Err(failure) => {
                    failures.push(failure);
                    break;
                }
            };
            let failure = match Self::greeted(stream, peer, config, run).await {
                Ok(session) => return Ok(session),
                Err(failure) => failure,
            };
            addresses.retain(|address| *address != peer);
            let remark = format!("{peer} was given up at the {}: {}", failure.step, failure.cause);
            let is_late = matches!(failure.cause, Cause::DeliveryTimedOut(_));
            failures.push(failure);
            if addresses.is_empty() || is_late {
                break;
            }
            run.retry_connection(remark);
        }
        // A mail may be delivered as long as one address failed only temporarily.
        let at = failures.iter().position(Outcome::is_temporary).unwrap_or_default();
        Err(failures.swap_remove(at))
    }

    /// Begins a conversation over a connection: TLS if it comes first, greeting, EHLO.
    async fn greeted(
        stream: TcpStream,
        peer: SocketAddr,
        config: &ConnectConfig,
        run: &mut Run,
    ) -> Result<Self, Failure> {
        let ehlo_name = match &config.ehlo_name {
            Some(name) => name.clone(),
            None => address_literal(stream.local_addr().ok()),
        };
        let mut link = Link::Plain(stream);
        if config.security == ConnectionSecurity::Tls {
            link = tls::handshake(link, config, run).await?;
        }
        let mut session =
            Self { wire: Wire::new(link), peer, capabilities: Capabilities::default(), ehlo_name };
        match session.introduce(run).await {
            Ok(()) => Ok(session),
            Err(failure) => Err(session.close_after_failure(failure, run).await),
        }
    }

    async fn introduce(&mut self, run: &mut Run) -> Result<(), Failure> {
        self.greeting(run).await?;
        self.hello(run).await
    }

    /// Closes the connection after a failure, with QUIT if the conversation is still in sync.
    async fn close_after_failure(self, failure: Failure, run: &mut Run) -> Failure {
        let in_sync = match &failure.cause {
            Cause::Reply(reply) => reply.code() != 421,
            Cause::StartTlsNotOffered
            | Cause::AuthNotOffered
            | Cause::AuthMechanisms(_)
            | Cause::AuthUnencrypted(_)
            | Cause::AccessToken(_) => true,
            _ => false,
        };
        if in_sync {
            self.quit(run).await;
        }
        failure
    }

    async fn greeting(&mut self, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.begin(Step::Greeting);
        let result = deadline.bound(self.wire.reply(run.trace())).await;
        let result =
            result.and_then(|reply| if reply.code() == 220 { Ok(reply) } else { Err(Cause::Reply(reply)) });
        run.observe_reply(&result);
        run.finish(result).map(drop)
    }

    /// Sends EHLO, or HELO to a server that does not know EHLO.
    async fn hello(&mut self, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.begin(Step::Hello);
        let result = deadline.bound(self.say_hello(run)).await;
        if result.is_ok() {
            run.observe(self.capabilities.to_string());
        }
        run.finish(result)
    }

    async fn say_hello(&mut self, run: &mut Run) -> Result<(), Cause> {
        let line = format!("EHLO {}", self.ehlo_name);
        let reply = self.wire.command(&line, run.trace()).await?;
        if reply.code() == 250 {
            self.capabilities = Capabilities::from_reply(&reply);
            return Ok(());
        }
        if !matches!(reply.code(), 500..=502 | 504) {
            return Err(Cause::Reply(reply));
        }
        let line = format!("HELO {}", self.ehlo_name);
        let reply = self.wire.command(&line, run.trace()).await?;
        self.capabilities = Capabilities::default();
        if reply.code() == 250 { Ok(()) } else { Err(Cause::Reply(reply)) }
    }

    /// Returns true if an idle connection can take another mail.
    pub(crate) async fn is_usable(&mut self, liveness: Liveness, run: &mut Run) -> bool {
        run.begin(Step::Connect);
        run.observe(format!("{}, kept from an earlier mail", self.peer));
        let mut usable = self.wire.is_quiet().await;
        if usable && liveness == Liveness::Ask {
            let reset = timeout(CHECK_TIMEOUT, self.wire.command("RSET", run.trace())).await;
            usable = matches!(reset, Ok(Ok(reply)) if reply.code() == 250);
        }
        if !usable {
            run.observe(format!("{}, kept from an earlier mail, but no longer usable", self.peer));
        }
        let _ = run.finish(Ok(()));
        usable
    }

    /// Sends QUIT and waits briefly for the reply, which is ignored.
    pub(crate) async fn quit(mut self, run: &mut Run) {
        run.begin(Step::Quit);
        let goodbye = timeout(QUIT_TIMEOUT, self.wire.command("QUIT", run.trace())).await;
        let result = goodbye.unwrap_or(Err(Cause::TimedOut(QUIT_TIMEOUT)));
        run.observe_reply(&result);
        let _ = run.finish(Ok(()));
    }
}

/// Returns a positive reply, or a failure's cause for any other.
fn positive(reply: Reply) -> Result<Reply, Cause> {
    if reply.is_positive() { Ok(reply) } else { Err(Cause::Reply(reply)) }
}

#[cfg(test)]
mod tests;
