//! The sender, made from resolved settings.

use std::sync::Arc;

#[cfg(feature = "mail-outbox")]
use super::session::Gate;
use super::{
    doctor::Probe,
    failure::{Cause, Failure, Step},
    hints::explained,
    message::{MailObject, Message},
    meter::{Counts, Meter},
    options::MailerOptions,
    outcome::Outcome,
    pool::{Kept, Pool},
    session::{
        Approach, Credentials, Envelope, ExtraCa, LoginSecret, NotTaken, Run, Session, Taken, Target,
        TlsPolicy,
    },
    settings::{ConnectionSecurity, EmailSettings},
    transcript::Transcript,
};

/// Sends mail by the settings that it was made from.
///
/// Every step of a delivery ends within `EmailSettings.SMTPServerTimeout`, and the delivery within
/// six times that plus what the size of the message asks for. Dropping a future of it closes its
/// connection.
///
/// ```no_run
/// use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
///
/// # async fn send() -> Result<(), Box<dyn std::error::Error>> {
/// let mailer = Mailer::new(&EmailSettings::default(), MailerOptions::default())?;
/// let message = Message::new("server@example.com".parse()?)
///     .to("admin@example.com".parse()?)
///     .subject("Hello")
///     .text("Hello!");
/// println!("{}", mailer.send(&message).await);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Mailer {
    settings: Arc<EmailSettings>,
    approach: Arc<Approach>,
    pool: Arc<Pool>,
    meter: Arc<Meter>,
}

/// One attempt to deliver: what became of it, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Attempt {
    /// What became of the mail.
    pub outcome: Outcome,
    /// Every step with its time and what was said.
    pub transcript: Transcript,
}

impl Mailer {
    /// A sender for these settings. Fails where they cannot be obeyed: no server, a login without a
    /// name, an extra CA that cannot be read, a system without trusted certificates.
    pub fn new(settings: &EmailSettings, options: MailerOptions) -> Result<Self, Failure> {
        let failed = |cause| explained(Failure::new(Step::Settings, cause), settings);
        let pool = Pool::new(options.connections, options.keep);
        let approach = Arc::new(approach(settings, options).map_err(failed)?);
        Ok(Self { settings: Arc::new(settings.clone()), approach, pool, meter: Arc::default() })
    }

    /// What it has done so far, its clones included.
    pub fn counts(&self) -> Counts {
        self.meter.counts()
    }

    /// Says goodbye to the connections that wait for further mails.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Delivers one mail.
    pub async fn send(&self, message: &Message) -> Outcome {
        self.attempt(message).await.outcome
    }

    /// Like [`Mailer::send`], and tells how it went.
    pub async fn attempt(&self, message: &Message) -> Attempt {
        let mut run = Run::start(self.settings.smtp_server_timeout, 0);
        run.enter(Step::Message);
        let mail = message.to_object().map_err(|error| Cause::Message(error.to_string()));
        match run.leave(mail) {
            Ok(mail) => self.attempt_in(&mail, run).await,
            Err(failure) => Attempt {
                outcome: Outcome::of_failure(self.explained(failure), Vec::new()),
                transcript: run.into_transcript(),
            },
        }
    }

    /// Delivers a mail that was made ready before.
    pub async fn send_object(&self, mail: &MailObject) -> Outcome {
        let run = Run::start(self.settings.smtp_server_timeout, mail.content().len());
        self.attempt_in(mail, run).await.outcome
    }

    /// Like [`Mailer::send_object`], but passes `gate` right before the content is sent: until then the server
    /// can't have taken the mail. If the gate does not open, the content is not sent.
    #[cfg(feature = "mail-outbox")]
    pub(crate) async fn send_behind(&self, gate: Gate, mail: &MailObject) -> Outcome {
        let run = Run::start(self.settings.smtp_server_timeout, mail.content().len()).behind(gate);
        self.attempt_in(mail, run).await.outcome
    }

    /// The settings that it obeys.
    #[cfg(feature = "mail-outbox")]
    pub(crate) fn settings(&self) -> &EmailSettings {
        &self.settings
    }

    async fn attempt_in(&self, mail: &MailObject, mut run: Run) -> Attempt {
        let measured = self.meter.begin();
        let outcome = match self.deliver(mail, &mut run).await {
            Ok(taken) => Outcome::Delivered {
                queue_id: taken.reply.queue_id().map(str::to_owned),
                reply: taken.reply,
                recipients: taken.recipients,
            },
            Err(not_taken) => Outcome::of_failure(self.explained(not_taken.failure), not_taken.recipients),
        };
        measured.end(&outcome, &self.approach.target);
        Attempt { outcome, transcript: run.into_transcript() }
    }

