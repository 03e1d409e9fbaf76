#![allow(clippy::unwrap_used)]

use super::*;

fn envelope(recipients: &[&str]) -> Envelope {
    Envelope {
        sender: "server@example.com".parse().unwrap(),
        recipients: recipients.iter().map(|one| one.parse().unwrap()).collect(),
        size: 100,
        eight_bit: false,
        international: false,
    }
}

/// The replies to MAIL, RCPT for each recipient, and DATA, as if all had been sent at once.
fn replies(codes: &[u16]) -> Result<Replies, Cause> {
    let recipients: Vec<String> = (0..codes.len() - 2).map(|at| format!("r{at}@example.com")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let envelope = envelope(&recipients);
    let mut replies = Replies::default();
    let mut commands = vec![Command::Mail(String::new())];
    commands.extend((0..recipients.len()).map(|at| Command::Rcpt(at, String::new())));
    commands.push(Command::Data);
    for (command, code) in commands.iter().zip(codes) {
        replies.record(command, Reply::new(*code, Vec::new()), &envelope)?;
    }
    replies.conclude();
    Ok(replies)
}

fn refusal(codes: &[u16]) -> Option<(Step, u16)> {
    replies(codes).unwrap().refused.map(|(step, reply)| (step, reply.code()))
}

#[test]
fn one_accepted_recipient_is_enough_to_go_on() {
    for codes in [&[250, 250, 354][..], &[250, 550, 251, 354], &[250, 250, 450, 354]] {
        let replies = replies(codes).unwrap();
        assert!(replies.go_ahead && replies.refused.is_none(), "{codes:?}");
    }
}

#[test]
fn the_first_reason_counts() {
    for (codes, expected) in [
        (&[550, 503, 503][..], (Step::MailFrom, 550)),
        (&[550, 250, 354], (Step::MailFrom, 550)),
        (&[250, 550, 554], (Step::RcptTo, 550)),
        (&[250, 550, 450, 554], (Step::RcptTo, 450)),
        (&[250, 550, 354], (Step::RcptTo, 550)),
        (&[250, 250, 451], (Step::Data, 451)),
        (&[250, 421, 421], (Step::RcptTo, 421)),
    ] {
        assert_eq!(refusal(codes), Some(expected), "{codes:?}");
    }
}

#[test]
fn replies_that_fit_no_command_end_it() {
    for codes in [&[354, 250, 354][..], &[250, 334, 354], &[250, 250, 250]] {
        assert!(matches!(replies(codes), Err(Cause::Protocol(ProtocolFault::OutOfSync(_)))), "{codes:?}");
    }
}

#[test]
fn one_by_one_nothing_is_asked_in_vain() {
    let envelope = envelope(&["a@b"]);
    let mut replies = Replies::default();
    replies.record(&Command::Mail(String::new()), Reply::new(250, Vec::new()), &envelope).unwrap();
    assert!(!replies.is_pointless(&[Command::Rcpt(0, String::new())]));
    replies.record(&Command::Rcpt(0, String::new()), Reply::new(550, Vec::new()), &envelope).unwrap();
    assert!(replies.is_pointless(&[Command::Data]));
}

#[test]
fn refusals_that_may_concern_the_connection() {
    let concerns = |step, code: u16, text: &str| {
        let cause = Cause::Reply(Reply::new(code, vec![text.to_owned()]));
        DeliveryError::from(Failure::new(step, cause)).may_concern_connection()
    };
    for (step, code, text) in [
        (Step::MailFrom, 421, "4.7.0 too many messages on this connection"),
        (Step::MailFrom, 450, "4.7.1 too much mail"),
        (Step::MailFrom, 550, "5.7.0 session limit"),
        (Step::RcptTo, 503, "5.5.1 nested MAIL"),
        (Step::RcptTo, 530, "5.7.0 authentication required"),
        (Step::RcptTo, 452, "4.5.3 too many messages this session"),
        (Step::Data, 554, "5.7.0 session expired"),
        (Step::Dot, 421, "4.7.0 closing"),
        (Step::Dot, 451, "4.7.0 too many messages in this connection"),
    ] {
        assert!(concerns(step, code, text), "{step} {code} {text}");
    }
    for (step, code, text) in [
        (Step::MailFrom, 552, "5.3.4 too large"),
        (Step::RcptTo, 550, "5.1.1 no such user"),
        (Step::RcptTo, 450, "4.7.1 greylisted"),
        (Step::Dot, 554, "5.7.1 spam"),
    ] {
        assert!(!concerns(step, code, text), "{step} {code} {text}");
    }
    let closed = |step| DeliveryError::from(Failure::new(step, Cause::Closed)).may_concern_connection();
    assert!(closed(Step::RcptTo) && !closed(Step::Body) && !closed(Step::Dot));
}
