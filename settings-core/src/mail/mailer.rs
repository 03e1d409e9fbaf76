//! Sends mail by the resolved settings.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

use super::address::Address;
use super::config::{MailConfig, SettingNames};
use super::failure::{Cause, Failure, Step};
#[cfg(feature = "mail-outbox-store")]
use super::fingerprint::Fingerprint;
use super::hints::{Context, with_hints};
use super::message::{MailObject, Message, MessageError, Stuffed};
use super::metrics::{CloseReason, Counts, Metrics};
use super::options::{MailerOptions, PoolConfig};
use super::outcome::Outcome;
use super::pool::{Pool, PooledConnection, Transaction};
use super::reverse_path::ReversePath;
#[cfg(feature = "mail-outbox-store")]
use super::session::Gate;
use super::session::{Accepted, ConnectConfig, DeliveryError, Envelope, Run, Session};
use super::settings::{EmailSettings, SenderError};
use super::transcript::Transcript;

/// Sends mail by the settings it was created with. Clones share connections, counts and settings.
///
/// Every step of a delivery ends within `EmailSettings.SMTPServerTimeout`, and the delivery as a whole within six times
/// that plus the time that the size of the message requires. Only the reply to the complete message may take five minutes
/// or more. Dropping the future of a delivery closes its connection.
///
/// ```no_run
/// use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
///
/// # async fn send(settings: EmailSettings, changed: EmailSettings) -> Result<(), Box<dyn std::error::Error>> {
/// let mailer = Mailer::new(&settings, MailerOptions::default())?;
/// let message = mailer.message()?.to("admin@example.com".parse()?).subject("Hello").text("Hello!");
/// println!("{}", mailer.send(&message).await);
///
/// mailer.replace(&changed)?; // the next mail uses these settings
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    options: MailerOptions,
    metrics: Arc<Metrics>,
    current: RwLock<Arc<Generation>>,
}

/// Everything derived from one state of the settings.
struct Generation {
    settings: EmailSettings,
    names: SettingNames,
    ready: Result<Ready, Failure>,
}

/// The prerequisites for sending.
struct Ready {
    config: ConnectConfig,
    pool: Arc<Pool>,
}

/// The settings that one mail is sent with, and its permission to use a connection.
struct Turn {
    generation: Arc<Generation>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A message ready to be transmitted.
struct Prepared {
    envelope: Envelope,
    content: Stuffed,
}

/// One attempt to deliver a mail: its outcome and its transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Attempt {
    /// The outcome.
    pub outcome: Outcome,
    /// Every step with its duration and the lines exchanged.
    pub transcript: Transcript,
}

/// The effect of [`Mailer::replace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replacement {
    /// The settings were different and are used from now on.
    Applied,
    /// The settings were the same; nothing changed.
    Unchanged,
}

impl Mailer {
    /// Creates a mailer for [`EmailSettings`], or for a [`MailConfig`] from other settings.
    ///
    /// # Errors
    /// If the settings cannot be used: no server, a login without a username, a CA file that cannot be read, or a
    /// system without trusted certificates.
    pub fn new(config: impl Into<MailConfig>, options: MailerOptions) -> Result<Self, Failure> {
        let mailer = Self::new_lenient(config, options);
        match mailer.failure() {
            None => Ok(mailer),
            Some(failure) => Err(failure),
        }
    }

    /// Creates a mailer even if the settings cannot be used, for programs that must start regardless.
    ///
    /// Mails are then not attempted, for the reason that [`Mailer::failure`] returns, until [`Mailer::replace`] provides
    /// usable settings.
    #[must_use]
    pub fn new_lenient(config: impl Into<MailConfig>, options: MailerOptions) -> Self {
        let current = RwLock::new(Arc::new(Generation::new(config.into(), &options)));
        Self { shared: Arc::new(Shared { options, metrics: Arc::default(), current }) }
    }

    /// Replaces the settings. Can be called from any thread.
    ///
    /// Mails that already have a connection are finished with the old settings; their connections are closed afterwards,
    /// and idle connections are closed in the background. Mails that wait for a connection use the new settings.
    ///
    /// # Errors
    /// If the new settings cannot be used. The old ones are no longer used either: see [`Mailer::new_lenient`].
    pub fn replace(&self, config: impl Into<MailConfig>) -> Result<Replacement, Failure> {
        let config = config.into();
        if self.generation().settings == config.settings {
            return self.failure().map_or(Ok(Replacement::Unchanged), Err);
        }
        self.reload(config).map(|()| Replacement::Applied)
    }

    /// Reloads the current settings, for example after the CA file has changed.
    ///
    /// # Errors
    /// Like [`Mailer::replace`].
    pub fn refresh(&self) -> Result<(), Failure> {
        self.reload(self.generation().config())
    }

