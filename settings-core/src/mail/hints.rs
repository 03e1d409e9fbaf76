//! What to try: known confusions, told by what was seen.

use std::io::ErrorKind;

use super::{
    failure::{Cause, Failure, ProtocolFault, Step, TlsFault},
    reply::Reply,
    settings::{ConnectionSecurity, EmailSettings},
    transcript::StepRecord,
};

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

/// The failure with its hints and the server's name.
pub(crate) fn explained(mut failure: Failure, settings: &EmailSettings) -> Failure {
    failure.hints = hints(&failure, settings);
    failure
}

/// What to know about a step that went well.
pub(crate) fn advice(record: &StepRecord, settings: &EmailSettings) -> Vec<String> {
    let security = settings.connection_security;
    match record.step {
        Step::Settings if security == ConnectionSecurity::None => {
            vec![format!(
                "{SECURITY} is \"\": mail and passwords are not encrypted on their way to the server"
            )]
        }
        Step::Tls if settings.skip_server_certificate_verification => {
            vec![format!(
                "{SKIP} is true: anybody between you and the server can read the mail and the password"
            )]
        }
        _ => Vec::new(),
    }
}

/// What to try, the likeliest first.
fn hints(failure: &Failure, settings: &EmailSettings) -> Vec<String> {
    let security = settings.connection_security;
    let port = settings.smtp_port;
    match &failure.cause {
        Cause::NameNotFound(_) => vec![
            format!("check the spelling of {SERVER}, \"{}\"", settings.smtp_server),
            "if the name is right, this machine's name service cannot find it".into(),
        ],
        Cause::Unreachable(tried) => unreachable(tried.iter().map(|(_, kind, _)| *kind), port),
        Cause::TimedOut(_) | Cause::DeliveryTimedOut(_) => silence(failure.step, security, port),
        Cause::Closed | Cause::Io { .. } => closed(failure.step, security, port),
        Cause::Protocol(fault) => protocol(fault, failure.step, security, port),
        Cause::Tls(fault) => tls(fault, security, settings),
        Cause::StartTlsNotOffered => vec![
            format!("if port {port} expects TLS from the first byte, set {SECURITY} to \"TLS\" (usual port: 465)"),
            format!("{PORT} may be the wrong one; STARTTLS is usual on 587"),
            "if this server is known to offer STARTTLS, something between you and the server removes the offer".into(),
        ],
        Cause::StartTlsInjection(_) => vec![
            "somebody between you and the server may be changing the conversation; do not switch encryption off".into(),
            format!("with {SECURITY} \"TLS\" (usual port: 465) there is no part in clear that could be changed"),
        ],
        Cause::AuthNotOffered => auth_not_offered(security),
        Cause::AuthMechanisms(offered) => mechanisms(offered),
        Cause::AuthUnencrypted(_) => vec![
            format!("set {SECURITY} to \"STARTTLS\" (usual port: 587) or \"TLS\" (usual port: 465)"),
            format!("or set {ENABLE_AUTH} to false if this server takes mail without a login"),
        ],
        Cause::TooLarge { .. } => vec!["send a smaller message, or have the server's size limit raised".into()],
        Cause::NeedsSmtpUtf8(_) => {
            vec!["use an address in ASCII, or a server that offers SMTPUTF8".into()]
        }
        Cause::Reply(reply) => answered(failure.step, reply, security),
        Cause::Settings(_) | Cause::Message(_) => Vec::new(),
    }
}

