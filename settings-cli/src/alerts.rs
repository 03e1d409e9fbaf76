//! `alerts`: security alerts for the version that runs.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use semver::Version;

use crate::mail::{configured_sender, mailbox, wait};
use crate::queue::{DEFAULT_OUTBOX, OutboxPlace};
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::mail::alerts::{AlertContext, AlertFinding, AlertReport, AlertWatch, PublicKey};
use settings_core::mail::{EmailSettings, Mailbox, Mailer, MailerOptions};
use settings_core::schema::Names;

/// Looks for security alerts and mails the administrators
#[derive(Args, Debug)]
pub struct Alerts {
    #[command(subcommand)]
    command: AlertsCommand,
}

#[derive(Subcommand, Debug)]
enum AlertsCommand {
    /// Looks now, and mails each administrator who has not had the alert yet
    Check(Check),
}

#[derive(Args, Debug)]
struct Check {
    /// The feed's https address
    #[arg(long, value_name = "URL")]
    feed: String,
    /// A key that alerts are signed with, in base64 or hexadecimal digits; may be repeated
    #[arg(long = "public-key", value_name = "KEY", required = true)]
    keys: Vec<PublicKey>,
    /// The version that runs here, such as 1.4.2
    #[arg(long, value_name = "VERSION")]
    version: Version,
    /// The address of an administrator; may be repeated
    #[arg(long = "administrator", value_name = "ADDRESS", required = true)]
    administrators: Vec<String>,
    /// The sender of the mails [default: the sender of the settings, else the first administrator]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// The outbox, which records the alerts that each administrator has had: a file, or the URL of a database
    #[arg(long, value_name = "FILE", default_value = DEFAULT_OUTBOX)]
    state: OutboxPlace,
    /// PEM certificates of authorities to trust in addition to the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The format of the report.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// Text
    Human,
    /// One object
    Json,
}

impl Alerts {
    /// Runs the command with the settings of `T`.
    ///
    /// # Errors
    /// If the settings have errors, the feed can't be fetched, or the outbox fails.
    pub fn run<T: Settings + AsRef<EmailSettings>>(self, context: &mut Context<'_>) -> Outcome {
        match self.command {
            AlertsCommand::Check(check) => {
                check.run(context.settings::<T>()?.as_ref(), Names::of(T::SCHEMA), context)
            }
        }
    }
}

impl Check {
    fn run(self, settings: &EmailSettings, names: Names, context: &mut Context<'_>) -> Outcome {
        let administrators: Vec<Mailbox> =
            self.administrators.iter().map(|text| mailbox(text)).collect::<Result<_, _>>()?;
        let first =
            || administrators.first().cloned().ok_or_else(|| Failure::Usage("no administrator".to_owned()));
        let from = match &self.from {
            Some(from) => mailbox(from)?,
            None => configured_sender(settings)?.map_or_else(first, Ok)?,
        };
        let reply_to = settings.reply_to().map_err(|error| Failure::Failed(error.to_string()))?;
        let mut watch = AlertWatch::new(&self.feed, self.keys, self.version)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let mut options = MailerOptions::default().names(names);
        if let Some(path) = &self.ca_file {
            watch = watch.extra_ca_file(path);
            options = options.extra_ca_file(path);
        }
        let enabled = settings.enable_security_fix_alert;
        let mailer = enabled.then(|| Mailer::new(settings, options)).transpose();
        let mailer = match mailer {
            Ok(mailer) => mailer,
            Err(failure) => {
                writeln!(context.err, "warning: mail waits, since these settings can't send it: {failure}")?;
                None
            }
        };
        let present = AlertContext { enabled, administrators, from, reply_to, mailer };
        let outbox = self.state.open(&context.environment)?;
        let report = wait(async {
            let checked = watch.check(&outbox, &present).await;
            if let Some(mailer) = &present.mailer {
                mailer.close().await;
            }
            checked.map_err(|error| Failure::Failed(error.to_string()))
        })?;
        let out = &mut *context.out;
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Human => human(&report, names, out)?,
        }
        Ok(Verdict::good_if(report.is_complete()))
    }
}

fn human(report: &AlertReport, names: Names, out: &mut dyn Write) -> io::Result<()> {
    if !report.enabled {
        let path = names.path(EmailSettings::ENABLE_SECURITY_FIX_ALERT);
        return writeln!(out, "{path} is false: the feed was not requested, and no mail was sent");
    }
    let count = |count: usize, one: &str, more: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {more}"),
    };
    writeln!(
        out,
        "{} in the feed, {} version {}",
        count(report.alerts, "alert", "alerts"),
        count(report.findings.len(), "concerns", "concern"),
        report.version
    )?;
    for AlertFinding { alert, notices, .. } in &report.findings {
        let affected: Vec<String> = alert.affected.iter().map(ToString::to_string).collect();
        writeln!(out, "\n{} ({}): {}", alert.id, alert.severity, alert.title)?;
        writeln!(out, "  affected: {}", affected.join(" or "))?;
        for notice in notices {
            let before = if notice.is_new { "" } else { ", told before" };
            let before =
                if notice.state == settings_core::mail::alerts::NoticeState::Delivered { before } else { "" };
            let why = notice.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            writeln!(out, "  {}: {}{before}{why}", notice.administrator, notice.state)?;
        }
    }
    for rejected in &report.rejected {
        writeln!(out, "\nNOT BELIEVED {}: {}", rejected.id, rejected.why)?;
    }
    Ok(())
}
