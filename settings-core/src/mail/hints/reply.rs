//! Hints for replies that refuse something.

use super::Context;
use super::complaint::Complaint;
use crate::mail::failure::Step;
use crate::mail::reply::Reply;
use crate::mail::settings::{AuthMechanism, ConnectionSecurity, EmailSettings};

/// Returns the hints for a reply, the most likely first.
pub(super) fn hints(step: Step, reply: &Reply, context: Context<'_>) -> Vec<String> {
    let complaint = Complaint::from_reply(step, reply);
    let mut hints = match complaint {
        Some(complaint) => advise(complaint, step, context),
        None => neutral(step, context),
    };
    // A server can refuse EHLO for many reasons, but the name is the one that the operator can change.
    if step == Step::Hello && complaint != Some(Complaint::HeloName) {
        let name = ehlo_name(context);
        match complaint {
            None | Some(Complaint::Busy | Complaint::Greylisting | Complaint::ClientNotAllowed) => {
                hints.insert(0, name);
            }
            _ => hints.push(name),
        }
    }
    hints
}

/// Returns a hint for a refusal without known words, which claims nothing about the cause.
fn neutral(step: Step, context: Context<'_>) -> Vec<String> {
    match step {
        Step::Hello => Vec::new(),
        Step::Auth => vec![format!(
            "{}, and check that this account is allowed to send mail over SMTP",
            context.check_login()
        )],
        Step::MailFrom => vec![format!(
            "check that {} is an address that this server accepts as the sender",
            context.sender(step)
        )],
        Step::Greeting => {
            vec![
                "the server does not accept connections from this machine at present; its log explains why"
                    .into(),
            ]
        }
        _ => vec!["the server's operator can say why this mail is refused".into()],
    }
}

fn ehlo_name(context: Context<'_>) -> String {
    let name = context.name(EmailSettings::EHLO_NAME);
    let current = &context.settings.ehlo_name;
    if current.is_empty() {
        format!("set {name} to the full host name of this machine, such as \"chat.example.com\"")
    } else {
        format!(
            "{name} is \"{current}\": set it to a full host name of this machine that exists in DNS and resolves to its address"
        )
    }
}

fn login_required(step: Step, context: Context<'_>) -> Vec<String> {
    let (enable, username, password) = (
        context.name(EmailSettings::ENABLE_SMTP_AUTH),
        context.name(EmailSettings::SMTP_USERNAME),
        context.name(EmailSettings::SMTP_PASSWORD),
    );
    if context.settings.enable_smtp_auth {
        return vec![
            format!(
                "the account in {username} is logged in, but the server does not let it send: ask its operator"
            ),
            format!("or the sender in {} needs another account", context.sender(step)),
        ];
    }
    vec![format!("this server requires a login: set {enable} to true, with {username} and {password}")]
}

fn relay_denied(context: Context<'_>) -> Vec<String> {
    let server = context.name(EmailSettings::SMTP_SERVER);
    if context.settings.enable_smtp_auth {
        return vec![
            format!(
                "this server does not relay mail to other domains for the account in {}: set {server} to your provider's submission server",
                context.name(EmailSettings::SMTP_USERNAME)
            ),
            "or its operator can allow this account or this machine to relay".into(),
        ];
    }
    vec![
        format!(
            "this server does not relay mail for you: set {} to true, or set {server} to your provider's submission server",
            context.name(EmailSettings::ENABLE_SMTP_AUTH)
        ),
        "or its operator can allow this machine's address to relay".into(),
    ]
}

fn encryption_required(context: Context<'_>) -> Vec<String> {
    if context.is_encrypted() {
        return vec![
            "the connection is encrypted, but the server does not recognize that: ask its operator".into(),
        ];
    }
    vec![format!(
        "this server requires encryption: set {} to \"STARTTLS\" (usually port 587) or \"TLS\" (usually port 465)",
        context.name(EmailSettings::CONNECTION_SECURITY)
    )]
}

