#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use tokio::io::{DuplexStream, duplex};

use super::*;
use crate::mail::failure::Step;
use crate::mail::session::run::Run;

fn run() -> Run {
    let mut run = Run::start(Duration::from_secs(5), 0);
    run.begin(Step::Hello);
    run
}

impl Stream for DuplexStream {
    fn protection(&self) -> Protection {
        Protection::Plain
    }
}

/// Returns a wire on which the server has sent `bytes` and closed.
async fn heard(bytes: &[u8]) -> Wire<DuplexStream> {
    let (ours, mut theirs) = duplex(1 << 20);
    theirs.write_all(bytes).await.unwrap();
    Wire::new(ours)
}

async fn reply_to(bytes: &[u8]) -> Result<Reply, Cause> {
    heard(bytes).await.reply(run().trace()).await
}

#[tokio::test]
async fn replies_of_one_and_of_many_lines() {
    let reply = reply_to(b"250-mail.example.com\r\n250-SIZE 1000\r\n250 8BITMIME\r\n").await.unwrap();
    assert_eq!((reply.code(), reply.lines().len()), (250, 3));
    for (bytes, text) in [
        (&b"220\r\n"[..], "220"),
        (b"220 \r\n", "220"),
        (b"250 ok\n", "250 ok"),
        (b"250-a\n250 b\n", "250 a / b"),
        (b"250-a\r\n250\r\n", "250 a"),
        (b"550 5.1.1 caf\xe9 \x1b[31m\r\n", "550 5.1.1 caf\u{fffd} \u{fffd}[31m"),
    ] {
        assert_eq!(reply_to(bytes).await.unwrap().to_string(), text);
    }
}

#[tokio::test]
async fn what_is_no_reply_is_refused() {
    for bytes in [
        &b"HTTP/1.1 400 Bad Request\r\n"[..],
        b"\r\n",
        b"25\r\n",
        b"250+ok\r\n",
        b"2x0 ok\r\n",
        b"\x16\x03\x01\n",
    ] {
        let cause = reply_to(bytes).await.unwrap_err();
        assert!(matches!(cause, Cause::Protocol(ProtocolFault::NotAReply(_))), "{bytes:?}: {cause}");
    }
    for bytes in [&b"199 no\r\n"[..], b"600 no\r\n", b"999 no\r\n", b"000 no\r\n"] {
        let cause = reply_to(bytes).await.unwrap_err();
        assert!(matches!(cause, Cause::Protocol(ProtocolFault::Code(_))), "{bytes:?}: {cause}");
    }
    let mixed = reply_to(b"250-a\r\n550 b\r\n").await.unwrap_err();
    assert_eq!(mixed, Cause::Protocol(ProtocolFault::MixedCodes(250, 550)));
    for bytes in [&b""[..], b"250", b"250-a\r\n"] {
        assert_eq!(reply_to(bytes).await.unwrap_err(), Cause::Closed, "{bytes:?}");
    }
}

#[tokio::test]
async fn lines_replies_and_counts_have_limits() {
    let line = |length: usize| [b"250 ".to_vec(), b"x".repeat(length - 6), b"\r\n".to_vec()].concat();
    assert!(reply_to(&line(LINE_LIMIT)).await.is_ok());
    let cause = reply_to(&line(LINE_LIMIT + 1)).await.unwrap_err();
    assert_eq!(cause, Cause::Protocol(ProtocolFault::LineTooLong(LINE_LIMIT)));
    let endless = b"2".repeat(1 << 19);
    let cause = reply_to(&endless).await.unwrap_err();
    assert_eq!(cause, Cause::Protocol(ProtocolFault::LineTooLong(LINE_LIMIT)));
    let many = b"250-x\r\n".repeat(LINES_LIMIT + 1);
    let cause = reply_to(&many).await.unwrap_err();
    assert_eq!(cause, Cause::Protocol(ProtocolFault::TooManyLines(LINES_LIMIT)));
    let large = [b"250-".to_vec(), b"x".repeat(2000), b"\r\n".to_vec()].concat().repeat(40);
    let cause = reply_to(&large).await.unwrap_err();
    assert_eq!(cause, Cause::Protocol(ProtocolFault::ReplyTooLong(REPLY_LIMIT)));
}

