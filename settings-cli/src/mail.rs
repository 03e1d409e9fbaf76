//! `mail`: a test mail, a check of each step of its delivery, and a server that shows arriving mail.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use tokio::runtime::{Builder, Runtime};

use crate::queue::Queue;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::mail::catch::{CatchOptions, Catcher, Login, Overflow};
use settings_core::mail::{
    ConnectionSecurity, EmailSettings, Mailbox, Mailer, MailerOptions, Message, PoolConfig, ReversePath,
    SenderError, doctor,
};
use settings_core::schema::Names;
use settings_core::value::Secret;

/// Sends a test mail, examines the way to the server, or catches mail locally.
#[derive(Args, Debug)]
pub struct Mail {
    #[command(subcommand)]
    command: MailCommand,
}

#[derive(Subcommand, Debug)]
enum MailCommand {
    /// Sends a test mail; succeeds only if the server accepted it
    Test(Test),
    /// Checks each step of a delivery without sending a mail
    Doctor(Doctor),
    /// Runs a local SMTP server that shows arriving mail
    Catch(Catch),
    /// Lists, retries or drops the mails of an outbox
    Queue(Queue),
}

#[derive(Args, Debug)]
struct Test {
    /// The recipient
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The sender [default: the sender of the settings, else the recipient]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    #[command(flatten)]
    trust: Trust,
    /// Show the dialogue with the server
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Args, Debug)]
struct Doctor {
    /// Also ask whether the server takes mail from this sender [default: the sender of the settings]
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Also ask whether the server takes mail for this recipient
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    #[command(flatten)]
    trust: Trust,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show the dialogue with the server
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Args, Debug)]
struct Trust {
    /// PEM certificates of authorities to trust in addition to the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// The format of the report.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// One line for each step
    Human,
    /// One object
    Json,
}

#[derive(Args, Debug)]
struct Catch {
    /// The address to listen on; loopback only, port 0 takes a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:2525")]
    listen: SocketAddr,
    /// The encryption to offer
    #[arg(long, value_enum, default_value_t = Security::None)]
    security: Security,
    /// Accept mail only from clients that log in with this name and password
    #[arg(long, value_name = "NAME:PASSWORD")]
    login: Option<String>,
    /// Write the certificate to trust to this file
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// End after this many mails
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

/// The encryption to offer.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Security {
    /// None
    None,
    /// From the first byte on
    Tls,
    /// By STARTTLS
    Starttls,
}

impl Mail {
    pub(crate) fn run<T: Settings + AsRef<EmailSettings>>(self, context: &mut Context<'_>) -> Outcome {
        let names = Names::of(T::SCHEMA);
        match self.command {
            MailCommand::Test(test) => test.run(context.settings::<T>()?.as_ref(), names, context.out),
            MailCommand::Doctor(doctor) => doctor.run(context.settings::<T>()?.as_ref(), names, context.out),
            MailCommand::Catch(catch) => catch.run(context.out),
            MailCommand::Queue(queue) => queue.run(context),
        }
    }
}

impl Trust {
    fn options(&self, names: Names) -> MailerOptions {
        let options = MailerOptions::default().names(names);
        match &self.ca_file {
            Some(path) => options.extra_ca_file(path),
            None => options,
        }
    }
}

impl Test {
    fn run(self, settings: &EmailSettings, names: Names, out: &mut dyn Write) -> Outcome {
        let to = mailbox(&self.to)?;
        let from = match &self.from {
            Some(from) => mailbox(from)?,
            None => configured_sender(settings)?.unwrap_or_else(|| to.clone()),
        };
        let options = self.trust.options(names).pool(PoolConfig::DISABLED);
        wait(async {
            let mailer = match Mailer::new(settings, options) {
                Ok(mailer) => mailer,
                Err(failure) => {
                    writeln!(out, "not attempted: {failure}")?;
                    return Ok(Verdict::Findings);
                }
            };
            let attempt = mailer.send_traced(&message(from, to, settings)).await;
            if self.verbose {
                write!(out, "{}", attempt.transcript)?;
            }
            writeln!(out, "{}", attempt.outcome)?;
            Ok(Verdict::good_if(attempt.outcome.is_delivered_to_all()))
        })
    }
}

