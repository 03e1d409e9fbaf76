//! Hints for failures of the network and of the protocol.

use std::io::ErrorKind;

use super::Context;
use crate::mail::failure::{ProtocolFault, Step};
use crate::mail::settings::{AuthMechanism, ConnectionSecurity, EmailSettings};
use crate::mail::token::TokenError;

const CHECK_LOG: &str = "the mail may have been delivered: check the server's log before sending it again";

pub(super) fn name_not_found(context: Context<'_>) -> Vec<String> {
    vec![
        format!(
            "check the spelling of {}, \"{}\"",
            context.name(EmailSettings::SMTP_SERVER),
            context.settings.smtp_server
        ),
        "if the name is right, check the DNS configuration of this machine".into(),
    ]
}

pub(super) fn unreachable(kinds: impl Iterator<Item = ErrorKind>, context: Context<'_>) -> Vec<String> {
    let port = context.settings.smtp_port;
    let mut hints = Vec::new();
    let kinds: Vec<ErrorKind> = kinds.collect();
    if kinds.contains(&ErrorKind::ConnectionRefused) {
        hints.push(format!("nothing listens on port {port} of that host: {}", context.check_server()));
        hints.push(
            "if the port is right, the mail server is not running, or a firewall refuses the connection"
                .into(),
        );
    }
    if kinds.iter().any(|kind| matches!(kind, ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable)) {
        hints.push("this machine has no route to that address: check its network, in particular IPv6".into());
    }
    if kinds.contains(&ErrorKind::AddrNotAvailable) {
        hints.push(format!(
            "set {} to an address of this machine in the server's address family (IPv4 or IPv6), or leave it empty",
            context.name(EmailSettings::SMTP_SOURCE_ADDRESS)
        ));
    }
    if hints.is_empty() {
        hints.push(context.check_server());
    }
    hints
}

pub(super) fn timed_out(step: Step, context: Context<'_>) -> Vec<String> {
    let port = context.settings.smtp_port;
    let slow =
        format!("if the server is only slow, raise {}", context.name(EmailSettings::SMTP_SERVER_TIMEOUT));
    let security = context.name(EmailSettings::CONNECTION_SECURITY);
    match step {
        Step::Resolve => vec!["the DNS servers of this machine do not answer".into(), slow],
        Step::Connect if port == 25 => vec![
            "many networks block outgoing connections to port 25; a submission port (587 or 465) is usually open".into(),
            context.check_server(),
            slow,
        ],
        Step::Connect => {
            vec![format!("a firewall may be dropping the packets: {}", context.check_server()), slow]
        }
        Step::Greeting if context.security() != ConnectionSecurity::Tls => vec![
            format!("port {port} may expect TLS from the first byte: set {security} to \"TLS\" (usually on port 465)"),
            slow,
        ],
        Step::Tls if context.security() == ConnectionSecurity::Tls => vec![
            format!("port {port} may start unencrypted: set {security} to \"STARTTLS\" (usually on port 587)"),
            slow,
        ],
        Step::Dot => vec![CHECK_LOG.into()],
        _ => vec![slow],
    }
}

pub(super) fn closed(step: Step, context: Context<'_>) -> Vec<String> {
    let port = context.settings.smtp_port;
    let security = context.name(EmailSettings::CONNECTION_SECURITY);
    match step {
        Step::Greeting if context.security() != ConnectionSecurity::Tls => vec![
            format!(
                "port {port} may expect TLS from the first byte: set {security} to \"TLS\" (usually on port 465)"
            ),
            "the server may not accept connections from this machine's address".into(),
        ],
        Step::Tls if context.security() == ConnectionSecurity::Tls => vec![format!(
            "port {port} may not expect TLS from the first byte: set {security} to \"STARTTLS\" (usually on port 587)"
        )],
        Step::Dot => vec![CHECK_LOG.into()],
        _ => vec!["the server's log may say why it closed the connection".into()],
    }
}

pub(super) fn protocol(fault: &ProtocolFault, step: Step, context: Context<'_>) -> Vec<String> {
    let port = context.settings.smtp_port;
    let not_mail =
        || format!("the service on port {port} may not be a mail server: {}", context.check_server());
    match fault {
        ProtocolFault::NotAReply(line) if line.starts_with("HTTP/") || line.starts_with('<') => {
            vec![format!("a web server answers on port {port}: {}", context.check_server())]
        }
        ProtocolFault::NotAReply(_)
            if step == Step::Greeting && context.security() != ConnectionSecurity::Tls =>
        {
            let security = context.name(EmailSettings::CONNECTION_SECURITY);
            vec![
                format!(
                    "port {port} may expect TLS from the first byte: set {security} to \"TLS\" (usually on port 465)"
                ),
                format!("or {}", not_mail()),
            ]
        }
        _ if step == Step::Dot => vec![CHECK_LOG.into()],
        ProtocolFault::Challenge(_) => vec![format!(
            "set {} to a mechanism that works with this server, such as \"PLAIN\", or ask its operator",
            context.name(EmailSettings::SMTP_AUTH_MECHANISM)
        )],
        ProtocolFault::NotAReply(_) | ProtocolFault::Code(_) => vec![not_mail()],
        _ if matches!(step, Step::Greeting | Step::Hello) => vec![not_mail()],
        _ => {
            vec!["the server violates the SMTP protocol; a proxy on the network path may be the cause".into()]
        }
    }
}

