//! Plays a script with one client.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::script::{Accept, Body, Deed, Pace, Script, Shake, Stage};
use super::{LOGIN, Record, TOKEN};
use crate::certificates::CERTIFICATES;

/// No conversation outlives this.
const LIFETIME: Duration = Duration::from_secs(60);
/// Bytes that a mode without end would send at most.
const ENDLESS: u64 = 512 << 20;
/// The time for which a server that stalls within a message reads nothing.
const STALL: Duration = Duration::from_secs(2);
/// Bytes of a message after which a mode breaks off.
const MIDDLE: usize = 1000;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The continuation after a stage.
enum Flow {
    /// The right reply is still to be sent.
    Right,
    /// A reply was sent in its place.
    Said,
    /// The conversation is over.
    End,
}

/// The end of the unencrypted conversation.
enum Ended {
    Closed,
    StartTls,
}

/// Plays the script until one side leaves.
pub(super) async fn play(stream: TcpStream, script: &Script, record: &Record) -> io::Result<()> {
    tokio::time::timeout(LIFETIME, accept(stream, script, record)).await?
}

async fn accept(mut stream: TcpStream, script: &Script, record: &Record) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match script.accept {
        Accept::Close => return Ok(()),
        Accept::Reset => return reset(stream),
        Accept::Silence => return wait_for_end(&mut stream).await,
        Accept::HalfClose => {
            stream.shutdown().await?;
            return wait_for_end(&mut stream).await;
        }
        Accept::Talk | Accept::Refuse | Accept::Ignore => {}
    }
    if script.implicit_tls {
        return secure(stream, script, record, true).await;
    }
    let mut talk =
        Talk { stream: BufReader::new(stream), script, record, encrypted: false, mails: 0, accepted: false };
    match talk.run(true).await? {
        Ended::Closed => Ok(()),
        Ended::StartTls => secure(talk.stream.into_inner(), script, record, false).await,
    }
}

/// Performs the handshake, or what the script does instead, and the conversation after it.
async fn secure(mut stream: TcpStream, script: &Script, record: &Record, greet: bool) -> io::Result<()> {
    let identity = match script.shake {
        Shake::Good | Shake::InjectLate => &CERTIFICATES.good,
        Shake::Old => &CERTIFICATES.tls12,
        Shake::SelfSigned => &CERTIFICATES.self_signed,
        Shake::Expired => &CERTIFICATES.expired,
        Shake::WrongHost => &CERTIFICATES.wrong_host,
        Shake::Drop => return Ok(()),
        Shake::Hang => return wait_for_end(&mut stream).await,
        Shake::Garbage => {
            stream.write_all(&[0x9d; 3000]).await?;
            return wait_for_end(&mut stream).await;
        }
    };
    if script.shake == Shake::InjectLate {
        sleep(Duration::from_millis(150)).await;
        stream.write_all(b"250 2.0.0 injected\r\n").await?;
    }
    let stream = TlsAcceptor::from(identity.config.clone()).accept(stream).await?;
    let mut talk =
        Talk { stream: BufReader::new(stream), script, record, encrypted: true, mails: 0, accepted: false };
    talk.run(greet).await?;
    Ok(())
}

struct Talk<'s, S> {
    stream: BufReader<S>,
    script: &'s Script,
    record: &'s Record,
    encrypted: bool,
    mails: usize,
    /// True if the mail has a recipient.
    accepted: bool,
}

