//! Hints for fixing a failure.
//!
//! A hint names the setting to change by its path in the program, and never advises a value that is already set.

mod complaint;
mod connection;
mod reply;
mod tls;

#[cfg(feature = "mail-outbox-store")]
pub(crate) use self::complaint::Complaint;
use crate::mail::config::SettingNames;
use crate::mail::failure::{Cause, Failure, Step};
use crate::mail::settings::{ConnectionSecurity, EmailSettings};
use crate::mail::transcript::StepRecord;
use crate::schema::Key;

/// The settings that a hint can refer to, with their names.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) settings: &'c EmailSettings,
    pub(crate) names: &'c SettingNames,
}

impl Context<'_> {
    /// Returns the name of a setting in the program.
    fn name(&self, key: Key) -> String {
        self.names.name(key)
    }

    /// Returns the name of the setting with the sender that the server has seen in this step.
    fn sender(&self, step: Step) -> String {
        let has_message = step >= Step::Data;
        let key = if self.settings.envelope_sender.is_empty() || has_message {
            EmailSettings::FEEDBACK_EMAIL
        } else {
            EmailSettings::ENVELOPE_SENDER
        };
        self.name(key)
    }

    fn security(&self) -> ConnectionSecurity {
        self.settings.connection_security
    }

    fn is_encrypted(&self) -> bool {
        self.settings.is_encrypted()
    }

    /// Returns the advice to check the server and its port.
    fn check_server(&self) -> String {
        format!("check {} and {}", self.name(EmailSettings::SMTP_SERVER), self.name(EmailSettings::SMTP_PORT))
    }

    /// Returns the advice to check username and password.
    fn check_login(&self) -> String {
        format!(
            "check {} and {}",
            self.name(EmailSettings::SMTP_USERNAME),
            self.name(EmailSettings::SMTP_PASSWORD)
        )
    }
}

/// Adds hints to a failure.
pub(crate) fn with_hints(mut failure: Failure, context: Context<'_>) -> Failure {
    failure.hints = hints(&failure, context);
    failure
}

/// Returns remarks about a step that succeeded.
pub(crate) fn advice(record: &StepRecord, context: Context<'_>) -> Vec<String> {
    let settings = context.settings;
    let mut advice = record.notes.clone();
    match record.step {
        Step::Settings if !context.is_encrypted() => advice.push(format!(
            "{} is \"\": mail and passwords are sent unencrypted",
            context.name(EmailSettings::CONNECTION_SECURITY)
        )),
        Step::Tls
            if settings.skip_server_certificate_verification
                && settings.smtp_certificate_fingerprint.is_empty() =>
        {
            advice.push(format!(
                "{} is true: anyone on the network path can read the mail and the password",
                context.name(EmailSettings::SKIP_SERVER_CERTIFICATE_VERIFICATION)
            ));
        }
        _ => {}
    }
    advice
}

/// Returns the hints for a failure, the most likely first.
fn hints(failure: &Failure, context: Context<'_>) -> Vec<String> {
    let step = failure.step;
    match &failure.cause {
        Cause::NameNotFound(_) => connection::name_not_found(context),
        Cause::Unreachable(tried) => connection::unreachable(tried.iter().map(|(_, kind, _)| *kind), context),
        Cause::TimedOut(_) | Cause::DeliveryTimedOut(_) => connection::timed_out(step, context),
        Cause::Closed | Cause::Io { .. } => connection::closed(step, context),
        Cause::Protocol(fault) => connection::protocol(fault, step, context),
        Cause::Tls(fault) => tls::hints(fault, context),
        Cause::StartTlsNotOffered => connection::starttls_not_offered(context),
        Cause::StartTlsInjection(_) => connection::starttls_injection(context),
        Cause::AccessToken(error) => connection::access_token(error, context),
        Cause::AuthNotOffered => connection::auth_not_offered(context),
        Cause::AuthMechanisms(offered) => connection::mechanisms(offered, context),
        Cause::AuthUnencrypted(_) => connection::auth_unencrypted(context),
        Cause::TooLarge { .. } => {
            vec!["send a smaller message, or have the size limit of the server raised".into()]
        }
        Cause::NeedsSmtpUtf8(_) => vec!["use an ASCII address, or a server that offers SMTPUTF8".into()],
        Cause::Reply(reply) => reply::hints(step, reply, context),
        Cause::Settings(_) | Cause::Message(_) => Vec::new(),
    }
}

#[cfg(test)]
mod providers;
#[cfg(test)]
mod tests;
