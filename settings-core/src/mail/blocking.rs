//! The sender for programs without an async runtime.

use tokio::runtime::{Builder, Handle, Runtime};

use super::{
    failure::{Cause, Failure, Step},
    mailer::{self, Attempt},
    message::Message,
    options::MailerOptions,
    outcome::Outcome,
    settings::EmailSettings,
};

/// [`super::Mailer`] with methods that wait.
#[derive(Debug)]
pub struct Mailer {
    mailer: mailer::Mailer,
    runtime: Option<Runtime>,
}

impl Mailer {
    /// See [`super::Mailer::new`].
    pub fn new(settings: &EmailSettings, options: MailerOptions) -> Result<Self, Failure> {
        let mailer = mailer::Mailer::new(settings, options)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::new(Step::Settings, Cause::Settings(format!("no runtime for sending: {error}")))
        })?;
        Ok(Self { mailer, runtime: Some(runtime) })
    }

    /// See [`super::Mailer::replace`].
    ///
    /// # Errors
    /// Where the new settings cannot be obeyed.
    pub fn replace(&self, settings: &EmailSettings) -> Result<bool, Failure> {
        self.mailer.replace(settings)
    }

    /// See [`super::Mailer::message`].
    ///
    /// # Errors
    /// Where `FeedbackEmail` is empty, or malformed.
    pub fn message(&self) -> Result<Message, Failure> {
        self.mailer.message()
    }

    /// See [`super::Mailer::send`].
    pub fn send(&self, message: &Message) -> Outcome {
        self.attempt(message).outcome
    }

    /// See [`super::Mailer::attempt`].
    pub fn attempt(&self, message: &Message) -> Attempt {
        match &self.runtime {
            Some(runtime) => block_on(runtime, self.mailer.attempt(message)),
            None => Attempt { outcome: stopped(), transcript: Default::default() },
        }
    }
}

impl Drop for Mailer {
    fn drop(&mut self) {
        // A name lookup that hangs in its thread must not hold up the program.
        if let Some(runtime) = self.runtime.take() {
            block_on(&runtime, self.mailer.close());
            runtime.shutdown_background();
        }
    }
}

/// Waits for a future; inside another runtime this is done in a thread of its own, which is allowed to wait.
fn block_on<T: Send>(runtime: &Runtime, future: impl Future<Output = T> + Send) -> T {
    if Handle::try_current().is_err() {
        return runtime.block_on(future);
    }
    std::thread::scope(|scope| match scope.spawn(|| runtime.block_on(future)).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn stopped() -> Outcome {
    let failure = Failure::new(Step::Settings, Cause::Settings("the sender has been stopped".to_owned()));
    Outcome::NotAttempted { failure }
}
