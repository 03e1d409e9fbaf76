//! One client, from the greeting to the end.

use std::{io, net::SocketAddr, time::SystemTime};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{
    Caught, House,
    dialogue::{Action, Dialogue},
    lines::{Body, Lines},
};
use crate::mail::settings::ConnectionSecurity;

/// Timeouts of a command that a message may take.
const TIMEOUTS_A_MESSAGE: u32 = 10;

/// Why the talk over one stream ended.
enum End {
    Closed,
    StartTls,
}

/// Speaks with one client until it leaves, breaks a limit or takes too long.
pub(super) async fn hold(stream: TcpStream, peer: SocketAddr, house: &House) {
    let _ = speak(stream, peer, house).await;
}

async fn speak(mut stream: TcpStream, peer: SocketAddr, house: &House) -> io::Result<()> {
    let mut dialogue = Dialogue::new(&house.options);
    if house.options.security == ConnectionSecurity::Tls {
        return encrypted(stream, peer, dialogue, house, true).await;
    }
    match talk(&mut stream, peer, &mut dialogue, house, true).await? {
        End::Closed => Ok(()),
        End::StartTls => encrypted(stream, peer, dialogue, house, false).await,
    }
}

async fn encrypted(
    stream: TcpStream,
    peer: SocketAddr,
    mut dialogue: Dialogue<'_>,
    house: &House,
    greet: bool,
) -> io::Result<()> {
    let Some(acceptor) = &house.acceptor else { return Ok(()) };
    let mut stream = timeout(house.options.timeout, acceptor.accept(stream)).await??;
    dialogue.now_encrypted();
    talk(&mut stream, peer, &mut dialogue, house, greet).await?;
    stream.shutdown().await
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    peer: SocketAddr,
    dialogue: &mut Dialogue<'_>,
    house: &House,
    greet: bool,
) -> io::Result<End> {
    let limit = house.options.timeout;
    let mut lines = Lines::default();
    if greet {
        say(stream, "220 localhost ESMTP, catches mail and delivers none", house).await?;
    }
    loop {
        let line = match timeout(limit, lines.next(stream)).await {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return Ok(End::Closed),
            Ok(Err(error)) => {
                say(stream, "500 5.5.6 the line is too long", house).await?;
                return Err(error);
            }
            Err(_) => {
                say(stream, "421 4.4.2 nothing came for too long", house).await?;
                return Ok(End::Closed);
            }
        };
        match dialogue.answer(&line) {
            Action::Say(text) => say(stream, &text, house).await?,
            Action::Leave(text) => {
                say(stream, &text, house).await?;
                return Ok(End::Closed);
            }
            Action::StartTls if !lines.is_empty() => {
                say(stream, "554 5.5.1 something came behind STARTTLS", house).await?;
                return Ok(End::Closed);
            }
            Action::StartTls => {
                say(stream, "220 2.0.0 go ahead", house).await?;
                return Ok(End::StartTls);
            }
            Action::Data => {
                say(stream, "354 end with <CR><LF>.<CR><LF>", house).await?;
                let body = lines.body(stream, house.options.size_limit);
                let Some(body) = timeout(limit.saturating_mul(TIMEOUTS_A_MESSAGE), body).await?? else {
                    return Ok(End::Closed);
                };
                let text = take(body, peer, dialogue, house);
                say(stream, &text, house).await?;
            }
        }
    }
}

/// Hands a message over and says to the client what became of it.
fn take(body: Body, peer: SocketAddr, dialogue: &mut Dialogue<'_>, house: &House) -> String {
    let envelope = dialogue.take_envelope();
    let bytes = match body {
        Body::Whole(bytes) => bytes,
        Body::TooLarge => return "552 5.3.4 the message is too large".to_owned(),
        Body::BareLineEnd => {
            return "550 5.6.0 lines end in CR LF; this message has a lone CR or LF".to_owned();
        }
    };
    let id = house.next_id();
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
    match house.sender.try_send(caught) {
        Ok(()) => format!("250 2.0.0 Ok: queued as {id}"),
        Err(_) => "452 4.3.1 too many mails wait to be looked at".to_owned(),
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, text: &str, house: &House) -> io::Result<()> {
    let speaking = async {
        stream.write_all(format!("{text}\r\n").as_bytes()).await?;
        stream.flush().await
    };
    timeout(house.options.timeout, speaking).await?
}
