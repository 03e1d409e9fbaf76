//! Hints for failed TLS handshakes.

use super::Context;
use crate::mail::failure::TlsFault;
use crate::mail::settings::{ConnectionSecurity, EmailSettings, TlsVersion};

pub(super) fn hints(fault: &TlsFault, context: Context<'_>) -> Vec<String> {
    let port = context.settings.smtp_port;
    let server = context.name(EmailSettings::SMTP_SERVER);
    let security = context.name(EmailSettings::CONNECTION_SECURITY);
    let trust = |whose: &str| {
        format!(
            "add {whose} certificate to the file in {}, or to the trusted certificates of this system",
            context.name(EmailSettings::SMTP_CA_FILE)
        )
    };
    let hints = match fault {
        TlsFault::Expired(_) => vec![
            "the server's certificate has to be renewed".into(),
            "or this machine's clock is wrong".into(),
        ],
        TlsFault::NotYetValid(_) => vec!["this machine's clock is probably wrong".into()],
        TlsFault::WrongName { presented, .. } => vec![wrong_name(&server, presented)],
        TlsFault::WrongFingerprint { presented } => {
            return vec![
                format!(
                    "only if the server's certificate was renewed, set {} to {presented}",
                    context.name(EmailSettings::SMTP_CERTIFICATE_FINGERPRINT)
                ),
                "ask the server's operator for the fingerprint: someone on the network path may be impersonating the server"
                    .into(),
            ];
        }
        TlsFault::SelfSigned(_) => vec![trust("the server's")],
        TlsFault::UnknownIssuer(_) => vec![
            trust("the issuer's"),
            "the server may not send its intermediate certificates; its administrator can fix that".into(),
        ],
        TlsFault::UnusableCertificate { .. } => {
            return vec![
                "the server's certificate has to be replaced; no setting makes this one usable".into(),
            ];
        }
        TlsFault::ClientCertificateRequired => {
            return vec![
                "client certificates are not supported: use a port or server that does not require one"
                    .into(),
            ];
        }
        TlsFault::NotTls if context.security() == ConnectionSecurity::Tls => {
            return vec![
                format!(
                    "port {port} starts unencrypted: set {security} to \"STARTTLS\" (usually on port 587)"
                ),
                format!(
                    "or set {} to the port for TLS from the first byte, usually 465",
                    context.name(EmailSettings::SMTP_PORT)
                ),
            ];
        }
        TlsFault::NotTls => {
            return vec![
                "the server accepted STARTTLS but continued unencrypted; its log may explain why".into(),
            ];
        }
        TlsFault::Other(_) => return Vec::new(),
        TlsFault::Alert(alert) => return alert_hints(alert, context),
        TlsFault::Incompatible(text) => return incompatible(text, context),
    };
    hints.into_iter().chain(skip(context)).collect()
}

/// Advises to turn verification off, unless that is already the case.
fn skip(context: Context<'_>) -> Option<String> {
    let settings = context.settings;
    let is_verified = !settings.skip_server_certificate_verification;
    is_verified.then(|| {
        format!(
            "{} = true accepts the certificate, but then anyone on the network path can read the mail",
            context.name(EmailSettings::SKIP_SERVER_CERTIFICATE_VERIFICATION)
        )
    })
}

fn wrong_name(server: &str, presented: &[crate::mail::CertificateName]) -> String {
    let usable = presented.iter().find(|name| !name.is_wildcard());
    if let Some(name) = usable {
        return format!("set {server} to a name in the certificate, for example \"{name}\"");
    }
    match presented.first().map(ToString::to_string) {
        Some(name) => format!(
            "set {server} to a host name directly under \"{}\", which the certificate \"{name}\" is for",
            name.trim_start_matches("*.")
        ),
        None => "the server's certificate has to be replaced by one with the host name as subject alternative name"
            .into(),
    }
}

const NO_COMMON_CIPHER: &str = "server and client have no cipher or key type in common: a server that only supports RSA key \
                                exchange, or has a P-521 or DSA certificate, cannot be used; its administrator can enable \
                                ECDHE with an RSA, P-256 or P-384 certificate";

fn old_versions(context: Context<'_>) -> String {
    if context.settings.smtp_minimum_tls_version == TlsVersion::Tls13 {
        return format!(
            "the server does not support TLS 1.3: set {} to \"1.2\"",
            context.name(EmailSettings::SMTP_MINIMUM_TLS_VERSION)
        );
    }
    "the server only supports TLS versions before 1.2, which are not secure; its administrator can enable a newer one".into()
}

fn alert_hints(alert: &str, context: Context<'_>) -> Vec<String> {
    let server = context.name(EmailSettings::SMTP_SERVER);
    vec![match alert {
        "ProtocolVersion" => old_versions(context),
        "HandshakeFailure" | "InsufficientSecurity" => NO_COMMON_CIPHER.into(),
        "UnrecognisedName" => format!(
            "the server does not know the name \"{}\": set {server} to the name that its certificate is for",
            context.settings.smtp_server
        ),
        "CertificateRequired" | "NoCertificate" | "BadCertificate" | "UnsupportedCertificate" | "UnknownCA"
        | "CertificateUnknown" | "CertificateExpired" | "CertificateRevoked" => {
            "the server checks certificates of clients, which are not supported: use another port or server".into()
        }
        "AccessDenied" => "the server does not allow this machine to connect; its log may say why".into(),
        "InternalError" => "the server has an internal problem, often a missing certificate or key; its log may say why".into(),
        "DecodeError" | "UnexpectedMessage" | "BadRecordMac" | "IllegalParameter" | "DecryptError"
        | "RecordOverflow" | "UnsupportedExtension" | "MissingExtension" => {
            "the server's TLS implementation does not understand the handshake, or something on the network path changes it".into()
        }
        _ => "the server's log may say why it refuses the handshake".into(),
    }]
}

fn incompatible(text: &str, context: Context<'_>) -> Vec<String> {
    if text.contains("Tls12")
        || text.contains("Tls13")
        || text.contains("version")
        || text.contains("Version")
    {
        return vec![old_versions(context)];
    }
    vec![NO_COMMON_CIPHER.into()]
}