fn bad_credentials(context: Context<'_>) -> Vec<String> {
    let mut hints =
        vec![format!("the server does not accept this username or password: {}", context.check_login())];
    if !context.settings.smtp_username.contains('@') {
        hints.push("many servers require the full email address as the username".into());
    }
    hints.push("accounts with two-factor authentication require an app password".into());
    hints
}

fn mechanism_not_supported(context: Context<'_>) -> Vec<String> {
    let mechanism = context.name(EmailSettings::SMTP_AUTH_MECHANISM);
    let mut hints = Vec::new();
    if context.settings.smtp_auth_mechanism == AuthMechanism::Automatic {
        hints.push(format!(
            "the server offers a way to log in that it does not support: set {mechanism} to another one that it offers"
        ));
    } else {
        hints.push(format!(
            "the server does not support the mechanism in {mechanism}: set it to another one that it offers"
        ));
    }
    if context.settings.smtp_port != 587 {
        hints.push(format!(
            "or the server accepts logins on its submission port only: {} is usually 587",
            context.name(EmailSettings::SMTP_PORT)
        ));
    }
    hints
}

fn connection_limit(context: Context<'_>) -> Vec<String> {
    let connections = context.settings.smtp_connections;
    let mut hints = Vec::new();
    if connections > 1 {
        hints.push(format!(
            "the server limits the number of connections: set {} to less than {connections}",
            context.name(EmailSettings::SMTP_CONNECTIONS)
        ));
    } else {
        hints.push(
            "the server limits the number of connections, and others from this address use them up".into(),
        );
    }
    hints.push("the mail is accepted when it is sent again later".into());
    hints
}

