//! Hints for fixing a failure.

use std::io::ErrorKind;

use super::failure::{Cause, Failure, ProtocolFault, Step, TlsFault};
use super::reply::Reply;
use super::settings::{ConnectionSecurity, EmailSettings};
use super::transcript::StepRecord;

const SERVER: &str = "EmailSettings.SMTPServer";
const PORT: &str = "EmailSettings.SMTPPort";
const SECURITY: &str = "EmailSettings.ConnectionSecurity";
const ENABLE_AUTH: &str = "EmailSettings.EnableSMTPAuth";
const USERNAME: &str = "EmailSettings.SMTPUsername";
const PASSWORD: &str = "EmailSettings.SMTPPassword";
const SKIP: &str = "EmailSettings.SkipServerCertificateVerification";
const CA_FILE: &str = "EmailSettings.SMTPCAFile";
const FINGERPRINT: &str = "EmailSettings.SMTPCertificateFingerprint";
const ALLOW_CRAM: &str = "EmailSettings.AllowCRAMMD5";
const SOURCE: &str = "EmailSettings.SMTPSourceAddress";
const TIMEOUT: &str = "EmailSettings.SMTPServerTimeout";

/// Adds hints to a failure.
pub(crate) fn with_hints(mut failure: Failure, settings: &EmailSettings) -> Failure {
    failure.hints = hints(&failure, settings);
    failure
}

/// Returns remarks about a step that succeeded.
pub(crate) fn advice(record: &StepRecord, settings: &EmailSettings) -> Vec<String> {
    let security = settings.connection_security;
    let mut advice = record.notes.clone();
    match record.step {
        Step::Settings if security == ConnectionSecurity::None => {
            advice.push(format!("{SECURITY} is \"\": mail and passwords are sent unencrypted"))
        }
        Step::Tls
            if settings.skip_server_certificate_verification
                && settings.smtp_certificate_fingerprint.is_empty() =>
        {
            advice.push(format!(
                "{SKIP} is true: anyone on the network path can read the mail and the password"
            ));
        }
        _ => {}
    }
    advice
}

/// Returns the hints for a failure, the most likely first.
fn hints(failure: &Failure, settings: &EmailSettings) -> Vec<String> {
    let security = settings.connection_security;
    let port = settings.smtp_port;
    match &failure.cause {
        Cause::NameNotFound(_) => vec![
            format!("check the spelling of {SERVER}, \"{}\"", settings.smtp_server),
            "if the name is right, check the DNS configuration of this machine".into(),
        ],
        Cause::Unreachable(tried) => unreachable(tried.iter().map(|(_, kind, _)| *kind), port),
        Cause::TimedOut(_) | Cause::DeliveryTimedOut(_) => silence(failure.step, security, port),
        Cause::Closed | Cause::Io { .. } => closed(failure.step, security, port),
        Cause::Protocol(fault) => protocol(fault, failure.step, security, port),
        Cause::Tls(fault) => tls(fault, security, settings),
        Cause::StartTlsNotOffered => vec![
            format!(
                "if port {port} expects TLS from the first byte, set {SECURITY} to \"TLS\" (usually port 465)"
            ),
            format!("{PORT} may be wrong; STARTTLS usually uses port 587"),
            "if this server is known to offer STARTTLS, something on the network path removes the offer"
                .into(),
        ],
        Cause::StartTlsInjection(_) => vec![
            "someone on the network path may be changing the conversation; do not turn encryption off".into(),
            format!(
                "with {SECURITY} \"TLS\" (usually port 465) there is no unencrypted part that could be changed"
            ),
        ],
        Cause::AuthNotOffered => auth_not_offered(security),
        Cause::AuthMechanisms(offered) => mechanisms(offered),
        Cause::AuthUnencrypted(_) => vec![
            format!("set {SECURITY} to \"STARTTLS\" (usually port 587) or \"TLS\" (usually port 465)"),
            format!("or set {ENABLE_AUTH} to false if this server accepts mail without a login"),
        ],
        Cause::TooLarge { .. } => {
            vec!["send a smaller message, or have the size limit of the server raised".into()]
        }
        Cause::NeedsSmtpUtf8(_) => {
            vec!["use an ASCII address, or a server that offers SMTPUTF8".into()]
        }
        Cause::Reply(reply) => answered(failure.step, reply, security),
        Cause::Settings(_) | Cause::Message(_) => Vec::new(),
    }
}

