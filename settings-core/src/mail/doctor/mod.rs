//! Walks the way of a mail step by step and says what it saw, without sending anything.
//!
//! It works on any [`EmailSettings`], saved or not, by the very code that sends.

mod render;

use std::time::Duration;

use super::{
    address::Address,
    failure::{Failure, Step},
    hints::advice,
    mailer::Mailer,
    options::MailerOptions,
    session::Run,
    settings::{ConnectionSecurity, EmailSettings},
    transcript::Transcript,
};

/// How far to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// The sender to name in MAIL FROM; without one the walk ends after the login.
    pub sender: Option<Address>,
    /// Recipients to name in RCPT TO.
    pub recipients: Vec<Address>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "docs", derive(serde::Serialize))]
pub struct Report {
    /// The server as the settings name it, `mail.example.com:587`.
    pub server: String,
    /// Whether every step went well.
    pub healthy: bool,
    /// The steps in their order, those that were not reached included.
    pub checks: Vec<Check>,
    /// Everything that was said.
    #[cfg_attr(feature = "docs", serde(skip))]
    pub transcript: Transcript,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "docs", derive(serde::Serialize))]
pub struct Check {
    /// The step, `mail-from` for example; see [`Step::id`].
    pub step: &'static str,
    /// How it went.
    pub status: Status,
    /// How long it took, in milliseconds; none where the step was not reached.
    pub milliseconds: Option<f64>,
    /// What was seen.
    pub seen: String,
    /// What to try, or what to know.
    pub hints: Vec<String>,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "docs", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Status {
    /// Well.
    Ok,
    /// Well, but something should be known.
    Note,
    /// Not well; the walk ends here.
    Failed,
    /// Not reached.
    Skipped,
}

/// Walks as far as `probe` says and as the server lets us.
///
/// ```no_run
/// use settings_core::mail::{EmailSettings, MailerOptions, doctor};
///
/// # async fn examine() {
/// let report = doctor::examine(&EmailSettings::default(), MailerOptions::default(), &Default::default()).await;
/// print!("{report}");
/// # }
/// ```
pub async fn examine(settings: &EmailSettings, options: MailerOptions, probe: &Probe) -> Report {
    let mut run = Run::start(settings.smtp_server_timeout, 0);
    run.begin(Step::Settings);
    let mailer = Mailer::new(settings, options);
    let result = match mailer {
        Ok(mailer) => {
            run.observe(summary(settings));
            let _ = run.finish(Ok(()));
            mailer.probe(probe.sender.as_ref(), &probe.recipients, &mut run).await
        }
        Err(failure) => {
            let _ = run.finish::<()>(Err(failure.cause.clone()));
            Err(failure)
        }
    };
    report(settings, probe, result, run.into_transcript())
}

fn report(
    settings: &EmailSettings,
    probe: &Probe,
    result: Result<(), Failure>,
    transcript: Transcript,
) -> Report {
    let mut checks: Vec<Check> = transcript
        .steps
        .iter()
        .filter(|record| record.step != Step::Quit)
        .map(|record| {
            let hints = if record.failed {
                result.as_ref().err().map(|failure| failure.hints.clone()).unwrap_or_default()
            } else {
                advice(record, settings)
            };
            let status = match (record.failed, hints.is_empty()) {
                (true, _) => Status::Failed,
                (false, true) => Status::Ok,
                (false, false) => Status::Note,
            };
            let milliseconds = Some(milliseconds(record.took));
            Check { step: record.step.id(), status, milliseconds, seen: record.seen.clone(), hints }
        })
        .collect();
    for step in expected(settings, probe).into_iter().skip(checks.len()) {
        let seen = "not reached".to_owned();
        checks.push(Check {
            step: step.id(),
            status: Status::Skipped,
            milliseconds: None,
            seen,
            hints: Vec::new(),
        });
    }
    let server = format!("{}:{}", settings.smtp_server, settings.smtp_port);
    Report { server, healthy: result.is_ok(), checks, transcript }
}

/// The steps of a walk in which all goes well.
fn expected(settings: &EmailSettings, probe: &Probe) -> Vec<Step> {
    let mut steps = vec![Step::Settings, Step::Resolve, Step::Connect];
    match settings.connection_security {
        ConnectionSecurity::None => steps.extend([Step::Greeting, Step::Hello]),
        ConnectionSecurity::Tls => steps.extend([Step::Tls, Step::Greeting, Step::Hello]),
        ConnectionSecurity::StartTls => {
            steps.extend([Step::Greeting, Step::Hello, Step::StartTls, Step::Tls, Step::Hello]);
        }
    }
    if settings.enable_smtp_auth {
        steps.push(Step::Auth);
    }
    if probe.sender.is_some() {
        steps.push(Step::MailFrom);
        steps.extend(probe.recipients.iter().map(|_| Step::RcptTo));
    }
    steps
}

fn summary(settings: &EmailSettings) -> String {
    let security = match settings.connection_security {
        ConnectionSecurity::None => "no encryption",
        ConnectionSecurity::Tls => "TLS",
        ConnectionSecurity::StartTls => "STARTTLS",
    };
    let login = if settings.enable_smtp_auth {
        format!("login as {}", settings.smtp_username)
    } else {
        "no login".to_owned()
    };
    let timeout = settings.smtp_server_timeout.as_secs_f64();
    format!("{}:{}, {security}, {login}, timeout {timeout} s", settings.smtp_server, settings.smtp_port)
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e4).round() / 10.0
}