fn advise(complaint: Complaint, step: Step, context: Context<'_>) -> Vec<String> {
    let name = |key| context.name(key);
    let username = || name(EmailSettings::SMTP_USERNAME);
    let sender = || context.sender(step);
    let one = |hint: String| vec![hint];
    match complaint {
        Complaint::EncryptionRequired => encryption_required(context),
        Complaint::TlsVersionTooOld => one("the server requires a newer TLS version; something on the network path may downgrade the connection".into()),
        Complaint::AppPasswordRequired => one(format!(
            "this account requires an app password (authorization code) in {} instead of its own password",
            name(EmailSettings::SMTP_PASSWORD)
        )),
        Complaint::WebLoginRequired => vec![
            format!("the provider has blocked this login: log in to the account in {} with a web browser and confirm that it was you", username()),
            format!("then use an app password in {}", name(EmailSettings::SMTP_PASSWORD)),
        ],
        Complaint::PasswordLoginDisabled => one("the operator has disabled password logins for this account or organisation; it can enable SMTP AUTH for the account, or use an access token".into()),
        Complaint::SmtpAccessDisabled => one(format!(
            "SMTP access may be turned off for the account in {}: turn it on in the account's settings, and use an app password if the provider requires one",
            username()
        )),
        Complaint::TokenRefused => one("the server does not accept the access token: it may have expired, or lack the permission to send mail over SMTP".into()),
        Complaint::TooManyLogins => one("the server limits logins of this account: wait before the next attempt, and check that no other program uses a wrong password".into()),
        Complaint::AccountDisabled => one(format!("the account in {} is disabled or locked: ask the provider", username())),
        Complaint::BadCredentials => bad_credentials(context),
        Complaint::LoginUnavailable => one("the server cannot check logins at present".into()),
        Complaint::MechanismNotSupported => mechanism_not_supported(context),
        Complaint::LoginRequired => login_required(step, context),
        Complaint::RelayIpNotRegistered => one("the relay service does not know this machine's address or domain: register them in its administration console".into()),
        Complaint::RelayDenied => relay_denied(context),
        Complaint::SenderNotVerified => one(format!("verify the sender in {} (its address or domain) in the provider's account, or set it to one that is verified", sender())),
        Complaint::SandboxDomain => one(format!("this is a test domain of the provider: add your own domain there, and set {} to an address in it", sender())),
        Complaint::SenderNotAllowed if context.settings.enable_smtp_auth => one(format!(
            "the account in {} may not send under the sender address: set {} to an address of that account, or have it allowed",
            username(), sender()
        )),
        Complaint::SenderNotAllowed => one(format!("the server does not accept the sender address: set {} to an address that this machine may send from", sender())),
        Complaint::SenderDomainInvalid => one(format!("the domain of the sender must exist in DNS and accept mail: check {}", sender())),
        Complaint::SenderBlocked => one("the provider has blocked this account or organisation from sending, often because of spam: unblock it in the provider's administration console".into()),
        Complaint::Spf => one(format!("the SPF record of the sender's domain does not allow this server's or machine's address: add it in DNS, or set {} to another domain", sender())),
        Complaint::Dmarc => one(format!("the sender's domain fails SPF, DKIM or DMARC: set these up in DNS for the domain in {}, or send through the domain's own server", sender())),
        Complaint::HeloName => one(ehlo_name(context)),
        Complaint::ReverseDns => vec![
            "this machine's address needs a reverse DNS (PTR) record that leads to its host name: ask your network provider".into(),
            "or send through your provider's submission server".into(),
        ],
        Complaint::BlockList => vec![
            "this machine's IP address is blocked or on a block list: follow the link in the reply to have it removed".into(),
            format!("or send through your provider's submission server: {}", name(EmailSettings::SMTP_SERVER)),
        ],
        Complaint::ClientNotAllowed if step == Step::Greeting => one("the server does not accept connections from this machine's address; its log explains why".into()),
        Complaint::ClientNotAllowed if context.settings.enable_smtp_auth => one("the server does not accept mail from this machine's address; its operator can allow it".into()),
        Complaint::ClientNotAllowed => one(format!("the server does not accept mail from this machine's address: its operator can allow it, or set {} to true", name(EmailSettings::ENABLE_SMTP_AUTH))),
        Complaint::RecipientLimit => one("the message has more recipients than the server accepts: send it to fewer at a time".into()),
        Complaint::SendingQuota => one("the account's sending quota is used up: wait until it is renewed, or have it raised".into()),
        Complaint::RateLimit => one("mail is sent faster than the server accepts it; the same mail is accepted when it is sent again later".into()),
        Complaint::ConnectionLimit => connection_limit(context),
        Complaint::MessageTooLarge => one("the message is larger than the server accepts".into()),
        Complaint::RecipientUnknown => one("check the recipient's address".into()),
        Complaint::RecipientDomainUnknown => one("check the domain of the recipient's address".into()),
        Complaint::RecipientDisabled => one("the recipient's mailbox does not accept mail: it is disabled or closed".into()),
        Complaint::MailboxFull => one("the recipient's mailbox is full".into()),
        Complaint::AttachmentRejected => one("the server rejects an attachment or its file type; send a link instead".into()),
        Complaint::SpamContent => one("the server takes the message for spam or its policy rejects the content; its operator can say why".into()),
        Complaint::MalformedMessage => one("the server considers the message malformed; it says which part".into()),
        Complaint::Greylisting => one("the server delays mail from unknown senders (greylisting); the same mail is accepted when it is sent again later".into()),
        Complaint::ServerStorage => one("the server is out of disk space; it accepts mail again when its operator has freed some".into()),
        Complaint::Busy if step == Step::Hello => one("or the server is busy; try again later".into()),
        Complaint::Busy => one("the server is busy, or this client has reached a limit; try again later".into()),
        Complaint::TlsUnavailable => {
            let mut hints = one("the server cannot encrypt at present; nothing is sent unencrypted instead".into());
            if context.security() == ConnectionSecurity::StartTls {
                hints.push(format!("if this persists, {} \"TLS\" with its own port (usually 465) may work", name(EmailSettings::CONNECTION_SECURITY)));
            }
            hints
        }
    }
}
