#![allow(clippy::unwrap_used)]
use std::time::UNIX_EPOCH;

use super::*;
use crate::mail::message::Message;
use crate::mail::outbox::MailId;
use crate::mail::outcome::Recipient;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn due(may_resend: bool) -> DueMail {
    let message = Message::new("server@example.com".parse().unwrap())
        .to("a@example.com".parse().unwrap())
        .to("b@example.com".parse().unwrap())
        .text("Hello");
    let object = message.to_object().unwrap();
    DueMail { may_resend, ..DueMail::new(MailId(1), object, UNIX_EPOCH + DAY) }
}

fn reply(code: u16, text: &str) -> Reply {
    Reply::new(code, vec![text.to_owned()])
}

fn recipients(states: [RecipientState; 2]) -> Vec<Recipient> {
    let names = ["a@example.com", "b@example.com"];
    states
        .into_iter()
        .zip(names)
        .map(|(state, name)| Recipient { address: name.parse().unwrap(), state })
        .collect()
}

fn failed(step: Step, cause: Cause) -> Outcome {
    Outcome::from_failure(Failure::new(step, cause), Vec::new())
}

fn progress(verdict: &Verdict) -> Vec<Progress> {
    verdict.settlement.as_ref().unwrap().marks.iter().map(|(_, progress, _)| *progress).collect()
}

#[test]
fn recipients_end_independently() {
    let accepted = || RecipientState::Accepted(reply(250, "ok"));
    for (second, expected) in [
        (accepted(), Progress::Sent),
        (RecipientState::Deferred(reply(450, "4.2.1 full")), Progress::Pending),
        (RecipientState::Refused(reply(550, "5.1.1 unknown")), Progress::Failed),
    ] {
        let outcome = Outcome::Delivered {
            reply: reply(250, "2.0.0 queued as X1"),
            queue_id: Some("X1".to_owned()),
            recipients: recipients([accepted(), second]),
        };
        let verdict = judge(&outcome, &due(false), true, UNIX_EPOCH);
        assert_eq!(progress(&verdict), [Progress::Sent, expected]);
        assert_eq!(verdict.health, Health::Fine);
    }
}

#[test]
fn refused_recipients_are_not_retried_with_the_others() {
    let states =
        [RecipientState::Refused(reply(550, "5.1.1 unknown")), RecipientState::Accepted(reply(250, ""))];
    let failure = Failure::new(Step::Dot, Cause::Reply(reply(451, "4.7.1 later")));
    let verdict = judge(&Outcome::from_failure(failure, recipients(states)), &due(false), true, UNIX_EPOCH);
    assert_eq!(progress(&verdict), [Progress::Failed, Progress::Pending]);
}

#[test]
fn unknown_delivery_is_resent_only_if_allowed() {
    let outcome = failed(Step::Dot, Cause::Closed);
    let alert = judge(&outcome, &due(true), true, UNIX_EPOCH);
    assert_eq!(progress(&alert), [Progress::Pending; 2]);
    assert!(matches!(alert.settlement.unwrap().pending, Pending::Unknown(_)));
    assert_eq!(progress(&judge(&outcome, &due(false), true, UNIX_EPOCH)), [Progress::Unknown; 2]);
    assert_eq!(progress(&judge(&outcome, &due(true), true, UNIX_EPOCH + DAY)), [Progress::Unknown; 2]);
}

#[test]
fn requested_wait_is_honoured() {
    let outcome =
        failed(Step::RcptTo, Cause::Reply(reply(450, "4.7.1 greylisted, try again in 900 seconds")));
    let settlement = judge(&outcome, &due(false), true, UNIX_EPOCH).settlement.unwrap();
    assert_eq!(settlement.pending, Pending::Deferred(UNIX_EPOCH + Duration::from_secs(900)));
}

#[test]
fn mail_that_expires_before_its_next_attempt_has_failed() {
    let outcome = failed(Step::RcptTo, Cause::Reply(reply(450, "4.2.1 full")));
    let late = UNIX_EPOCH + DAY - Duration::from_secs(30);
    let verdict = judge(&outcome, &due(false), true, late);
    assert_eq!(progress(&verdict), [Progress::Failed; 2]);
    assert!(verdict.settlement.unwrap().reply.contains("too old"));
}