impl<S: Stream> Talk<'_, S> {
    async fn run(&mut self, greet: bool) -> io::Result<Ended> {
        if greet {
            match self.stage(Stage::Banner).await? {
                Flow::Right => self.say(b"220 faulty ESMTP\r\n").await?,
                Flow::Said => {}
                Flow::End => return Ok(Ended::Closed),
            }
        }
        while let Some(line) = self.line().await? {
            self.record.note(self.encrypted, &line);
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => self.ehlo().await?,
                "HELO" => self.reply("250 faulty").await?,
                "STARTTLS" => match self.stage(Stage::StartTls).await? {
                    Flow::Right => {
                        self.say(b"220 2.0.0 go ahead\r\n").await?;
                        return Ok(Ended::StartTls);
                    }
                    // After an injected reply the genuine handshake follows, as it would with somebody in between.
                    Flow::Said if self.injects() => return Ok(Ended::StartTls),
                    Flow::Said => true,
                    Flow::End => false,
                },
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail().await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => self.reply("250 2.0.0 ok").await?,
                "NOOP" => self.reply("250 2.0.0 ok").await?,
                "QUIT" => {
                    self.or_reply(Stage::Quit, "221 2.0.0 bye").await?;
                    false
                }
                _ => self.reply("500 5.5.2 what").await?,
            };
            if !goes_on {
                return Ok(Ended::Closed);
            }
        }
        Ok(Ended::Closed)
    }

    fn injects(&self) -> bool {
        matches!(self.script.deeds.get(&Stage::StartTls), Some(Deed::Say(bytes)) if bytes.starts_with(b"220"))
    }

    async fn ehlo(&mut self) -> io::Result<bool> {
        let goes_on = match self.stage(Stage::Ehlo).await? {
            Flow::Right => {
                let mut reply = self.capabilities();
                reply.push_str(self.script.extra_after_ehlo.unwrap_or_default());
                self.say(reply.as_bytes()).await?;
                true
            }
            Flow::Said => true,
            Flow::End => false,
        };
        Ok(goes_on && !self.script.close_after_ehlo)
    }

    fn capabilities(&self) -> String {
        let mut lines = vec!["faulty".to_owned()];
        lines.extend(self.script.capabilities.iter().cloned());
        if self.script.offers_starttls && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        if let Some(offered) =
            self.script.auth.offered.filter(|_| self.encrypted || !self.script.offers_starttls)
        {
            let gap = if offered.starts_with('=') { "" } else { " " };
            lines.push(format!("AUTH{gap}{offered}"));
        }
        let last = lines.len() - 1;
        let reply: String = lines
            .iter()
            .enumerate()
            .map(|(at, line)| format!("250{}{line}\r\n", if at == last { ' ' } else { '-' }))
            .collect();
        if self.script.lower_case { reply.to_lowercase() } else { reply }
    }

    async fn auth(&mut self, line: &str) -> io::Result<bool> {
        match self.stage(Stage::Auth).await? {
            Flow::Right => {}
            Flow::Said => return Ok(true),
            Flow::End => return Ok(false),
        }
        let mut words = line.split(' ').skip(1);
        if let Some(text) = self.script.auth.echo {
            let sent = line.rsplit(' ').next().unwrap_or_default();
            let decoded =
                String::from_utf8_lossy(&STANDARD.decode(sent).unwrap_or_default()).replace('\0', " ");
            return self.reply(&format!("535-5.7.8 {text} {sent}\r\n535 5.7.8 {text} {decoded}")).await;
        }
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        if let Some((_, reply)) = self.script.auth.refused.filter(|(refused, _)| *refused == mechanism) {
            return self.reply(reply).await;
        }
        while self.script.auth.endless {
            self.reply("334 YWdhaW4=").await?;
            match self.line().await? {
                None => return Ok(false),
                Some(line) if line == "*" => return self.reply("501 5.7.0 given up").await,
                Some(_) => {}
            }
        }
        let right = match (mechanism.as_str(), words.next()) {
            ("SCRAM-SHA-256", Some(initial)) => {
                let first =
                    String::from_utf8(STANDARD.decode(initial).unwrap_or_default()).unwrap_or_default();
                let nonce = first.rsplit("r=").next().unwrap_or_default();
                let challenge = match self.script.auth.scram_rounds {
                    0 => String::new(),
                    rounds => format!("r={nonce}more,s=c2FsdA==,i={rounds}"),
                };
                self.reply(&format!("334 {}", STANDARD.encode(challenge))).await?;
                match self.line().await? {
                    Some(line) if line == "*" => return self.reply(self.script.auth.cancelled).await,
                    line => line.is_some(),
                }
            }
            ("XOAUTH2", Some(initial)) if initial == base64_token() => true,
            ("XOAUTH2", Some(_)) => {
                self.reply("334 eyJzdGF0dXMiOiI0MDEifQ==").await?;
                self.line().await?;
                false
            }
            ("PLAIN", Some(initial)) => initial == base64_plain(),
            ("PLAIN", None) => {
                self.reply("334 ").await?;
                self.line().await?.is_some_and(|line| line == base64_plain())
            }
            ("LOGIN", _) => {
                let mut right = true;
                for (prompt, wanted) in self.script.auth.prompts.into_iter().zip(base64_login()) {
                    self.reply(&format!("334 {prompt}")).await?;
                    right &= self.line().await?.is_some_and(|line| line == wanted);
                }
                right
            }
            _ => return self.reply("504 5.5.4 unrecognized").await,
        };
        self.reply(if right { "235 2.7.0 in" } else { "535 5.7.8 no" }).await
    }

    async fn mail(&mut self) -> io::Result<bool> {
        self.mails += 1;
        if let Some(reply) = self.script.second_mail.filter(|_| self.mails > 1) {
            return self.reply(reply).await;
        }
        self.or_reply(Stage::Mail, "250 2.1.0 ok").await
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<bool> {
        if let Some(reply) = self.script.second_rcpt.filter(|_| self.mails > 1) {
            return self.reply(reply).await;
        }
        let other = self.script.recipients.iter().find(|(part, _)| line.contains(part));
        self.accepted |=
            other.is_none() && !matches!(self.script.deeds.get(&Stage::Rcpt), Some(Deed::Say(_)));
        self.or_reply(Stage::Rcpt, other.map_or("250 2.1.5 ok", |(_, reply)| reply)).await
    }

    async fn data(&mut self) -> io::Result<bool> {
        let accepted = std::mem::take(&mut self.accepted);
        match self.stage(Stage::Data).await? {
            Flow::Right if !accepted => return self.reply("554 5.5.1 no valid recipients").await,
            Flow::Right => self.say(b"354 end with <CRLF>.<CRLF>\r\n").await?,
            Flow::Said if self.says_go_ahead() => {}
            Flow::Said => return Ok(true),
            Flow::End => return Ok(false),
        }
        let Some(body) = self.body().await? else { return Ok(false) };
        self.record.bodies.lock().expect("a lock").push(body.clone());
        if let Some(reply) = self.script.second_dot.filter(|_| self.mails > 1) {
            return self.dot(reply).await;
        }
        match self.script.deeds.get(&Stage::Dot) {
            None | Some(Deed::Late(_)) => {
                self.stage(Stage::Dot).await?;
                self.record.taken.lock().expect("a lock").push(body);
                self.dot("250 2.0.0 Ok: queued as F00D").await
            }
            Some(_) => Ok(!matches!(self.stage(Stage::Dot).await?, Flow::End)),
        }
    }

    fn says_go_ahead(&self) -> bool {
        matches!(self.script.deeds.get(&Stage::Data), Some(Deed::Say(bytes)) if bytes.starts_with(b"354"))
    }

    /// Answers a dot and keeps the code of the answer before it goes out.
    async fn dot(&mut self, reply: &str) -> io::Result<bool> {
        let code = reply[..3].parse().expect("a code");
        self.record.dots.lock().expect("a lock").push(code);
        self.reply(reply).await?;
        Ok(!self.script.close_after_mail)
    }

    /// The message up to its final dot, or none where the script breaks off.
    async fn body(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut body = Vec::new();
        loop {
            if self.script.body != Body::Read && body.len() >= MIDDLE {
                match self.script.body {
                    Body::Stall => sleep(STALL).await,
                    Body::Refuse => self.say(b"552 5.3.4 too much\r\n").await?,
                    Body::Drop => self.stream.shutdown().await?,
                    Body::Reset | Body::Read => return Ok(None),
                }
                // What the client still sends is read, so that closing does not reset the connection.
                wait_for_end(&mut self.stream).await?;
                return Ok(None);
            }
            let start = body.len();
            if self.stream.read_until(b'\n', &mut body).await? == 0 {
                return Ok(None);
            }
            if &body[start..] == b".\r\n" && (start == 0 || body[..start].ends_with(b"\r\n")) {
                return Ok(Some(body));
            }
        }
    }

    /// Does what the script says for this stage.
    async fn stage(&mut self, stage: Stage) -> io::Result<Flow> {
        match self.script.deeds.get(&stage) {
            None => Ok(Flow::Right),
            Some(Deed::Say(bytes)) => {
                self.say(bytes).await?;
                Ok(Flow::Said)
            }
            Some(Deed::SayAndClose(bytes)) => {
                self.say(bytes).await?;
                Ok(Flow::End)
            }
            Some(Deed::Drop) => Ok(Flow::End),
            Some(Deed::Hang) => {
                wait_for_end(&mut self.stream).await?;
                Ok(Flow::End)
            }
            Some(Deed::Late(delay)) => {
                sleep(*delay).await;
                Ok(Flow::Right)
            }
            Some(Deed::Endless(bytes)) => {
                while self.record.sent.load(Ordering::SeqCst) < ENDLESS {
                    self.say(bytes).await?;
                    self.record.sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
                }
                Ok(Flow::End)
            }
        }
    }

    async fn or_reply(&mut self, stage: Stage, right: &str) -> io::Result<bool> {
        match self.stage(stage).await? {
            Flow::Right => self.reply(right).await,
            Flow::Said => Ok(true),
            Flow::End => Ok(false),
        }
    }

    async fn reply(&mut self, line: &str) -> io::Result<bool> {
        self.say(format!("{line}\r\n").as_bytes()).await?;
        Ok(true)
    }

    async fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.script.pace {
            Pace::Normal => self.stream.write_all(bytes).await?,
            Pace::Slow(delay) => {
                sleep(delay).await;
                self.stream.write_all(bytes).await?;
            }
            Pace::Drip(delay) => {
                for byte in bytes {
                    if delay.is_zero() {
                        tokio::task::yield_now().await;
                    } else {
                        sleep(delay).await;
                    }
                    self.stream.write_all(&[*byte]).await?;
                    self.stream.flush().await?;
                }
            }
        }
        self.stream.flush().await
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut shouts = self.record.shouts.subscribe();
        let mut line = Vec::new();
        loop {
            tokio::select! {
                count = self.stream.read_until(b'\n', &mut line) => {
                    if count? == 0 {
                        return Ok(None);
                    }
                    return Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()));
                }
                Ok(bytes) = shouts.recv() => {
                    self.say(bytes).await?;
                    self.record.shouted.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    }
}

/// Reads and forgets until the client leaves.
async fn wait_for_end(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut chunk = [0; 4096];
    while stream.read(&mut chunk).await? > 0 {}
    Ok(())
}

fn reset(stream: TcpStream) -> io::Result<()> {
    stream.set_zero_linger()
}

/// [`LOGIN`] as PLAIN sends it.
fn base64_plain() -> String {
    STANDARD.encode(format!("\0{}\0{}", LOGIN.0, LOGIN.1))
}

/// [`LOGIN`] as LOGIN sends it.
fn base64_login() -> [String; 2] {
    [STANDARD.encode(LOGIN.0), STANDARD.encode(LOGIN.1)]
}

/// [`TOKEN`] as XOAUTH2 sends it.
fn base64_token() -> String {
    STANDARD.encode(format!("user={}\x01auth=Bearer {TOKEN}\x01\x01", LOGIN.0))
}