/// Returns the sender of the settings, if they name one.
pub(crate) fn configured_sender(settings: &EmailSettings) -> Result<Option<Mailbox>, Failure> {
    match settings.sender() {
        Ok(sender) => Ok(Some(sender)),
        Err(SenderError::Blank) => Ok(None),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Creates the test mail.
pub(crate) fn message(from: Mailbox, to: Mailbox, settings: &EmailSettings) -> Message {
    let way = match settings.connection_security {
        ConnectionSecurity::None => "without encryption",
        ConnectionSecurity::Tls => "over TLS",
        ConnectionSecurity::StartTls => "over STARTTLS",
    };
    let login = if settings.enable_smtp_auth { "logged in" } else { "without logging in" };
    let server = format!("{}:{}", settings.smtp_server, settings.smtp_port);
    let text = format!(
        "This is a test mail.\n\nIt was handed to {server}\n{way}, {login}.\nThat it arrived means that the mail settings work.\n"
    );
    let message = Message::new(from).to(to).subject("Test of the mail settings").text(text);
    let message = settings.reply_to().ok().flatten().into_iter().fold(message, Message::reply_to);
    settings.envelope_sender().ok().flatten().into_iter().fold(message, Message::envelope_sender)
}

impl Doctor {
    fn run(self, settings: &EmailSettings, names: Names, out: &mut dyn Write) -> Outcome {
        let address = |text: &str| mailbox(text).map(|mailbox| mailbox.address().clone());
        let recipient = self.to.as_deref().map(address).transpose()?;
        let configured = || settings.envelope_sender().map_err(|error| Failure::Failed(error.to_string()));
        let sender = match &self.from {
            Some(from) => Some(address(from)?.into()),
            None => match configured()? {
                Some(sender) => Some(sender),
                None => configured_sender(settings)?
                    .map(|sender| sender.address().clone())
                    .or_else(|| recipient.clone())
                    .map(ReversePath::from),
            },
        };
        let mut probe = doctor::Probe::default();
        (probe.sender, probe.recipients) = (sender, recipient.into_iter().collect());
        let report = wait(async { Ok(doctor::examine(settings, self.trust.options(names), &probe).await) })?;
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Human => {
                if self.verbose {
                    write!(out, "{}", report.transcript)?;
                }
                write!(out, "{report}")?;
            }
        }
        Ok(Verdict::good_if(report.healthy))
    }
}

impl Catch {
    fn run(self, out: &mut dyn Write) -> Outcome {
        let login = match &self.login {
            None => Login::Any,
            Some(login) => {
                let (user, password) = login
                    .split_once(':')
                    .ok_or_else(|| Failure::Usage("--login: expected NAME:PASSWORD".to_owned()))?;
                Login::Only { username: user.to_owned(), password: Secret::new(password) }
            }
        };
        let security = match self.security {
            Security::None => ConnectionSecurity::None,
            Security::Tls => ConnectionSecurity::Tls,
            Security::Starttls => ConnectionSecurity::StartTls,
        };
        let options = CatchOptions::default()
            .address(self.listen)
            .security(security)
            .login(login)
            .overflow(Overflow::DropOldest);
        wait(async {
            let mut catcher = Catcher::start(options)
                .await
                .map_err(|error| Failure::Failed(format!("can't listen on {}: {error}", self.listen)))?;
            writeln!(out, "listening on {}", catcher.address())?;
            if let Some(pem) = catcher.certificate_pem() {
                match &self.certificate {
                    Some(path) => {
                        std::fs::write(path, pem)
                            .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
                        writeln!(out, "the certificate to trust is in {}", path.display())?;
                    }
                    None => writeln!(out, "the certificate to trust:\n{pem}")?,
                }
            }
            out.flush()?;
            let mut left = self.count;
            while left != Some(0) {
                let Some(caught) = catcher.next().await else { break };
                match catcher.take_dropped() {
                    0 => {}
                    dropped => {
                        writeln!(out, "\n{dropped} earlier mails are not shown: the output was not read")?
                    }
                }
                writeln!(out, "\n{caught}")?;
                out.flush()?;
                left = left.map(|left| left - 1);
            }
            catcher.shutdown().await;
            Ok(Verdict::Good)
        })
    }
}

pub(crate) fn mailbox(text: &str) -> Result<Mailbox, Failure> {
    text.parse().map_err(|error| Failure::Usage(format!("`{text}` is not a mail address: {error}")))
}

/// Runs a future in a runtime of its own. A name lookup that hangs does not delay the end of the program.
pub(crate) fn wait<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    result
}
