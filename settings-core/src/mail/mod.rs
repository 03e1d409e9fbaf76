//! Sends mail by the resolved settings.
//!
//! A [`Mailer`] is created from [`EmailSettings`]. It sends a [`Message`] and returns an [`Outcome`]. [`doctor`] takes the
//! same steps one by one for people, and `catch` is a server that receives mail during development.

mod address;
mod reverse_path;
mod settings;
pub use address::{Address, AddressError, Mailbox};
pub use reverse_path::ReversePath;
pub use settings::{AuthMechanism, ConnectionSecurity, EmailSettings, SenderError, TlsVersion};

#[cfg(feature = "alerts")]
pub mod alerts;
#[cfg(feature = "mail")]
pub mod blocking;
#[cfg(feature = "mail-catch")]
pub mod catch;
#[cfg(feature = "mail")]
mod certificate;
#[cfg(feature = "mail")]
mod config;
#[cfg(feature = "mail")]
pub mod doctor;
#[cfg(feature = "mail")]
mod failure;
#[cfg(feature = "mail-outbox-store")]
mod fingerprint;
#[cfg(feature = "mail")]
mod hints;
#[cfg(feature = "mail")]
mod international;
#[cfg(feature = "mail")]
mod mailer;
#[cfg(feature = "mail")]
mod message;
#[cfg(feature = "mail")]
mod metrics;
#[cfg(feature = "mail-oauth")]
mod oauth;
#[cfg(feature = "mail")]
mod options;
#[cfg(feature = "mail-outbox-store")]
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
mod step;
#[cfg(feature = "mail")]
mod token;
#[cfg(feature = "mail")]
mod transcript;

#[cfg(feature = "mail")]
pub use self::{
    certificate::{CertificateDefect, CertificateFacts, CertificateName},
    config::{MailConfig, MailUrlError},
    failure::{Cause, Failure, ParseStepError, ProtocolFault, Step, TlsFault},
    mailer::{Attempt, Mailer, Replacement},
    message::{Attachment, AutoSubmitted, MailObject, Message, MessageError, MessageId},
    metrics::{CloseReason, Counts, Latency, ParseCloseReasonError},
    options::{MailerOptions, PoolConfig},
    outcome::{Outcome, Recipient, RecipientState},
    reply::{EnhancedCode, Reply},
    token::{TokenError, TokenRequest, TokenSource},
    transcript::{Line, Speaker, StepRecord, Transcript},
};