fn unreachable(kinds: impl Iterator<Item = ErrorKind>, port: u16) -> Vec<String> {
    let mut hints = Vec::new();
    let kinds: Vec<ErrorKind> = kinds.collect();
    if kinds.contains(&ErrorKind::ConnectionRefused) {
        hints.push(format!("nothing listens on port {port} of that host: check {SERVER} and {PORT}"));
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
            "set {SOURCE} to an address of this machine in the server's address family (IPv4 or IPv6), or leave it empty"
        ));
    }
    if hints.is_empty() {
        hints.push(format!("check {SERVER} and {PORT}"));
    }
    hints
}

fn silence(step: Step, security: ConnectionSecurity, port: u16) -> Vec<String> {
    let slow = format!("if the server is only slow, raise {TIMEOUT}");
    match step {
        Step::Resolve => vec!["the DNS servers of this machine do not answer".into(), slow],
        Step::Connect if port == 25 => vec![
            "many networks block outgoing connections to port 25; a submission port (587 or 465) is usually open".into(),
            format!("check {SERVER} and {PORT}"),
            slow,
        ],
        Step::Connect => {
            vec![format!("a firewall may be dropping the packets: check {SERVER} and {PORT}"), slow]
        }
        Step::Greeting if security != ConnectionSecurity::Tls => vec![
            format!("port {port} may expect TLS from the first byte: set {SECURITY} to \"TLS\" (usually on port 465)"),
            slow,
        ],
        Step::Tls if security == ConnectionSecurity::Tls => vec![
            format!("port {port} may start unencrypted: set {SECURITY} to \"STARTTLS\" (usually on port 587)"),
            slow,
        ],
        Step::Dot => vec![
            "the mail may have been delivered: check the server's log before sending it again".into(),
            slow,
        ],
        _ => vec![slow],
    }
}

fn closed(step: Step, security: ConnectionSecurity, port: u16) -> Vec<String> {
    match step {
        Step::Greeting if security != ConnectionSecurity::Tls => vec![
            format!(
                "port {port} may expect TLS from the first byte: set {SECURITY} to \"TLS\" (usually on port 465)"
            ),
            "the server may not accept connections from this machine's address".into(),
        ],
        Step::Tls if security == ConnectionSecurity::Tls => vec![format!(
            "port {port} may not speak TLS from the first byte: set {SECURITY} to \"STARTTLS\" (usually on port 587)"
        )],
        Step::Dot => {
            vec!["the mail may have been delivered: check the server's log before sending it again".into()]
        }
        _ => vec!["the server's log may say why it closed the connection".into()],
    }
}

fn protocol(fault: &ProtocolFault, step: Step, security: ConnectionSecurity, port: u16) -> Vec<String> {
    let ProtocolFault::NotAReply(line) = fault else {
        return match step {
            Step::Dot => vec!["the mail may have been delivered: check the server's log".into()],
            _ => vec![format!(
                "the service on port {port} may not be a mail server: check {SERVER} and {PORT}"
            )],
        };
    };
    if line.starts_with("HTTP/") || line.starts_with('<') {
        return vec![format!("a web server answers on port {port}: check {SERVER} and {PORT}")];
    }
    if step == Step::Greeting && security != ConnectionSecurity::Tls {
        return vec![
            format!(
                "port {port} may expect TLS from the first byte: set {SECURITY} to \"TLS\" (usually on port 465)"
            ),
            format!("or it is not a mail server: check {SERVER} and {PORT}"),
        ];
    }
    vec![format!("the service on port {port} may not be a mail server: check {SERVER} and {PORT}")]
}

fn tls(fault: &TlsFault, security: ConnectionSecurity, settings: &EmailSettings) -> Vec<String> {
    let port = settings.smtp_port;
    let skip = format!(
        "{SKIP} = true accepts any certificate, but then anyone on the network path can read the mail"
    );
    let trust = format!(
        "add the issuer's certificate to the file in {CA_FILE}, or to the trusted certificates of this system"
    );
    match fault {
        TlsFault::Expired(_) => {
            vec![
                "the server's certificate has to be renewed".into(),
                "or this machine's clock is wrong".into(),
                skip,
            ]
        }
        TlsFault::NotYetValid(_) => {
            vec!["this machine's clock is probably wrong".into(), skip]
        }
        TlsFault::WrongName { presented, .. } => match presented.first() {
            Some(name) => {
                vec![format!("set {SERVER} to a name in the certificate, for example \"{name}\""), skip]
            }
            None => vec![format!("set {SERVER} to the name that the certificate is for"), skip],
        },
        TlsFault::WrongFingerprint { presented } => vec![
            format!("only if the server's certificate was renewed, set {FINGERPRINT} to {presented}"),
            "ask the server's operator for the fingerprint: someone on the network path may be impersonating the server"
                .into(),
        ],
        TlsFault::SelfSigned(_) => vec![
            format!("add the server's certificate to the file in {CA_FILE}, or to the trusted certificates of this system"),
            skip,
        ],
        TlsFault::UnknownIssuer(_) => vec![
            trust,
            "the server may not send its intermediate certificates; its administrator can fix that".into(),
            skip,
        ],
        TlsFault::NotTls if security == ConnectionSecurity::Tls => vec![
            format!("port {port} starts unencrypted: set {SECURITY} to \"STARTTLS\" (usually on port 587)"),
            format!("or set {PORT} to the port for TLS from the first byte, usually 465"),
        ],
        TlsFault::NotTls => {
            vec!["the server accepted STARTTLS but continued unencrypted; its log may explain why".into()]
        }
        TlsFault::Other(text) if text.contains("UnsupportedCertVersion") => vec![
            "the server's certificate has an obsolete format (X.509 version 1) and must be reissued"
                .into(),
        ],
        TlsFault::Other(_) => Vec::new(),
        TlsFault::Alert(_) | TlsFault::Incompatible(_) => {
            vec!["the server may only support TLS versions before 1.2, which are not secure".into()]
        }
    }
}