pub(super) fn starttls_not_offered(context: Context<'_>) -> Vec<String> {
    let port = context.settings.smtp_port;
    let mut hints = vec![format!(
        "if port {port} expects TLS from the first byte, set {} to \"TLS\" (usually port 465)",
        context.name(EmailSettings::CONNECTION_SECURITY)
    )];
    if port != 587 {
        hints.push(format!(
            "{} may be wrong; STARTTLS usually uses port 587",
            context.name(EmailSettings::SMTP_PORT)
        ));
    }
    hints.push(
        "if this server is known to offer STARTTLS, something on the network path removes the offer".into(),
    );
    hints
}

pub(super) fn starttls_injection(context: Context<'_>) -> Vec<String> {
    vec![
        "someone on the network path may be changing the conversation; do not turn encryption off".into(),
        format!(
            "with {} \"TLS\" (usually port 465) there is no unencrypted part that could be changed",
            context.name(EmailSettings::CONNECTION_SECURITY)
        ),
    ]
}

pub(super) fn auth_unencrypted(context: Context<'_>) -> Vec<String> {
    vec![
        format!(
            "set {} to \"STARTTLS\" (usually port 587) or \"TLS\" (usually port 465)",
            context.name(EmailSettings::CONNECTION_SECURITY)
        ),
        format!(
            "or set {} to false if this server accepts mail without a login",
            context.name(EmailSettings::ENABLE_SMTP_AUTH)
        ),
    ]
}

pub(super) fn auth_not_offered(context: Context<'_>) -> Vec<String> {
    let without = format!(
        "set {} to false if this server accepts mail without a login",
        context.name(EmailSettings::ENABLE_SMTP_AUTH)
    );
    if !context.is_encrypted() {
        return vec![
            format!(
                "most servers offer AUTH only after encryption: set {} to \"STARTTLS\" (usually port 587) or \"TLS\" (usually port 465)",
                context.name(EmailSettings::CONNECTION_SECURITY)
            ),
            without,
        ];
    }
    let mut hints = vec![without];
    if !matches!(context.settings.smtp_port, 465 | 587) {
        hints.push(format!(
            "or {} is for mail between servers (usually 25); logins usually use port 587 or 465",
            context.name(EmailSettings::SMTP_PORT)
        ));
    }
    hints
}

pub(super) fn mechanisms(offered: &[String], context: Context<'_>) -> Vec<String> {
    let offers = |name: &str| offered.iter().any(|offer| offer == name);
    if context.settings.smtp_auth_mechanism != AuthMechanism::Automatic && !offered.is_empty() {
        return vec![format!(
            "the server does not offer the mechanism in {}: set it to one that is offered, or leave it empty",
            context.name(EmailSettings::SMTP_AUTH_MECHANISM)
        )];
    }
    if offers("XOAUTH2") || offers("OAUTHBEARER") {
        return vec![
            "this server requires an access token instead of a password; its operator may allow app passwords"
                .into(),
        ];
    }
    if offers("CRAM-MD5") && !context.settings.allow_cram_md5 {
        return vec![format!(
            "configure the server to offer PLAIN over TLS, or allow CRAM-MD5, which is weak, with {}",
            context.name(EmailSettings::ALLOW_CRAM_MD5)
        )];
    }
    if (offers("NTLM") || offers("GSSAPI")) && !context.is_encrypted() || offered.is_empty() {
        let mut hints = Vec::new();
        if !context.is_encrypted() {
            hints.push(format!(
                "the server may offer PLAIN or LOGIN only after encryption: set {} to \"STARTTLS\" or \"TLS\"",
                context.name(EmailSettings::CONNECTION_SECURITY)
            ));
        }
        hints.push("configure the server to offer PLAIN or LOGIN over TLS".into());
        return hints;
    }
    vec!["configure the server to offer PLAIN or LOGIN over TLS".into()]
}

pub(super) fn access_token(error: &TokenError, context: Context<'_>) -> Vec<String> {
    if context.settings.smtp_oauth_token_url.is_empty() {
        return Vec::new();
    }
    match error {
        TokenError::Unavailable(_) => {
            vec![format!("check {}", context.name(EmailSettings::SMTP_OAUTH_TOKEN_URL))]
        }
        TokenError::Unchanged => Vec::new(),
        TokenError::Rejected(_) => vec![format!(
            "check {}, {} and {}; the grant may have expired or been revoked",
            context.name(EmailSettings::SMTP_OAUTH_CLIENT_ID),
            context.name(EmailSettings::SMTP_OAUTH_CLIENT_SECRET),
            context.name(EmailSettings::SMTP_OAUTH_REFRESH_TOKEN)
        )],
    }
}
