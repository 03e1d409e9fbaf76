//! Examines the path of a mail step by step, without sending one.
//!
//! It works with any [`EmailSettings`], saved or not, and uses the same code as sending.

mod render;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::mail::address::Address;
use crate::mail::config::SettingNames;
use crate::mail::failure::{Failure, Step};
use crate::mail::hints::{Context, advice};
use crate::mail::mailer::Mailer;
use crate::mail::options::MailerOptions;
use crate::mail::reverse_path::ReversePath;
use crate::mail::session::Run;
use crate::mail::settings::{ConnectionSecurity, EmailSettings};
use crate::mail::transcript::{StepRecord, Transcript};

/// The extent of an examination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The sender for MAIL FROM. Without one the examination ends after the login.
    pub sender: Option<ReversePath>,
    /// The recipients for RCPT TO.
    pub recipients: Vec<Address>,
}

impl Probe {
    /// Asks whether the server accepts mail from this sender of the envelope.
    ///
    /// Mail is sent from [`EmailSettings::envelope_sender`], or else from the address of [`EmailSettings::sender`].
    #[must_use]
    pub fn sender(mut self, sender: impl Into<ReversePath>) -> Self {
        self.sender = Some(sender.into());
        self
    }

    /// Asks whether the server accepts mail for this recipient. Without a sender this has no effect.
    #[must_use]
    pub fn recipient(mut self, recipient: Address) -> Self {
        self.recipients.push(recipient);
        self
    }
}

/// The result of an examination.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Diagnosis {
    /// The server as the settings name it, such as `mail.example.com:587`.
    pub server: String,
    /// True if every step succeeded.
    pub healthy: bool,
    /// The steps in order, including those that were not reached.
    pub checks: Vec<StepCheck>,
    /// A limit of the examination, if every step succeeded.
    pub remark: Option<&'static str>,
    /// The conversation with the server.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub transcript: Transcript,
}

/// The result of one step.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StepCheck {
    /// The step, such as `mail-from`. See [`Step::id`].
    pub step: &'static str,
    /// The status.
    pub status: CheckStatus,
    /// The duration in milliseconds, or `None` if the step was not reached.
    pub milliseconds: Option<f64>,
    /// The observation: the server's reply, for example.
    pub seen: String,
    /// Suggestions and remarks.
    pub hints: Vec<String>,
}

impl CheckStatus {
    /// Returns the name for programs, such as `ok`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl StepCheck {
    fn new(record: &StepRecord, hints: Vec<String>) -> Self {
        let status = match (record.failed, hints.is_empty()) {
            (true, _) => CheckStatus::Failed,
            (false, true) => CheckStatus::Ok,
            (false, false) => CheckStatus::Note,
        };
        let milliseconds = Some(milliseconds(record.took));
        Self { step: record.step.id(), status, milliseconds, seen: record.seen.clone(), hints }
    }
}

/// The status of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum CheckStatus {
    /// The step succeeded.
    Ok,
    /// The step succeeded, with a remark.
    Note,
    /// The step failed, and the examination ended.
    Failed,
    /// The step was not reached.
    Skipped,
}

/// Some providers accept MAIL FROM and RCPT TO from anyone and judge the sender only with the content.
const REMARK: &str = "no mail was sent: some providers check the sender only with the message, so send a test mail as well (`mail test`)";

/// Examines the path of a mail, as far as `probe` asks for and the server allows.
///
/// ```no_run
/// use settings_core::mail::{EmailSettings, MailerOptions, doctor};
///
/// # async fn examine() {
/// let report = doctor::examine(&EmailSettings::default(), MailerOptions::default(), &Default::default()).await;
/// print!("{report}");
/// # }
/// ```
pub async fn examine(settings: &EmailSettings, options: MailerOptions, probe: &Probe) -> Diagnosis {
    let run = Run::start(settings.smtp_server_timeout, 0);
    examine_in(run, settings, options, probe).await
}

/// Examines the path of a mail as [`examine`] does, and calls `observe` with each step as soon as its result is known.
///
/// The examination ends when the future is dropped.
pub async fn examine_observed(
    settings: &EmailSettings,
    options: MailerOptions,
    probe: &Probe,
    observe: impl FnMut(&StepCheck) + Send + 'static,
) -> Diagnosis {
    let observe = Arc::new(Mutex::new(observe));
    let succeeded = {
        let (observe, settings) = (Arc::clone(&observe), settings.clone());
        let names = SettingNames::new(options.names, None);
        move |record: &StepRecord| {
            if record.step != Step::Quit {
                let hints = advice(record, Context { settings: &settings, names: &names });
                call(&observe, &StepCheck::new(record, hints));
            }
        }
    };
    let run = Run::start(settings.smtp_server_timeout, 0).observed_by(succeeded);
    let diagnosis = examine_in(run, settings, options, probe).await;
    let is_rest = |check: &&StepCheck| matches!(check.status, CheckStatus::Failed | CheckStatus::Skipped);
    diagnosis.checks.iter().filter(is_rest).for_each(|check| call(&observe, check));
    diagnosis
}

fn call(observe: &Mutex<impl FnMut(&StepCheck)>, check: &StepCheck) {
    let mut observe = observe.lock().unwrap_or_else(PoisonError::into_inner);
    (*observe)(check);
}

async fn examine_in(
    mut run: Run,
    settings: &EmailSettings,
    options: MailerOptions,
    probe: &Probe,
) -> Diagnosis {
    let names = SettingNames::new(options.names, None);
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
    run.observe_steps();
    report(settings, &names, probe, result, run.into_transcript())
}

fn report(
    settings: &EmailSettings,
    names: &SettingNames,
    probe: &Probe,
    result: Result<(), Failure>,
    transcript: Transcript,
) -> Diagnosis {
    let mut checks: Vec<StepCheck> = transcript
        .steps
        .iter()
        .filter(|record| record.step != Step::Quit)
        .map(|record| {
            let hints = if record.failed {
                result.as_ref().err().map(|failure| failure.hints.clone()).unwrap_or_default()
            } else {
                advice(record, Context { settings, names })
            };
            StepCheck::new(record, hints)
        })
        .collect();
    for step in expected(settings, probe).into_iter().skip(checks.len()) {
        let seen = "not reached".to_owned();
        checks.push(StepCheck {
            step: step.id(),
            status: CheckStatus::Skipped,
            milliseconds: None,
            seen,
            hints: Vec::new(),
        });
    }
    let server = format!("{}:{}", settings.smtp_server, settings.smtp_port);
    let remark = result.is_ok().then_some(REMARK);
    Diagnosis { server, healthy: result.is_ok(), checks, remark, transcript }
}

/// Returns the steps of an examination in which every step succeeds.
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
