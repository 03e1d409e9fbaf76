//! The connection of one client.

use std::io;
use std::net::SocketAddr;
use std::time::SystemTime;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::mail::catch::connections::Connection;
use crate::mail::catch::dialogue::{Action, Dialogue};
use crate::mail::catch::lines::{Body, Lines};
use crate::mail::catch::room::Room;
use crate::mail::catch::{Caught, Shared};
use crate::mail::settings::ConnectionSecurity;

/// The time limit of a message, as a multiple of the time limit of a command.
const MESSAGE_TIMEOUTS: u32 = 2;
/// The time limit between two messages, as a multiple of the time limit of a command.
const IDLE_TIMEOUTS: u32 = 5;

/// The reason that the conversation over one stream ended.
enum End {
    Closed,
    StartTls,
}

/// Serves one client until it leaves, exceeds a limit or takes too long.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, connection: &Connection, shared: &Shared) {
    let client = Client { peer, connection, shared };
    let _ = client.converse(stream).await;
}

/// A client, and the server that it talks to.
#[derive(Clone, Copy)]
struct Client<'s> {
    peer: SocketAddr,
    connection: &'s Connection,
    shared: &'s Shared,
}

impl Client<'_> {
    async fn converse(self, mut stream: TcpStream) -> io::Result<()> {
        let mut dialogue = Dialogue::new(&self.shared.options);
        if self.shared.options.security == ConnectionSecurity::Tls {
            return self.encrypted(stream, dialogue, true).await;
        }
        match self.talk(&mut stream, &mut dialogue, true).await? {
            End::Closed => Ok(()),
            End::StartTls => self.encrypted(stream, dialogue, false).await,
        }
    }

    async fn encrypted(self, stream: TcpStream, mut dialogue: Dialogue<'_>, greet: bool) -> io::Result<()> {
        let Some(acceptor) = &self.shared.acceptor else { return Ok(()) };
        let handshake = timeout(self.shared.options.timeout, acceptor.accept(stream));
        let mut stream = self.unless_evicted(handshake).await???;
        dialogue.set_encrypted();
        self.talk(&mut stream, &mut dialogue, greet).await?;
        timeout(self.shared.options.timeout, stream.shutdown()).await?
    }

    /// Waits for a future, or until this connection has to make room for another.
    async fn unless_evicted<F: Future>(self, future: F) -> io::Result<F::Output> {
        tokio::select! {
            output = future => Ok(output),
            () = self.connection.evicted() => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: &mut S,
        dialogue: &mut Dialogue<'_>,
        greet: bool,
    ) -> io::Result<End> {
        let limit = self.shared.options.timeout;
        let idle_limit = || Instant::now() + limit.saturating_mul(IDLE_TIMEOUTS);
        let mut idle_until = idle_limit();
        let mut lines = Lines::default();
        if greet {
            self.say(stream, "220 localhost ESMTP, shows mail and delivers none").await?;
        }
        loop {
            let line = timeout_at(idle_until.min(Instant::now() + limit), lines.next(stream));
            let line = match self.unless_evicted(line).await {
                Ok(Ok(Ok(Some(line)))) => line,
                Ok(Ok(Ok(None))) => return Ok(End::Closed),
                Ok(Ok(Err(error))) => {
                    self.say(stream, "500 5.5.6 the line is too long").await?;
                    return Err(error);
                }
                Ok(Err(_)) => {
                    self.say(stream, "421 4.4.2 timeout").await?;
                    return Ok(End::Closed);
                }
                Err(_) => {
                    self.say(stream, "421 4.3.2 another client needs the connection").await?;
                    return Ok(End::Closed);
                }
            };
            match dialogue.answer(&line) {
                Action::Say(text) => self.say(stream, &text).await?,
                Action::Close(text) => {
                    self.say(stream, &text).await?;
                    return Ok(End::Closed);
                }
                Action::StartTls if !lines.is_empty() => {
                    self.say(stream, "554 5.5.1 unexpected data after STARTTLS").await?;
                    return Ok(End::Closed);
                }
                Action::StartTls => {
                    self.say(stream, "220 2.0.0 go ahead").await?;
                    return Ok(End::StartTls);
                }
                Action::Data => {
                    self.say(stream, "354 end with <CR><LF>.<CR><LF>").await?;
                    self.connection.message_started();
                    let room = Room::new(self.shared, dialogue.declared_size());
                    let body = lines.body(stream, self.shared.options.size_limit, room);
                    let body = timeout(limit.saturating_mul(MESSAGE_TIMEOUTS), body);
                    let Some(body) = self.unless_evicted(body).await??? else { return Ok(End::Closed) };
                    let text = self.take(body, dialogue);
                    self.connection.message_ended();
                    idle_until = idle_limit();
                    self.say(stream, &text).await?;
                }
            }
        }
    }

    /// Hands a message over, and returns the reply.
    fn take(self, body: Body, dialogue: &mut Dialogue<'_>) -> String {
        let no_memory = || "452 4.3.1 too many messages are waiting".to_owned();
        let envelope = dialogue.take_envelope();
        let (bytes, share) = match body {
            Body::Whole(bytes, share) => (bytes, share),
            Body::TooLarge => return "552 5.3.4 the message is too large".to_owned(),
            Body::NoMemory => return no_memory(),
            Body::BareLineEnd => {
                return "550 5.6.0 lines must end in CR LF, but this message has a lone CR or LF".to_owned();
            }
        };
        let share = match share {
            Some(share) => Some(share),
            None => self.shared.room_for(bytes.len()),
        };
        let Some(share) = share else { return no_memory() };
        let id = self.shared.next_id();
        let caught = Caught {
            id: id.clone(),
            at: SystemTime::now(),
            peer: self.peer,
            client_name: envelope.client_name,
            encrypted: envelope.encrypted,
            login: envelope.login,
            sender: envelope.sender,
            recipients: envelope.recipients,
            bytes,
        };
        if self.shared.queue.push(caught, share) {
            format!("250 2.0.0 Ok: queued as {id}")
        } else {
            no_memory()
        }
    }

    async fn say<S: AsyncWrite + Unpin>(self, stream: &mut S, text: &str) -> io::Result<()> {
        let write = async {
            stream.write_all(format!("{text}\r\n").as_bytes()).await?;
            stream.flush().await
        };
        timeout(self.shared.options.timeout, write).await?
    }
}