#[tokio::test]
async fn a_command_is_not_sent_out_of_step() {
    let mut run = run();
    let mut wire = heard(b"220 hello\r\n250 extra\r\n").await;
    wire.reply(run.trace()).await.unwrap();
    let cause = wire.command("EHLO x", run.trace()).await.unwrap_err();
    assert_eq!(cause, Cause::Protocol(ProtocolFault::OutOfSync("250 extra".into())));

    let (ours, mut theirs) = duplex(1000);
    let mut wire = Wire::new(ours);
    theirs.write_all(b"250 unasked\r\n").await.unwrap();
    assert!(matches!(wire.command("NOOP", run.trace()).await, Err(Cause::Protocol(_))));
    theirs.write_all(b"\r\n").await.unwrap();
    drop(wire);
    let mut seen = String::new();
    theirs.read_to_string(&mut seen).await.unwrap();
    assert_eq!(seen, "", "a command went out");
}

#[tokio::test]
async fn a_421_may_come_unasked() {
    let mut wire = heard(b"421 4.4.2 timeout\r\n").await;
    let cause = wire.command("NOOP", run().trace()).await.unwrap_err();
    assert!(matches!(cause, Cause::Reply(reply) if reply.code() == 421));
}

#[tokio::test]
async fn nothing_may_stand_behind_the_reply_to_starttls() {
    let mut clean = heard(b"220 go ahead\r\n").await;
    clean.reply(run().trace()).await.unwrap();
    assert!(clean.into_stream().await.is_ok());
    let mut injected = heard(b"220 go ahead\r\n250 AUTH PLAIN\r\n").await;
    injected.reply(run().trace()).await.unwrap();
    assert_eq!(injected.into_stream().await.unwrap_err(), "250 AUTH PLAIN");
    let mut partial = heard(b"220 go ahead\r\n2").await;
    partial.reply(run().trace()).await.unwrap();
    assert!(partial.into_stream().await.is_err());
}

#[tokio::test]
async fn secrets_stay_out_of_the_transcript() {
    let mut run = run();
    let (ours, mut theirs) = duplex(1000);
    let mut wire = Wire::new(ours);
    let (reply, ()) =
        tokio::join!(wire.secret_command("AUTH PLAIN c2VjcmV0", "AUTH PLAIN ***", run.trace()), async {
            let mut line = [0; 21];
            theirs.read_exact(&mut line).await.unwrap();
            assert_eq!(&line, b"AUTH PLAIN c2VjcmV0\r\n");
            theirs.write_all(b"235 welcome\r\n").await.unwrap();
        });
    assert_eq!(reply.unwrap().code(), 235);
    let said = run.into_transcript().to_string();
    assert!(said.contains("AUTH PLAIN ***") && !said.contains("c2VjcmV0"), "{said}");
}

#[tokio::test]
async fn a_transcript_stays_small() {
    let mut run = run();
    for _ in 0..100 {
        let mut wire =
            heard(&[b"250-".to_vec(), b"x".repeat(2000), b"\r\n".to_vec()].concat().repeat(30)).await;
        let _ = wire.reply(run.trace()).await;
    }
    let said = run.into_transcript().to_string();
    assert!(said.len() < 100_000 && said.contains("omitted"), "{}", said.len());
}

#[tokio::test]
async fn no_bytes_break_the_reader() {
    let mut state = 7_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let pieces: [&[u8]; 12] =
        [b"250", b"-", b" ", b"\r\n", b"\n", b"\r", b"5.7.8", b"\xff\xfe", b"\0", b"354 go", b"999", b"x"];
    let mut replies = 0;
    for _ in 0..5000 {
        let bytes: Vec<u8> = (0..next() % 12).flat_map(|_| pieces[next() % 12].iter().copied()).collect();
        let mut wire = heard(&bytes).await;
        while let Ok(reply) = wire.reply(run().trace()).await {
            replies += 1;
            assert!((200..600).contains(&reply.code()) && !reply.to_string().contains(['\r', '\n', '\0']));
        }
    }
    assert!(replies > 100, "only {replies} replies were read");
}
