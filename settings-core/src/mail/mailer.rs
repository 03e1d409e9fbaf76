//! The sender, made from resolved settings.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

#[cfg(feature = "mail-outbox")]
use super::session::Gate;
use super::{
    address::Address,
    failure::{Cause, Failure, Step},
    hints::explained,
    message::{MailObject, Message},
    meter::{CloseReason, Counts, Meter},
    options::MailerOptions,
    outcome::Outcome,
    pool::{Keep, Kept, Pool},
    session::{Approach, Envelope, NotTaken, Run, Session, Taken},
    settings::EmailSettings,
    transcript::Transcript,
};

/// Sends mail by the settings that it was made from. Clones share its connections, its counts and its settings.
///
/// Every step of a delivery ends within `EmailSettings.SMTPServerTimeout`, and the delivery within
/// six times that plus what the size of the message asks for. Dropping a future of it closes its
/// connection.
///
/// ```no_run
/// use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
///
/// # async fn send(settings: EmailSettings, changed: EmailSettings) -> Result<(), Box<dyn std::error::Error>> {
/// let mailer = Mailer::new(&settings, MailerOptions::default())?;
/// let message = mailer.message()?.to("admin@example.com".parse()?).subject("Hello").text("Hello!");
/// println!("{}", mailer.send(&message).await);
///
/// mailer.replace(&changed)?; // the next mail goes by these
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    options: MailerOptions,
    meter: Arc<Meter>,
    present: RwLock<Arc<Generation>>,
}

/// What was made of one state of the settings.
struct Generation {
    settings: EmailSettings,
    ready: Result<Ready, Failure>,
}

/// What it takes to send.
struct Ready {
    approach: Approach,
    pool: Arc<Pool>,
}

/// The settings by which one mail is sent, and its turn.
struct Turn {
    generation: Arc<Generation>,
    _seat: Option<OwnedSemaphorePermit>,
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
    /// A sender for these settings.
    ///
    /// # Errors
    /// Where they cannot be obeyed: no server, a login without a name, a file of authorities that cannot be read, a
    /// system without trusted certificates.
    pub fn new(settings: &EmailSettings, options: MailerOptions) -> Result<Self, Failure> {
        let mailer = Self::replaceable(settings, options);
        match mailer.failure() {
            None => Ok(mailer),
            Some(failure) => Err(failure),
        }
    }

    /// Like [`Mailer::new`], for programs that start whatever the settings say: where they cannot be obeyed, mails
    /// are not attempted, for the reason that [`Mailer::failure`] tells, until [`Mailer::replace`] brings others.
    #[must_use]
    pub fn replaceable(settings: &EmailSettings, options: MailerOptions) -> Self {
        let present = RwLock::new(Arc::new(Generation::new(settings, &options)));
        Self { shared: Arc::new(Shared { options, meter: Arc::default(), present }) }
    }

    /// Goes by other settings from now on; false where they are the same and nothing was done.
    ///
    /// Mails that have a connection are finished by the settings that they were begun with; then it is closed, as are
    /// those that wait (QUIT, in the background). Mails that wait for their turn go by the new settings. May be called
    /// from any thread.
    ///
    /// # Errors
    /// Where the new settings cannot be obeyed. The old ones are not obeyed any more either: see
    /// [`Mailer::replaceable`].
    pub fn replace(&self, settings: &EmailSettings) -> Result<bool, Failure> {
        if self.generation().settings == *settings {
            return self.failure().map_or(Ok(false), Err);
        }
        self.reload(settings.clone()).map(|()| true)
    }

    /// Makes everything anew from the present settings: a file of authorities may have changed.
    ///
    /// # Errors
    /// Like [`Mailer::replace`].
    pub fn refresh(&self) -> Result<(), Failure> {
        self.reload(self.generation().settings.clone())
    }

