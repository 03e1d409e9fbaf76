//! Mail sent by the resolved settings.
//!
//! [`EmailSettings`] says where mail goes and how; a [`Mailer`] built from it hands a
//! [`Message`] over and tells in an [`Outcome`] what became of it. [`doctor`] walks the same way
//! step by step for people, and `catch` is a server to receive mail while developing.

mod address;
mod settings;
pub use address::{Address, AddressError, Mailbox};
pub use settings::{ConnectionSecurity, EmailSettings, SenderError, TlsVersion};

#[cfg(feature = "alerts")]
pub mod alerts;
#[cfg(feature = "mail")]
pub mod blocking;
#[cfg(feature = "mail-catch")]
pub mod catch;
#[cfg(feature = "mail")]
pub mod doctor;
#[cfg(feature = "mail")]
mod failure;
#[cfg(feature = "mail")]
mod hints;
#[cfg(feature = "mail")]
mod international;
#[cfg(feature = "mail")]
mod mailer;
#[cfg(feature = "mail")]
mod message;
#[cfg(feature = "mail")]
mod meter;
#[cfg(feature = "mail")]
mod options;
#[cfg(feature = "mail-outbox")]
pub mod outbox;
#[cfg(feature = "mail")]
mod outcome;
#[cfg(feature = "mail")]
mod pool;
#[cfg(feature = "mail")]
mod reply;
#[cfg(feature = "mail")]
mod session;
#[cfg(feature = "mail")]
mod transcript;

#[cfg(feature = "mail")]
pub use self::{
    failure::{Cause, Failure, ProtocolFault, Step, TlsFault},
    mailer::{Attempt, Mailer},
    message::{Attachment, AutoSubmitted, MailObject, Message, MessageError, MessageId},
    meter::{CloseReason, Counts, Latency},
    options::MailerOptions,
    outcome::{Outcome, Recipient, RecipientState},
    pool::Keep,
    reply::{EnhancedCode, Reply},
    session::CertificateFacts,
    transcript::{Line, Speaker, StepRecord, Transcript},
};