    async fn deliver(&self, mail: &MailObject, run: &mut Run) -> Result<Taken, NotTaken> {
        run.enter(Step::Message);
        let wire = mail.to_wire().map_err(|error| Cause::Message(error.to_string()));
        let stuffed = run.leave(wire)?;
        let envelope = Envelope {
            sender: mail.sender().clone(),
            recipients: mail.recipients().to_vec(),
            size: stuffed.size(),
            eight_bit: stuffed.is_eight_bit(),
            international: mail.is_international(),
        };
        let _seat = self.pool.seat().await;
        // Waiting for one's turn is not the server's doing.
        run.restart_clock(self.settings.smtp_server_timeout, stuffed.size());
        if let Some(mut kept) = self.pool.take(run).await {
            let delivered = kept.session.deliver(&envelope, &stuffed, run).await;
            if !delivered.as_ref().is_err_and(NotTaken::is_of_a_stale_connection) {
                self.meter.reused();
                return self.done_with(kept, delivered, run).await;
            }
            run.in_clear();
        }
        let mut fresh = Kept::new(Session::open(&self.approach, run).await?);
        self.meter.opened();
        let delivered = fresh.session.deliver(&envelope, &stuffed, run).await;
        self.done_with(fresh, delivered, run).await
    }

    /// Keeps the connection where it can take another mail.
    async fn done_with(
        &self,
        kept: Kept,
        delivered: Result<Taken, NotTaken>,
        run: &mut Run,
    ) -> Result<Taken, NotTaken> {
        match &delivered {
            Ok(_) => self.pool.put(kept, false, run).await,
            Err(not_taken) if not_taken.in_step => self.pool.put(kept, true, run).await,
            Err(_) => {}
        }
        delivered
    }

    /// Walks the way of a mail without sending one: connection, encryption, login, sender, recipients.
    pub(crate) async fn probe(&self, probe: &Probe, run: &mut Run) -> Result<(), Failure> {
        let probed = async {
            let mut session = Session::open(&self.approach, run).await?;
            session.probe(probe.sender.as_ref(), &probe.recipients, run).await?;
            session.quit(run).await;
            Ok(())
        };
        probed.await.map_err(|failure| self.explained(failure))
    }

    fn explained(&self, mut failure: Failure) -> Failure {
        if failure.step != Step::Message {
            failure.server = self.approach.target.to_string();
        }
        explained(failure, &self.settings)
    }
}

fn approach(settings: &EmailSettings, options: MailerOptions) -> Result<Approach, Cause> {
    let settings_error = |text: &str| Err(Cause::Settings(text.to_owned()));
    let host = settings.smtp_server.trim();
    if host.is_empty() {
        return settings_error("EmailSettings.SMTPServer is empty, so there is no server to send to");
    }
    if !host.bytes().all(|b| b.is_ascii_graphic()) {
        return settings_error("EmailSettings.SMTPServer has characters that no host name has");
    }
    if settings.smtp_port == 0 {
        return settings_error("EmailSettings.SMTPPort is 0; ports are 1 to 65535");
    }
    let ehlo_name = options.ehlo_name.clone().filter(|name| !name.is_empty());
    if ehlo_name.as_ref().is_some_and(|name| name.len() > 255 || !name.bytes().all(|b| b.is_ascii_graphic()))
    {
        return settings_error("the EHLO name has characters that no host name has");
    }
    let credentials = settings.enable_smtp_auth.then(|| credentials(settings, &options)).transpose()?;
    let security = settings.connection_security;
    let tls = match security {
        ConnectionSecurity::None => None,
        ConnectionSecurity::Tls | ConnectionSecurity::StartTls => {
            let mut extra = Vec::new();
            extra.extend(options.extra_ca_file.map(ExtraCa::File));
            extra.extend(options.extra_ca_pem.map(ExtraCa::Pem));
            Some(TlsPolicy::load(&extra, settings.skip_server_certificate_verification, options.oldest_tls)?)
        }
    };
    Ok(Approach { target: Target::new(host, settings.smtp_port), security, tls, credentials, ehlo_name })
}

fn credentials(settings: &EmailSettings, options: &MailerOptions) -> Result<Credentials, Cause> {
    let settings_error = |text: &str| Err(Cause::Settings(text.to_owned()));
    let username = settings.smtp_username.clone();
    if username.is_empty() {
        return settings_error(
            "EmailSettings.EnableSMTPAuth is true, but EmailSettings.SMTPUsername is empty",
        );
    }
    if username.chars().any(char::is_control) {
        return settings_error("EmailSettings.SMTPUsername has a line break or control character");
    }
    let password = &settings.smtp_password;
    let secret = match &options.access_token {
        Some(token) if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) => {
            return settings_error("the access token is empty or has characters that no token has");
        }
        Some(token) => LoginSecret::Token(token.clone()),
        None if password.is_empty() => {
            return settings_error(
                "EmailSettings.EnableSMTPAuth is true, but EmailSettings.SMTPPassword is empty",
            );
        }
        None if password.expose().contains(['\0', '\r', '\n']) => {
            return settings_error("EmailSettings.SMTPPassword has a line break or NUL");
        }
        None => LoginSecret::Password(password.clone()),
    };
    Ok(Credentials { username, secret, allow_cram_md5: options.allow_cram_md5 })
}