fn auth_not_offered(security: ConnectionSecurity) -> Vec<String> {
    let without = format!("set {ENABLE_AUTH} to false if this server accepts mail without a login");
    match security {
        ConnectionSecurity::None => vec![
            format!(
                "most servers offer AUTH only after encryption: set {SECURITY} to \"STARTTLS\" (usually port 587) or \"TLS\" (usually port 465)"
            ),
            without,
        ],
        _ => vec![
            without,
            format!("or {PORT} is for mail between servers (25); logins usually use port 587 or 465"),
        ],
    }
}

fn mechanisms(offered: &[String]) -> Vec<String> {
    let token = offered.iter().any(|name| matches!(name.as_str(), "XOAUTH2" | "OAUTHBEARER"));
    if token {
        return vec![
            "this server requires an access token instead of a password; its operator may allow app passwords"
                .into(),
        ];
    }
    if offered.iter().any(|name| name == "CRAM-MD5") {
        return vec![format!(
            "configure the server to offer PLAIN over TLS, or allow CRAM-MD5, which is weak, with {ALLOW_CRAM}"
        )];
    }
    vec!["configure the server to offer PLAIN or LOGIN over TLS".into()]
}

fn answered(step: Step, reply: &Reply, security: ConnectionSecurity) -> Vec<String> {
    let text = reply.lines().join(" ").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if step == Step::Auth {
        return auth_refused(reply, &has);
    }
    if reply.says("530") && has(&["starttls", "tls"]) && security == ConnectionSecurity::None {
        return vec![format!("this server requires encryption: set {SECURITY} to \"STARTTLS\"")];
    }
    if reply.says("530") || reply.says("5.7.1") && has(&["authenticat", "relay"]) || reply.says("5.7.57") {
        return vec![format!(
            "this server requires a login: set {ENABLE_AUTH} to true, with {USERNAME} and {PASSWORD}"
        )];
    }
    if reply.says("5.7.60") || has(&["sendasdenied", "not owned by", "sender address rejected"]) {
        return vec![format!("the account {USERNAME} may not send under this sender address")];
    }
    if has(&["relay access denied", "relaying denied", "relay not permitted", "unable to relay"]) {
        return vec![format!(
            "this server does not relay mail for you: set {ENABLE_AUTH} to true, or use your provider's submission server"
        )];
    }
    if reply.says("552") || reply.says("5.3.4") || reply.says("5.2.3") {
        return vec!["the message is larger than the server accepts".into()];
    }
    if reply.says("421") {
        return vec!["the server is busy, or this client has reached a limit; try again later".into()];
    }
    if has(&["greylist", "graylist", "grey-list"]) || reply.says("450") && reply.says("4.7.1") {
        return vec![
            "the server delays mail from unknown senders (greylisting); the same mail is accepted when it is sent again later".into(),
        ];
    }
    match step {
        Step::StartTls => vec![
            "the server cannot encrypt at present; nothing is sent unencrypted instead".into(),
            format!("if this persists, {SECURITY} \"TLS\" with its own port (usually 465) may work"),
        ],
        Step::Greeting if reply.is_permanent() => {
            vec![
                "the server does not accept connections from this machine's address; its log explains why"
                    .into(),
            ]
        }
        Step::RcptTo if reply.says("550") || reply.says("5.1.1") => {
            vec!["check the recipient's address".into()]
        }
        _ => Vec::new(),
    }
}

