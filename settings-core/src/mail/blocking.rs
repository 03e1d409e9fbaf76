//! A mailer for programs without an async runtime.

use tokio::runtime::{Builder, Handle, Runtime};

use super::config::MailConfig;
use super::failure::{Cause, Failure, Step};
use super::mailer::{self, Attempt, Replacement};
use super::message::Message;
use super::metrics::Counts;
use super::options::MailerOptions;
use super::outcome::Outcome;

/// A [`super::Mailer`] with blocking methods.
#[derive(Debug)]
pub struct Mailer {
    mailer: mailer::Mailer,
    runtime: Option<Runtime>,
}

impl Mailer {
    /// See [`super::Mailer::new`].
    ///
    /// # Errors
    /// If the settings cannot be used, or no runtime can be started.
    pub fn new(config: impl Into<MailConfig>, options: MailerOptions) -> Result<Self, Failure> {
        let mailer = mailer::Mailer::new(config, options)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::new(Step::Settings, Cause::Settings(format!("cannot start a runtime: {error}")))
        })?;
        Ok(Self { mailer, runtime: Some(runtime) })
    }

    /// See [`super::Mailer::replace`].
    ///
    /// # Errors
    /// If the new settings cannot be used.
    pub fn replace(&self, config: impl Into<MailConfig>) -> Result<Replacement, Failure> {
        self.mailer.replace(config)
    }

    /// See [`super::Mailer::counts`].
    pub fn counts(&self) -> Counts {
        self.mailer.counts()
    }

    /// See [`super::Mailer::message`].
    ///
    /// # Errors
    /// If `FeedbackEmail` is empty or malformed.
    pub fn message(&self) -> Result<Message, Failure> {
        self.mailer.message()
    }

    /// See [`super::Mailer::send`].
    pub fn send(&self, message: &Message) -> Outcome {
        self.send_traced(message).outcome
    }

    /// See [`super::Mailer::send_traced`].
    pub fn send_traced(&self, message: &Message) -> Attempt {
        match &self.runtime {
            Some(runtime) => block_on(runtime, self.mailer.send_traced(message)),
            None => Attempt { outcome: stopped(), transcript: Default::default() },
        }
    }
}

impl Drop for Mailer {
    fn drop(&mut self) {
        // A hanging name lookup must not block the program.
        if let Some(runtime) = self.runtime.take() {
            block_on(&runtime, self.mailer.close());
            runtime.shutdown_background();
        }
    }
}

/// Blocks on a future. Inside another runtime, this happens in a separate thread, where blocking is allowed.
pub(super) fn block_on<T: Send>(runtime: &Runtime, future: impl Future<Output = T> + Send) -> T {
    if Handle::try_current().is_err() {
        return runtime.block_on(future);
    }
    std::thread::scope(|scope| match scope.spawn(|| runtime.block_on(future)).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn stopped() -> Outcome {
    let failure = Failure::new(Step::Settings, Cause::Settings("the mailer has been stopped".to_owned()));
    Outcome::NotAttempted { failure }
}