    fn reload(&self, config: MailConfig) -> Result<(), Failure> {
        let fresh = Arc::new(Generation::new(config, &self.shared.options));
        let old = {
            let mut current = self.shared.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::clone(&fresh))
        };
        if let Ok(ready) = &old.ready {
            ready.pool.drain(CloseReason::Replaced);
        }
        match &fresh.ready {
            Ok(ready) => {
                tracing::info!(server = %ready.config.target, "mail settings replaced");
                Ok(())
            }
            Err(failure) => {
                tracing::error!(%failure, "the new mail settings cannot be used");
                Err(failure.clone())
            }
        }
    }

    /// Returns the reason why nothing can be sent with the current settings, if there is one.
    pub fn failure(&self) -> Option<Failure> {
        self.generation().ready.as_ref().err().cloned()
    }

    /// Returns the current settings.
    pub fn settings(&self) -> EmailSettings {
        self.generation().settings.clone()
    }

    /// Creates an empty message from `FeedbackName` and `FeedbackEmail`, with `ReplyToAddress` as the reply address and
    /// `EnvelopeSender` as the address for bounces.
    ///
    /// # Errors
    /// If `FeedbackEmail` is empty, or one of them is malformed.
    pub fn message(&self) -> Result<Message, Failure> {
        let Generation { settings, names, .. } = &*self.generation();
        let failed = |error: SenderError| {
            Failure::new(Step::Settings, Cause::Settings(error.describe(|key| names.name(key))))
        };
        let message = Message::new(settings.sender().map_err(failed)?);
        let envelope_sender = settings.envelope_sender().map_err(failed)?;
        let message = envelope_sender.into_iter().fold(message, Message::envelope_sender);
        let reply_to = settings.reply_to().map_err(failed)?;
        Ok(reply_to.into_iter().fold(message, Message::reply_to))
    }

    /// Returns the name of a setting in the program.
    #[cfg(feature = "alerts")]
    pub(crate) fn setting_name(&self, key: crate::schema::Key) -> String {
        self.generation().names.name(key)
    }

    /// Returns the counts of this mailer and its clones.
    pub fn counts(&self) -> Counts {
        let idle = self.generation().ready.as_ref().map_or(0, |ready| ready.pool.idle_count());
        self.shared.metrics.counts(idle)
    }

    /// Closes the idle connections.
    pub async fn close(&self) {
        if let Ok(ready) = &self.generation().ready {
            ready.pool.close().await;
        }
    }

    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends one mail.
    pub async fn send(&self, message: &Message) -> Outcome {
        self.send_traced(message).await.outcome
    }

    /// Sends one mail and returns the transcript as well.
    pub async fn send_traced(&self, message: &Message) -> Attempt {
        let prepare = || Prepared::new(&message.to_object()?);
        self.deliver(self.run(), prepare).await.0
    }

    /// Sends a mail that was built before.
    pub async fn send_raw(&self, mail: &MailObject) -> Outcome {
        self.deliver(self.run(), || Prepared::new(mail)).await.0.outcome
    }

    /// Sends a mail like [`Mailer::send_raw`], and passes `gate` right before the content.
    ///
    /// Until then, the server cannot have accepted the mail. If the gate fails, the content is not sent. Also returns the
    /// fingerprint of the settings and options that were used.
    #[cfg(feature = "mail-outbox-store")]
    pub(crate) async fn send_gated(&self, gate: Gate, mail: &MailObject) -> (Outcome, Fingerprint) {
        let (attempt, generation) = self.deliver(self.run().with_gate(gate), || Prepared::new(mail)).await;
        (attempt.outcome, self.fingerprint_of(&generation))
    }

    /// Returns a fingerprint of everything that decides if a server accepts this mailer: the settings, the options, and
    /// an access token that was given.
    #[cfg(feature = "mail-outbox-store")]
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint_of(&self.generation())
    }

    #[cfg(feature = "mail-outbox-store")]
    fn fingerprint_of(&self, generation: &Generation) -> Fingerprint {
        Fingerprint::new(&generation.settings, &self.shared.options)
    }

    fn run(&self) -> Run {
        Run::start(self.generation().settings.smtp_server_timeout, 0)
            .with_final_reply(self.shared.options.final_reply_timeout)
    }

    /// Makes one attempt; returns it with the settings that were used.
    async fn deliver(
        &self,
        mut run: Run,
        prepare: impl FnOnce() -> Result<Prepared, MessageError>,
    ) -> (Attempt, Arc<Generation>) {
        let timer = self.shared.metrics.start();
        run.begin(Step::Message);
        let prepared = prepare().map_err(|error| Cause::Message(error.to_string()));
        let prepared = match run.finish(prepared) {
            Ok(prepared) => prepared,
            Err(failure) => {
                let generation = self.generation();
                let outcome = Outcome::from_failure(failure, Vec::new());
                timer.finish(&outcome, &generation.server());
                return (Attempt { outcome, transcript: run.into_transcript() }, generation);
            }
        };
        let recipients = prepared.envelope.recipients.len();
        let span = tracing::info_span!("mail", recipients, bytes = prepared.content.size());
        let attempt = async {
            let Turn { generation, _permit } = self.turn().await;
            let delivered = match &generation.ready {
                Ok(ready) => {
                    // The time spent waiting for a connection does not count against the server.
                    run.restart_clock(generation.settings.smtp_server_timeout, prepared.content.size());
                    self.transmit(ready, &prepared, &mut run).await
                }
                Err(failure) => Err(failure.clone().into()),
            };
            let outcome = match delivered {
                Ok(accepted) => Outcome::Delivered {
                    queue_id: accepted.reply.queue_id().map(str::to_owned),
                    reply: accepted.reply,
                    recipients: accepted.recipients,
                },
                Err(DeliveryError { failure, recipients, .. }) => {
                    Outcome::from_failure(generation.with_hints(failure), recipients)
                }
            };
            timer.finish(&outcome, &generation.server());
            (Attempt { outcome, transcript: run.into_transcript() }, generation)
        };
        attempt.instrument(span).await
    }

    /// Waits for permission to use a connection; the settings are the ones that are current by then.
    async fn turn(&self) -> Turn {
        loop {
            let generation = self.generation();
            let _permit = match &generation.ready {
                Ok(ready) => ready.pool.acquire().await,
                Err(_) => None,
            };
            if Arc::ptr_eq(&generation, &self.generation()) {
                return Turn { generation, _permit };
            }
        }
    }

    /// Transmits a mail over a pooled connection, or over a new one.
    async fn transmit(
        &self,
        ready: &Ready,
        mail: &Prepared,
        run: &mut Run,
    ) -> Result<Accepted, DeliveryError> {
        if let Some(mut connection) = ready.pool.take(run).await {
            let delivered = connection.session.deliver(&mail.envelope, &mail.content, run).await;
            if !delivered.as_ref().is_err_and(DeliveryError::may_concern_connection) {
                self.shared.metrics.reused();
                return ready.release(connection, delivered, run).await;
            }
            connection.discard(CloseReason::Stale);
        }
        let session = Session::open(&ready.config, run).await?;
        let mut connection = PooledConnection::new(session, self.shared.metrics.opened());
        let delivered = connection.session.deliver(&mail.envelope, &mail.content, run).await;
        ready.release(connection, delivered, run).await
    }

    /// Takes the steps of a delivery without sending a mail: connection, encryption, login, sender, recipients.
    pub(crate) async fn probe(
        &self,
        sender: Option<&ReversePath>,
        recipients: &[Address],
        run: &mut Run,
    ) -> Result<(), Failure> {
        let generation = self.generation();
        let ready = generation.ready.as_ref().map_err(Clone::clone)?;
        let probed = async {
            let mut session = Session::open(&ready.config, run).await?;
            session.probe(sender, recipients, run).await?;
            session.quit(run).await;
            Ok(())
        };
        probed.await.map_err(|failure| generation.with_hints(failure))
    }
}