#[test]
fn failures_are_attributed_to_server_settings_or_mail() {
    let text = |text: &str| text.to_owned();
    for (step, cause, expected) in [
        (Step::Connect, Cause::Unreachable(Vec::new()), "failing"),
        (Step::Greeting, Cause::Reply(reply(421, "busy")), "failing"),
        (Step::RcptTo, Cause::Reply(reply(421, "closing")), "suspect"),
        (Step::MailFrom, Cause::Reply(reply(452, "4.3.1 no space")), "suspect"),
        (Step::MailFrom, Cause::Reply(reply(451, "4.7.1 later")), "fine"),
        (Step::Dot, Cause::Closed, "suspect"),
        (Step::Resolve, Cause::NameNotFound(text("temporary failure in name resolution")), "failing"),
        (Step::Message, Cause::Message(text("no recipient")), "untested"),
        (Step::RcptTo, Cause::Reply(reply(530, "5.7.1 authentication required")), "suspect"),
        (Step::RcptTo, Cause::Reply(reply(554, "5.7.1 relay access denied")), "fine"),
        (Step::MailFrom, Cause::Reply(reply(553, "5.7.1 sender address rejected")), "misconfigured"),
        (Step::MailFrom, Cause::Reply(reply(552, "5.3.4 too large")), "fine"),
        (Step::Dot, Cause::Reply(reply(554, "message rejected: email address is not verified")), "suspect"),
        (Step::Auth, Cause::Reply(reply(454, "4.7.0 later")), "failing"),
        (Step::Auth, Cause::Reply(reply(535, "5.7.8 no")), "misconfigured"),
        (Step::MailFrom, Cause::Reply(reply(530, "5.7.0 log in first")), "misconfigured"),
        (Step::Greeting, Cause::Reply(reply(554, "no")), "misconfigured"),
        (Step::StartTls, Cause::StartTlsNotOffered, "misconfigured"),
        (Step::Settings, Cause::Settings(text("no server")), "misconfigured"),
        (Step::Dot, Cause::Reply(reply(554, "5.7.1 spam")), "fine"),
        (Step::MailFrom, Cause::TooLarge { size: 2, limit: 1 }, "fine"),
    ] {
        let verdict = judge(&failed(step, cause.clone()), &due(false), true, UNIX_EPOCH);
        let found = match verdict.health {
            Health::Fine => "fine",
            Health::Failing { .. } => "failing",
            Health::Suspect { .. } => "suspect",
            Health::Untested => "untested",
            Health::Misconfigured { .. } => "misconfigured",
        };
        assert_eq!(found, expected, "{step} {cause}");
        assert_eq!(verdict.settlement.is_none(), expected == "misconfigured", "{step} {cause}");
    }
}

/// A refusal that other settings would cure gives no recipient up; every other 5xx does.
#[test]
fn refusals_that_concern_the_settings_are_not_final() {
    for (step, text, code, temporary) in [
        (Step::RcptTo, "5.7.1 relay access denied", 554, true),
        (Step::RcptTo, "5.7.1 authentication required", 530, true),
        (Step::RcptTo, "5.1.1 user unknown", 550, false),
        (Step::RcptTo, "5.7.1 message contains spam", 571, false),
        (Step::Dot, "message rejected: email address is not verified", 554, true),
        (Step::Dot, "5.7.1 spam message rejected", 554, false),
    ] {
        for is_configured_sender in [true, false] {
            let outcome = failed(step, Cause::Reply(reply(code, text)));
            let verdict = judge(&outcome, &due(false), is_configured_sender, UNIX_EPOCH);
            let expected = match (temporary, text.contains("not verified") && !is_configured_sender) {
                (true, false) => Progress::Pending,
                _ => Progress::Failed,
            };
            assert_eq!(
                progress(&verdict),
                [expected; 2],
                "{code} {text}, configured: {is_configured_sender}"
            );
        }
    }
}

/// A refusal of MAIL FROM halts the queue if the settings name the sender, and fails the mail otherwise.
#[test]
fn refused_sender_concerns_the_settings_if_they_name_it() {
    for text in [
        "5.7.1 sender address rejected: not owned by user",
        "5.7.60 cannot send as",
        "no",
        "5.1.8 bad sender",
    ] {
        let outcome = failed(Step::MailFrom, Cause::Reply(reply(550, text)));
        let configured = judge(&outcome, &due(false), true, UNIX_EPOCH);
        assert!(matches!(configured.health, Health::Misconfigured { .. }), "{text}");
        assert!(configured.settlement.is_none(), "{text}");
        let other = judge(&outcome, &due(false), false, UNIX_EPOCH);
        assert_eq!((progress(&other), other.health), (vec![Progress::Failed; 2], Health::Fine), "{text}");
    }
}
