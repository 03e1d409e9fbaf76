//! One conversation with a mail server, from its name to QUIT.
//!
//! Every step is a method that ends within its deadline, and nothing of a conversation survives
//! the [`Session`]: dropping it, or the future that drives it, closes the socket.

mod approach;
mod auth;
mod capabilities;
mod certificate;
mod deadline;
mod envelope;
#[cfg(feature = "mail-outbox")]
mod gate;
mod link;
mod net;
mod probe;
mod run;
mod starttls;
mod tls;
mod transaction;
mod wire;

use std::{net::SocketAddr, time::Duration};

use tokio::time::timeout;

pub use self::certificate::CertificateFacts;
#[cfg(feature = "mail-outbox")]
pub(crate) use self::gate::Gate;
pub(crate) use self::{
    approach::Approach,
    auth::{Credentials, LoginSecret},
    capabilities::Capabilities,
    envelope::Envelope,
    net::Target,
    run::Run,
    tls::{ExtraCa, TlsPolicy},
    transaction::{NotTaken, Taken},
};
use self::{approach::address_literal, link::Link, wire::Wire};
use super::{
    failure::{Cause, Failure, Step},
    reply::Reply,
    settings::ConnectionSecurity,
};

/// How long a server may take to say goodbye.
const FAREWELL: Duration = Duration::from_millis(200);

/// How long a kept connection may take to show that it still works.
const CHECK: Duration = Duration::from_secs(2);

/// An open conversation.
#[derive(Debug)]
pub(crate) struct Session {
    wire: Wire<Link>,
    peer: SocketAddr,
    capabilities: Capabilities,
    ehlo_name: String,
}

impl Session {
    /// Name lookup, connection, greeting, EHLO, encryption and login, as far as `approach` asks for them.
    pub(crate) async fn open(approach: &Approach, run: &mut Run) -> Result<Self, Failure> {
        let mut session = Self::connect(approach, run).await?;
        if let Err(failure) = session.introduce(run).await {
            return Err(session.part(failure, run).await);
        }
        if approach.security == ConnectionSecurity::StartTls {
            if let Err(failure) = session.ask_for_tls(run).await {
                return Err(session.part(failure, run).await);
            }
            session = session.encrypt(approach, run).await?;
            session.hello(run).await?;
        }
        if let Some(credentials) = &approach.credentials
            && let Err(failure) = session.log_in(credentials, run).await
        {
            return Err(session.part(failure, run).await);
        }
        Ok(session)
    }

    async fn connect(approach: &Approach, run: &mut Run) -> Result<Self, Failure> {
        let addresses = net::resolve(&approach.target, run).await?;
        let (stream, peer) = net::connect(&addresses, approach.target.source(), run).await?;
        let ehlo_name = match &approach.ehlo_name {
            Some(name) => name.clone(),
            None => address_literal(stream.local_addr().ok()),
        };
        let mut link = Link::Plain(stream);
        if approach.security == ConnectionSecurity::Tls {
            link = tls::handshake(link, approach, run).await?;
        }
        Ok(Self { wire: Wire::new(link), peer, capabilities: Capabilities::default(), ehlo_name })
    }

    async fn introduce(&mut self, run: &mut Run) -> Result<(), Failure> {
        self.greeting(run).await?;
        self.hello(run).await
    }

    /// Leaves after a failure; politely, where both sides still understand each other.
    async fn part(self, failure: Failure, run: &mut Run) -> Failure {
        let understood = match &failure.cause {
            Cause::Reply(reply) => reply.code() != 421,
            Cause::StartTlsNotOffered
            | Cause::AuthNotOffered
            | Cause::AuthMechanisms(_)
            | Cause::AuthUnencrypted(_) => true,
            _ => false,
        };
        if understood {
            self.quit(run).await;
        }
        failure
    }

    async fn greeting(&mut self, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.enter(Step::Greeting);
        let result = deadline.bound(self.wire.reply(run.trace())).await;
        let result =
            result.and_then(|reply| if reply.code() == 220 { Ok(reply) } else { Err(Cause::Reply(reply)) });
        run.saw_reply(&result);
        run.leave(result).map(drop)
    }

    /// EHLO, or HELO for a server that does not know EHLO.
    async fn hello(&mut self, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.enter(Step::Hello);
        let result = deadline.bound(self.say_hello(run)).await;
        if result.is_ok() {
            run.saw(self.capabilities.to_string());
        }
        run.leave(result)
    }

    async fn say_hello(&mut self, run: &mut Run) -> Result<(), Cause> {
        let line = format!("EHLO {}", self.ehlo_name);
        let reply = self.wire.command(&line, run.trace()).await?;
        if reply.code() == 250 {
            self.capabilities = Capabilities::of_reply(&reply);
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

    /// Whether a connection that has waited can take another mail; with `check` the server is asked.
    pub(crate) async fn is_usable(&mut self, check: bool, run: &mut Run) -> bool {
        run.enter(Step::Connect);
        if self.wire.stream().is_encrypted() {
            run.encrypted();
        }
        run.saw(format!("{}, kept from an earlier mail", self.peer));
        let mut usable = self.wire.is_quiet().await;
        if usable && check {
            let reset = timeout(CHECK, self.wire.command("RSET", run.trace())).await;
            usable = matches!(reset, Ok(Ok(reply)) if reply.code() == 250);
        }
        if !usable {
            run.saw(format!("{}, kept from an earlier mail, but closed by now", self.peer));
            run.in_clear();
        }
        let _ = run.leave(Ok(()));
        usable
    }

    /// Leaves politely. What comes of it changes nothing, so it is not waited for long.
    pub(crate) async fn quit(mut self, run: &mut Run) {
        run.enter(Step::Quit);
        let goodbye = timeout(FAREWELL, self.wire.command("QUIT", run.trace())).await;
        let result = goodbye.unwrap_or(Err(Cause::TimedOut(FAREWELL)));
        run.saw_reply(&result);
        let _ = run.leave(Ok(()));
    }
}

/// The reply if it is positive, else the cause of a failure.
fn positive(reply: Reply) -> Result<Reply, Cause> {
    if reply.is_positive() { Ok(reply) } else { Err(Cause::Reply(reply)) }
}