impl Prepared {
    fn new(mail: &MailObject) -> Result<Self, MessageError> {
        let content = mail.to_wire()?;
        let envelope = Envelope {
            sender: mail.sender().clone(),
            recipients: mail.recipients().to_vec(),
            size: content.size(),
            eight_bit: content.is_eight_bit(),
            international: mail.is_international(),
        };
        Ok(Self { envelope, content })
    }
}

impl Generation {
    fn new(config: MailConfig, options: &MailerOptions) -> Self {
        let MailConfig { settings, called } = config;
        let names = SettingNames::new(options.names, called);
        let connections = options.connections.unwrap_or(usize::from(settings.smtp_connections));
        let pool = options.pool.unwrap_or_else(|| PoolConfig::from_idle_timeout(settings.smtp_idle_timeout));
        let ready = ConnectConfig::from_settings(&settings, options, &names)
            .map(|config| Ready { config, pool: Pool::new(connections, pool) })
            .map_err(|cause| Failure::new(Step::Settings, cause));
        Self { settings, names, ready }
    }

    fn config(&self) -> MailConfig {
        MailConfig { settings: self.settings.clone(), called: self.names.called().cloned() }
    }

    fn server(&self) -> String {
        self.ready.as_ref().map(|ready| ready.config.target.to_string()).unwrap_or_default()
    }

    fn with_hints(&self, mut failure: Failure) -> Failure {
        if !matches!(failure.step, Step::Message | Step::Settings) {
            failure.server = self.server();
        }
        with_hints(failure, Context { settings: &self.settings, names: &self.names })
    }
}

impl Ready {
    /// Returns the connection to the pool if it can be reused.
    async fn release(
        &self,
        connection: PooledConnection,
        delivered: Result<Accepted, DeliveryError>,
        run: &mut Run,
    ) -> Result<Accepted, DeliveryError> {
        match &delivered {
            Ok(_) => self.pool.put(connection, Transaction::Complete, run).await,
            Err(error) if error.reusable => self.pool.put(connection, Transaction::Aborted, run).await,
            Err(_) => connection.discard(CloseReason::Failed),
        }
        delivered
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("settings", &self.generation().settings).finish_non_exhaustive()
    }
}

/// Programs share a mailer among tasks and threads.
const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Mailer>();
    is_send_and_sync::<MailerOptions>();
    is_send_and_sync::<Message>();
    is_send_and_sync::<MailObject>();
    is_send_and_sync::<Attempt>();
};
