//! The connection of one client.

use std::io;
use std::net::SocketAddr;
use std::time::SystemTime;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::mail::catch::dialogue::{Action, Dialogue};
use crate::mail::catch::lines::{Body, Lines};
use crate::mail::catch::{Caught, Shared};
use crate::mail::settings::ConnectionSecurity;

/// The time limit of a message, as a multiple of the time limit of a command.
const MESSAGE_TIMEOUTS: u32 = 10;

/// The reason that the conversation over one stream ended.
enum End {
    Closed,
    StartTls,
}

/// Serves one client until it leaves, exceeds a limit or takes too long.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, shared: &Shared) {
    let _ = converse(stream, peer, shared).await;
}

async fn converse(mut stream: TcpStream, peer: SocketAddr, shared: &Shared) -> io::Result<()> {
    let mut dialogue = Dialogue::new(&shared.options);
    if shared.options.security == ConnectionSecurity::Tls {
        return encrypted(stream, peer, dialogue, shared, true).await;
    }
    match talk(&mut stream, peer, &mut dialogue, shared, true).await? {
        End::Closed => Ok(()),
        End::StartTls => encrypted(stream, peer, dialogue, shared, false).await,
    }
}

async fn encrypted(
    stream: TcpStream,
    peer: SocketAddr,
    mut dialogue: Dialogue<'_>,
    shared: &Shared,
    greet: bool,
) -> io::Result<()> {
    let Some(acceptor) = &shared.acceptor else { return Ok(()) };
    let mut stream = timeout(shared.options.timeout, acceptor.accept(stream)).await??;
    dialogue.set_encrypted();
    talk(&mut stream, peer, &mut dialogue, shared, greet).await?;
    stream.shutdown().await
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    peer: SocketAddr,
    dialogue: &mut Dialogue<'_>,
    shared: &Shared,
    greet: bool,
) -> io::Result<End> {
    let limit = shared.options.timeout;
    let mut lines = Lines::default();
    if greet {
        say(stream, "220 localhost ESMTP, shows mail and delivers none", shared).await?;
    }
    loop {
        let line = match timeout(limit, lines.next(stream)).await {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return Ok(End::Closed),
            Ok(Err(error)) => {
                say(stream, "500 5.5.6 the line is too long", shared).await?;
                return Err(error);
            }
            Err(_) => {
                say(stream, "421 4.4.2 timeout", shared).await?;
                return Ok(End::Closed);
            }
        };
        match dialogue.answer(&line) {
            Action::Say(text) => say(stream, &text, shared).await?,
            Action::Close(text) => {
                say(stream, &text, shared).await?;
                return Ok(End::Closed);
            }
            Action::StartTls if !lines.is_empty() => {
                say(stream, "554 5.5.1 unexpected data after STARTTLS", shared).await?;
                return Ok(End::Closed);
            }
            Action::StartTls => {
                say(stream, "220 2.0.0 go ahead", shared).await?;
                return Ok(End::StartTls);
            }
            Action::Data => {
                say(stream, "354 end with <CR><LF>.<CR><LF>", shared).await?;
                let body = lines.body(stream, shared.options.size_limit);
                let Some(body) = timeout(limit.saturating_mul(MESSAGE_TIMEOUTS), body).await?? else {
                    return Ok(End::Closed);
                };
                let text = take(body, peer, dialogue, shared);
                say(stream, &text, shared).await?;
            }
        }
    }
}

/// Hands a message over, and returns the reply.
fn take(body: Body, peer: SocketAddr, dialogue: &mut Dialogue<'_>, shared: &Shared) -> String {
    let envelope = dialogue.take_envelope();
    let bytes = match body {
        Body::Whole(bytes) => bytes,
        Body::TooLarge => return "552 5.3.4 the message is too large".to_owned(),
        Body::BareLineEnd => {
            return "550 5.6.0 lines must end in CR LF, but this message has a lone CR or LF".to_owned();
        }
    };
    let id = shared.next_id();
    let caught = Caught {
        id: id.clone(),
        at: SystemTime::now(),
        peer,
        client_name: envelope.client_name,
        encrypted: envelope.encrypted,
        login: envelope.login,
        sender: envelope.sender,
        recipients: envelope.recipients,
        bytes,
    };
    match shared.sender.try_send(caught) {
        Ok(()) => format!("250 2.0.0 Ok: queued as {id}"),
        Err(_) => "452 4.3.1 too many messages are waiting".to_owned(),
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, text: &str, shared: &Shared) -> io::Result<()> {
    let speaking = async {
        stream.write_all(format!("{text}\r\n").as_bytes()).await?;
        stream.flush().await
    };
    timeout(shared.options.timeout, speaking).await?
}