fn auth_refused(reply: &Reply, has: &dyn Fn(&[&str]) -> bool) -> Vec<String> {
    if has(&["application-specific", "app password", "apppassword"]) {
        return vec![format!(
            "this account requires an app password in {PASSWORD} instead of its own password"
        )];
    }
    if reply.says("5.7.139")
        || has(&["basic authentication is disabled", "smtpclientauthentication is disabled"])
    {
        return vec!["the operator has disabled password logins for this account or organisation".into()];
    }
    if reply.says("530") || reply.says("538") || has(&["encryption required", "must issue a starttls"]) {
        return vec![format!("this server requires encryption: set {SECURITY} to \"STARTTLS\" or \"TLS\"")];
    }
    if reply.is_transient() {
        return vec!["the server cannot check logins at present".into()];
    }
    if reply.code() == 535 || reply.code() == 534 {
        return vec![
            format!("the server does not accept this username or password: check {USERNAME} and {PASSWORD}"),
            "many servers require the full email address as the username".into(),
            "accounts with two-factor authentication require an app password".into(),
        ];
    }
    vec![format!(
        "check {USERNAME} and {PASSWORD}, and check that this account is allowed to send mail over SMTP"
    )]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn first_hint(step: Step, cause: Cause, security: ConnectionSecurity, port: u16) -> String {
        let settings =
            EmailSettings { connection_security: security, smtp_port: port, ..EmailSettings::default() };
        with_hints(Failure::new(step, cause), &settings).hints.into_iter().next().unwrap_or_default()
    }

    fn reply(code: u16, text: &str) -> Cause {
        Cause::Reply(Reply::new(code, vec![text.into()]))
    }

    #[test]
    fn common_mistakes_name_the_setting_to_change() {
        use ConnectionSecurity::{None, StartTls, Tls};
        let silent = Cause::TimedOut(Duration::from_secs(1));
        for (step, cause, security, port, expected) in [
            (Step::Greeting, silent.clone(), StartTls, 465, "ConnectionSecurity to \"TLS\""),
            (Step::Tls, silent.clone(), Tls, 587, "ConnectionSecurity to \"STARTTLS\""),
            (Step::Tls, Cause::Tls(TlsFault::NotTls), Tls, 587, "ConnectionSecurity to \"STARTTLS\""),
            (Step::Connect, silent, None, 25, "port 25"),
            (Step::StartTls, Cause::StartTlsNotOffered, StartTls, 25, "ConnectionSecurity to \"TLS\""),
            (Step::Auth, Cause::AuthNotOffered, None, 25, "ConnectionSecurity to \"STARTTLS\""),
            (Step::Auth, reply(535, "5.7.8 no"), StartTls, 587, "EmailSettings.SMTPPassword"),
            (
                Step::Auth,
                reply(534, "5.7.9 Application-specific password required"),
                Tls,
                465,
                "app password",
            ),
            (Step::Auth, reply(535, "5.7.139 basic authentication is disabled"), Tls, 465, "disabled"),
            (Step::MailFrom, reply(530, "5.7.0 Must issue a STARTTLS command first"), None, 25, "STARTTLS"),
            (Step::MailFrom, reply(530, "5.7.0 authentication required"), Tls, 465, "EnableSMTPAuth to true"),
            (Step::RcptTo, reply(554, "5.7.1 relay access denied"), Tls, 465, "EnableSMTPAuth to true"),
            (Step::RcptTo, reply(450, "4.7.1 greylisted"), Tls, 465, "sent again later"),
            (Step::RcptTo, reply(550, "5.7.60 SendAsDenied"), Tls, 465, "may not send under this sender"),
            (
                Step::MailFrom,
                reply(552, "5.3.4 message size exceeds limit"),
                Tls,
                465,
                "larger than the server",
            ),
            (Step::MailFrom, reply(421, "4.7.0 too many connections"), Tls, 465, "busy"),
            (Step::Tls, Cause::Tls(TlsFault::NotYetValid(Option::None)), Tls, 465, "clock"),
            (
                Step::Tls,
                Cause::Tls(TlsFault::Other("Other(OtherError(UnsupportedCertVersion))".into())),
                Tls,
                465,
                "reissued",
            ),
            (
                Step::Tls,
                Cause::Tls(TlsFault::WrongFingerprint { presented: "00ff".into() }),
                Tls,
                465,
                "SMTPCertificateFingerprint to 00ff",
            ),
            (
                Step::Greeting,
                Cause::Protocol(ProtocolFault::NotAReply("HTTP/1.1 400 Bad Request".into())),
                None,
                80,
                "web server",
            ),
            (
                Step::Tls,
                Cause::Tls(TlsFault::WrongName { expected: "a".into(), presented: vec!["b.example".into()] }),
                Tls,
                465,
                "SMTPServer to a name in the certificate, for example \"b.example\"",
            ),
        ] {
            let hint = first_hint(step, cause.clone(), security, port);
            assert!(hint.contains(expected), "{step} {cause}: {hint:?} lacks {expected:?}");
        }
    }
}