    fn reload(&self, settings: EmailSettings) -> Result<(), Failure> {
        let fresh = Arc::new(Generation::new(&settings, &self.shared.options));
        let old = {
            let mut present = self.shared.present.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *present, Arc::clone(&fresh))
        };
        if let Ok(ready) = &old.ready {
            ready.pool.retire(CloseReason::Replaced);
        }
        match &fresh.ready {
            Ok(ready) => {
                tracing::info!(server = %ready.approach.target, "mail goes by changed settings");
                Ok(())
            }
            Err(failure) => {
                tracing::error!(%failure, "mail cannot be sent by the changed settings");
                Err(failure.clone())
            }
        }
    }

    /// Why nothing can be sent by the present settings; none where it can.
    pub fn failure(&self) -> Option<Failure> {
        self.generation().ready.as_ref().err().cloned()
    }

    /// The settings that it obeys.
    pub fn settings(&self) -> EmailSettings {
        self.generation().settings.clone()
    }

    /// An empty message from `FeedbackName` and `FeedbackEmail`, with `ReplyToAddress` for answers.
    ///
    /// # Errors
    /// Where `FeedbackEmail` is empty, or one of them is malformed.
    pub fn message(&self) -> Result<Message, Failure> {
        let settings = self.settings();
        let failed =
            |error: &dyn fmt::Display| Failure::new(Step::Settings, Cause::Settings(error.to_string()));
        let message = Message::new(settings.sender().map_err(|error| failed(&error))?);
        let reply_to = settings.reply_to().map_err(|error| failed(&error))?;
        Ok(reply_to.into_iter().fold(message, Message::reply_to))
    }

    /// What it has done so far, its clones included.
    pub fn counts(&self) -> Counts {
        let idle = self.generation().ready.as_ref().map_or(0, |ready| ready.pool.waiting());
        self.shared.meter.counts(idle)
    }

    /// Says goodbye to the connections that wait for further mails.
    pub async fn close(&self) {
        if let Ok(ready) = &self.generation().ready {
            ready.pool.close().await;
        }
    }

    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.shared.present.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Delivers one mail.
    pub async fn send(&self, message: &Message) -> Outcome {
        self.attempt(message).await.outcome
    }

    /// Like [`Mailer::send`], and tells how it went.
    pub async fn attempt(&self, message: &Message) -> Attempt {
        let mut run = self.run(0);
        run.enter(Step::Message);
        let mail = message.to_object().map_err(|error| Cause::Message(error.to_string()));
        match run.leave(mail) {
            Ok(mail) => self.attempt_in(&mail, run).await,
            Err(failure) => Attempt {
                outcome: Outcome::of_failure(failure, Vec::new()),
                transcript: run.into_transcript(),
            },
        }
    }

    /// Delivers a mail that was made ready before.
    pub async fn send_object(&self, mail: &MailObject) -> Outcome {
        self.attempt_in(mail, self.run(mail.content().len())).await.outcome
    }

    /// Like [`Mailer::send_object`], but passes `gate` right before the content is sent: until then the server
    /// can't have taken the mail. If the gate does not open, the content is not sent. Tells too which settings were
    /// obeyed.
    #[cfg(feature = "mail-outbox")]
    pub(crate) async fn send_behind(&self, gate: Gate, mail: &MailObject) -> (Outcome, EmailSettings) {
        let run = self.run(mail.content().len()).behind(gate);
        let (attempt, generation) = self.attempt_by(mail, run).await;
        (attempt.outcome, generation.settings.clone())
    }

    /// Whether these are the settings that it obeys.
    #[cfg(feature = "mail-outbox")]
    pub(crate) fn obeys(&self, settings: &EmailSettings) -> bool {
        self.generation().settings == *settings
    }

    fn run(&self, size: usize) -> Run {
        Run::start(self.generation().settings.smtp_server_timeout, size)
    }

    async fn attempt_in(&self, mail: &MailObject, run: Run) -> Attempt {
        self.attempt_by(mail, run).await.0
    }

    /// One attempt, and by what it was made.
    async fn attempt_by(&self, mail: &MailObject, mut run: Run) -> (Attempt, Arc<Generation>) {
        let span =
            tracing::info_span!("mail", recipients = mail.recipients().len(), bytes = mail.content().len());
        let attempt = async {
            let measured = self.shared.meter.begin();
            let turn = self.turn().await;
            let generation = &turn.generation;
            let delivered = match &generation.ready {
                Ok(ready) => self.deliver(ready, generation, mail, &mut run).await,
                Err(failure) => Err(failure.clone().into()),
            };
            let outcome = match delivered {
                Ok(taken) => Outcome::Delivered {
                    queue_id: taken.reply.queue_id().map(str::to_owned),
                    reply: taken.reply,
                    recipients: taken.recipients,
                },
                Err(NotTaken { failure, recipients, .. }) => {
                    Outcome::of_failure(generation.explained(failure), recipients)
                }
            };
            measured.end(&outcome, &generation.server());
            (Attempt { outcome, transcript: run.into_transcript() }, turn.generation)
        };
        attempt.instrument(span).await
    }

    /// Waits for its turn, by the settings that are the present ones when it comes.
    async fn turn(&self) -> Turn {
        loop {
            let generation = self.generation();
            let _seat = match &generation.ready {
                Ok(ready) => ready.pool.seat().await,
                Err(_) => None,
            };
            if Arc::ptr_eq(&generation, &self.generation()) {
                return Turn { generation, _seat };
            }
        }
    }

    async fn deliver(
        &self,
        ready: &Ready,
        generation: &Generation,
        mail: &MailObject,
        run: &mut Run,
    ) -> Result<Taken, NotTaken> {
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
        // Waiting for one's turn is not the server's doing.
        run.restart_clock(generation.settings.smtp_server_timeout, stuffed.size());
        if let Some(mut kept) = ready.pool.take(run).await {
            let delivered = kept.session.deliver(&envelope, &stuffed, run).await;
            if !delivered.as_ref().is_err_and(NotTaken::is_of_a_stale_connection) {
                self.shared.meter.reused();
                return ready.done_with(kept, delivered, run).await;
            }
            kept.abandon(CloseReason::Stale);
            run.in_clear();
        }
        let session = Session::open(&ready.approach, run).await?;
        let mut fresh = Kept::new(session, self.shared.meter.opened());
        let delivered = fresh.session.deliver(&envelope, &stuffed, run).await;
        ready.done_with(fresh, delivered, run).await
    }

    /// Walks the way of a mail without sending one: connection, encryption, login, sender, recipients.
    pub(crate) async fn probe(
        &self,
        sender: Option<&Address>,
        recipients: &[Address],
        run: &mut Run,
    ) -> Result<(), Failure> {
        let generation = self.generation();
        let ready = generation.ready.as_ref().map_err(Clone::clone)?;
        let probed = async {
            let mut session = Session::open(&ready.approach, run).await?;
            session.probe(sender, recipients, run).await?;
            session.quit(run).await;
            Ok(())
        };
        probed.await.map_err(|failure| generation.explained(failure))
    }
}

impl Generation {
    fn new(settings: &EmailSettings, options: &MailerOptions) -> Self {
        let connections = options.connections.unwrap_or(usize::from(settings.smtp_connections));
        let keep = options.keep.unwrap_or_else(|| Keep::idle(settings.smtp_idle_timeout));
        let ready = Approach::of_settings(settings, options)
            .map(|approach| Ready { approach, pool: Pool::new(connections, keep) })
            .map_err(|cause| explained(Failure::new(Step::Settings, cause), settings));
        Self { settings: settings.clone(), ready }
    }

    fn server(&self) -> String {
        self.ready.as_ref().map(|ready| ready.approach.target.to_string()).unwrap_or_default()
    }

    fn explained(&self, mut failure: Failure) -> Failure {
        if !matches!(failure.step, Step::Message | Step::Settings) {
            failure.server = self.server();
        }
        explained(failure, &self.settings)
    }
}

impl Ready {
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
            Err(_) => kept.abandon(CloseReason::Failed),
        }
        delivered
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("settings", &self.generation().settings).finish_non_exhaustive()
    }
}