fn unreachable(kinds: impl Iterator<Item = ErrorKind>, port: u16) -> Vec<String> {
    let mut hints = Vec::new();
    let kinds: Vec<ErrorKind> = kinds.collect();
    if kinds.contains(&ErrorKind::ConnectionRefused) {
        hints.push(format!("nothing listens on port {port} there: check {SERVER} and {PORT}"));
        hints.push(
            "if the port is right, the mail server is not running, or a firewall refuses the connection"
                .into(),
        );
    }
    if kinds.iter().any(|kind| matches!(kind, ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable)) {
        hints.push("this machine has no route to that address; check its network, IPv6 in particular".into());
    }
    if kinds.contains(&ErrorKind::AddrNotAvailable) {
        hints.push(format!(
            "set {SOURCE} to an address of this machine of the server's family (IPv4 or IPv6), or to nothing"
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
        Step::Resolve => vec!["this machine's name service does not answer".into(), slow],
        Step::Connect if port == 25 => vec![
            "many networks block outgoing connections to port 25; a submission port (587 or 465) is usually open".into(),
            format!("check {SERVER} and {PORT}"),
            slow,
        ],
        Step::Connect => {
            vec![format!("a firewall may be dropping the packets: check {SERVER} and {PORT}"), slow]
        }
        Step::Greeting if security != ConnectionSecurity::Tls => vec![
            format!("port {port} may expect TLS from the first byte: set {SECURITY} to \"TLS\" (usual on 465)"),
            slow,
        ],
        Step::Tls if security == ConnectionSecurity::Tls => vec![
            format!("port {port} may speak in clear first: set {SECURITY} to \"STARTTLS\" (usual on 587)"),
            slow,
        ],
        Step::Dot => vec![
            "the mail may have been delivered; look into the server's log before you send it again".into(),
            slow,
        ],
        _ => vec![slow],
    }
}

fn closed(step: Step, security: ConnectionSecurity, port: u16) -> Vec<String> {
    match step {
        Step::Greeting if security != ConnectionSecurity::Tls => vec![
            format!(
                "port {port} may expect TLS from the first byte: set {SECURITY} to \"TLS\" (usual on 465)"
            ),
            "the server may not accept connections from this machine's address".into(),
        ],
        Step::Tls if security == ConnectionSecurity::Tls => vec![format!(
            "port {port} may not speak TLS from the first byte: set {SECURITY} to \"STARTTLS\" (usual on 587)"
        )],
        Step::Dot => {
            vec![
                "the mail may have been delivered; look into the server's log before you send it again"
                    .into(),
            ]
        }
        _ => vec!["the server's log may say why it closed the connection".into()],
    }
}

fn protocol(fault: &ProtocolFault, step: Step, security: ConnectionSecurity, port: u16) -> Vec<String> {
    let ProtocolFault::NotAReply(line) = fault else {
        return match step {
            Step::Dot => vec!["the mail may have been delivered; look into the server's log".into()],
            _ => vec![format!(
                "what answers on port {port} may not be a mail server: check {SERVER} and {PORT}"
            )],
        };
    };
    if line.starts_with("HTTP/") || line.starts_with('<') {
        return vec![format!("a web server answers on port {port}: check {SERVER} and {PORT}")];
    }
    if step == Step::Greeting && security != ConnectionSecurity::Tls {
        return vec![
            format!(
                "port {port} may speak TLS from the first byte: set {SECURITY} to \"TLS\" (usual on 465)"
            ),
            format!("or it is not a mail server: check {SERVER} and {PORT}"),
        ];
    }
    vec![format!("what answers on port {port} may not be a mail server: check {SERVER} and {PORT}")]
}

fn tls(fault: &TlsFault, security: ConnectionSecurity, settings: &EmailSettings) -> Vec<String> {
    let port = settings.smtp_port;
    let skip = format!("{SKIP} = true takes any certificate; then nobody knows who reads the mail");
    let trust = format!(
        "put its authority's certificate into the file that {CA_FILE} names, or among this system's trusted ones"
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
            format!("if the server's certificate was renewed, and only then, set {FINGERPRINT} to {presented}"),
            "ask the server's operator for the fingerprint; somebody between you and the server may pose as it"
                .into(),
        ],
        TlsFault::SelfSigned(_) => vec![
            format!("put the server's certificate into the file that {CA_FILE} names, or among this system's trusted ones"),
            skip,
        ],
        TlsFault::UnknownIssuer(_) => vec![
            trust,
            "the server may not send its intermediate certificates; its administrator can mend that".into(),
            skip,
        ],
        TlsFault::NotTls if security == ConnectionSecurity::Tls => vec![
            format!("port {port} speaks in clear first: set {SECURITY} to \"STARTTLS\" (usual on 587)"),
            format!("or use the port for TLS from the first byte, usually 465: {PORT}"),
        ],
        TlsFault::NotTls => {
            vec!["the server agreed to encrypt but went on in clear; its log may say why".into()]
        }
        TlsFault::Other(text) if text.contains("UnsupportedCertVersion") => vec![
            "the server's certificate is of a form (X.509 version 1) that has long been given up; it has to be made anew"
                .into(),
        ],
        TlsFault::Other(_) => Vec::new(),
        TlsFault::Alert(_) | TlsFault::Incompatible(_) => {
            vec!["the server may only speak versions of TLS before 1.2, which are not safe".into()]
        }
    }
}

fn auth_not_offered(security: ConnectionSecurity) -> Vec<String> {
    let without = format!("set {ENABLE_AUTH} to false if this server takes mail without a login");
    match security {
        ConnectionSecurity::None => vec![
            format!(
                "most servers offer AUTH only after encryption: set {SECURITY} to \"STARTTLS\" (usual port: 587) or \"TLS\" (usual port: 465)"
            ),
            without,
        ],
        _ => vec![
            without,
            format!("or {PORT} is the one for mail between servers (25); logins are usual on 587 and 465"),
        ],
    }
}

fn mechanisms(offered: &[String]) -> Vec<String> {
    let token = offered.iter().any(|name| matches!(name.as_str(), "XOAUTH2" | "OAUTHBEARER"));
    if token {
        return vec![
            "this server wants an access token instead of a password; its operator may allow app passwords"
                .into(),
        ];
    }
    if offered.iter().any(|name| name == "CRAM-MD5") {
        return vec![format!(
            "have the server offer PLAIN under encryption, or allow CRAM-MD5, which is weak: {ALLOW_CRAM}"
        )];
    }
    vec!["have the server offer PLAIN or LOGIN under encryption".into()]
}

fn answered(step: Step, reply: &Reply, security: ConnectionSecurity) -> Vec<String> {
    let text = reply.lines().join(" ").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if step == Step::Auth {
        return auth_refused(reply, &has);
    }
    if reply.says("530") && has(&["starttls", "tls"]) && security == ConnectionSecurity::None {
        return vec![format!("this server wants encryption first: set {SECURITY} to \"STARTTLS\"")];
    }
    if reply.says("530") || reply.says("5.7.1") && has(&["authenticat", "relay"]) || reply.says("5.7.57") {
        return vec![format!(
            "this server wants a login: set {ENABLE_AUTH} to true, with {USERNAME} and {PASSWORD}"
        )];
    }
    if reply.says("5.7.60") || has(&["sendasdenied", "not owned by", "sender address rejected"]) {
        return vec![format!("the account {USERNAME} may not send under this sender address")];
    }
    if has(&["relay access denied", "relaying denied", "relay not permitted", "unable to relay"]) {
        return vec![format!(
            "this server does not pass mail on for you: set {ENABLE_AUTH} to true, or use your provider's submission server"
        )];
    }
    if reply.says("552") || reply.says("5.3.4") || reply.says("5.2.3") {
        return vec!["the message is larger than the server takes".into()];
    }
    if reply.says("421") {
        return vec!["the server is busy or has had enough of this client; it will take mail later".into()];
    }
    if has(&["greylist", "graylist", "grey-list"]) || reply.says("450") && reply.says("4.7.1") {
        return vec![
            "the server lets unknown senders wait; the same mail is taken when it is sent again later".into(),
        ];
    }
    match step {
        Step::StartTls => vec![
            "the server cannot encrypt at present; nothing is sent in clear instead".into(),
            format!("if it never can, {SECURITY} \"TLS\" with its own port (usually 465) may work"),
        ],
        Step::Greeting if reply.is_permanent() => {
            vec!["the server does not serve this machine's address; its log says why".into()]
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
            "this account needs a password made for programs (app password) in {PASSWORD}, not the account's own"
        )];
    }
    if reply.says("5.7.139")
        || has(&["basic authentication is disabled", "smtpclientauthentication is disabled"])
    {
        return vec![
            "the operator has switched off logins with a password for this account or organisation".into(),
        ];
    }
    if reply.says("530") || reply.says("538") || has(&["encryption required", "must issue a starttls"]) {
        return vec![format!(
            "this server wants encryption first: set {SECURITY} to \"STARTTLS\" or \"TLS\""
        )];
    }
    if reply.is_transient() {
        return vec!["the server cannot check logins at present".into()];
    }
    if reply.code() == 535 || reply.code() == 534 {
        return vec![
            format!("the server refuses this name or password: check {USERNAME} and {PASSWORD}"),
            "many servers want the whole address as the username".into(),
            "accounts with two factors need a password made for programs (app password)".into(),
        ];
    }
    vec![format!("check {USERNAME} and {PASSWORD}, and whether this account may send mail by program")]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn first_hint(step: Step, cause: Cause, security: ConnectionSecurity, port: u16) -> String {
        let settings =
            EmailSettings { connection_security: security, smtp_port: port, ..EmailSettings::default() };
        explained(Failure::new(step, cause), &settings).hints.into_iter().next().unwrap_or_default()
    }

    fn reply(code: u16, text: &str) -> Cause {
        Cause::Reply(Reply::new(code, vec![text.into()]))
    }

    #[test]
    fn known_confusions_name_the_setting_to_change() {
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
            (Step::Auth, reply(535, "5.7.139 basic authentication is disabled"), Tls, 465, "switched off"),
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
                "made anew",
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
