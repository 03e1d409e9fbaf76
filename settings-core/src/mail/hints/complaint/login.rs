//! Refusals of AUTH and demands for encryption.

use super::{Complaint, Words};

pub(super) fn encryption(words: &Words) -> Option<Complaint> {
    if words.has(&["tls 1.0", "tls 1.1", "tlsv1 ", "tls1.0", "tls version", "legacy tls"])
        || words.status(&["7.66"])
    {
        return Some(Complaint::TlsVersionTooOld);
    }
    let required = words.has(&[
        "must issue a starttls",
        "issue starttls",
        "starttls first",
        "starttls command first",
        "starttls is required",
        "starttls required",
        "requires starttls",
        "use starttls",
        "tls required",
        "tls is required",
        "requires tls",
        "use tls",
        "tls connection required",
        "encryption required",
        "encryption is required",
        "encryption needed",
        "requires encryption",
        "secure connection",
        "ssl required",
        "ssl is required",
        "encrypted connection",
        "session encryption",
        "plaintext authentication disallowed",
        "cleartext authentication",
        "not allowed on non-secure",
        "connection is not secure",
        "insecure connection",
    ]);
    let by_code = words.code == 538
        || words.status(&["7.10", "7.11"]) && words.has(&["tls", "encrypt", "ssl"])
        || words.code == 530 && words.has(&["tls", "ssl"]);
    (required || by_code).then_some(Complaint::EncryptionRequired)
}

pub(super) fn login(words: &Words) -> Option<Complaint> {
    if let Some(complaint) = encryption(words) {
        return Some(complaint);
    }
    if words.code == 530 {
        return Some(Complaint::EncryptionRequired);
    }
    if super::machine::unregistered_address(words) {
        return Some(Complaint::ClientNotAllowed);
    }
    if words.code == 504
        || words.status(&["7.4"])
        || words.has(&[
            "unrecognized authentication type",
            "mechanism not supported",
            "unsupported authentication",
        ])
    {
        return Some(Complaint::MechanismNotSupported);
    }
    if words.has(&[
        "web browser",
        "webbrowser",
        "via your web",
        "unusual activity",
        "suspicious",
        "captcha",
        "verify your identity",
    ]) || words.status(&["7.14"])
    {
        return Some(Complaint::WebLoginRequired);
    }
    if words.has(&[
        "application-specific",
        "application specific",
        "app-specific",
        "app specific",
        "app password",
        "app-password",
        "apppassword",
        "apps password",
        "application password",
        "authorization code",
        "authorized code",
        "auth code",
        "third-party password",
        "third party client",
        "external password",
        "parol prilozheniya",
        "пароль прил",
        "授权码",
        "device password",
        "mailbox password for",
    ]) {
        return Some(Complaint::AppPasswordRequired);
    }
    let credentials_wrong = words.has(&[
        "credentials were incorrect",
        "incorrect username",
        "incorrect password",
        "username and password not accepted",
        "bad username",
        "bad password",
        "wrong password",
        "wrong username",
        "password mismatch",
        "invalid login",
        "invalid username",
        "invalid user",
        "invalid password",
        "invalid credentials",
        "credentials invalid",
        "bad credentials",
        "user unknown",
        "unknown user",
        "no such user",
        "password is incorrect",
    ]);
    if words.has(&[
        "smtpclientauthentication is disabled",
        "basic auth",
        "security defaults",
        "locked by your organi",
        "did not meet the criteria",
        "legacy authentication",
        "password authentication is disabled",
        "password login is disabled",
        "conditional access",
    ]) || words.status(&["7.30"])
        || words.status(&["7.139"]) && !credentials_wrong
    {
        return Some(Complaint::PasswordLoginDisabled);
    }
    if words.has(&[
        "access rights to this service",
        "service is not open",
        "service not open",
        "smtp service is disabled",
        "smtp is disabled",
        "smtp disabled",
        "smtp access is disabled",
        "smtp access disabled",
        "smtp access is not",
        "smtp is not enabled",
        "smtp not enabled",
        "not enabled for smtp",
        "pop3/smtp",
        "pop/imap",
        "imap/smtp",
        "pop3 and imap",
        "has no permission",
        "mailbox cannot be accessed",
        "protocol is disabled",
        "not allowed to use smtp",
    ]) {
        return Some(Complaint::SmtpAccessDisabled);
    }
    if words.has(&[
        "too many",
        "rate limit",
        "try again later",
        "temporarily locked",
        "temporarily blocked",
        "throttl",
        "locked out",
        "brute force",
        "login limit",
        "attempts exceeded",
    ]) && !words.has(&["temporary authentication failure"])
    {
        return Some(Complaint::TooManyLogins);
    }
    if words.has(&[
        "disabled",
        "suspended",
        "deactivated",
        "inactive",
        "not active",
        "account is blocked",
        "account blocked",
        "account has been blocked",
        "account locked",
        "account is locked",
        "account has been locked",
        "account expired",
        "terminated",
        "unpaid",
        "overdue",
    ]) || words.status(&["7.13"])
    {
        return Some(Complaint::AccountDisabled);
    }
    if words.has(&[
        "xoauth",
        "oauth",
        "bearer",
        "access token",
        "token expired",
        "invalid token",
        "modern auth",
    ]) {
        return Some(Complaint::TokenRefused);
    }
    if (400..500).contains(&words.code) {
        return Some(Complaint::LoginUnavailable);
    }
    (credentials_wrong
        || matches!(words.code, 534 | 535)
        || words.status(&["7.8", "7.3"])
        || words.has(&[
            "authentication fail",
            "auth fail",
            "login fail",
            "authentication unsuccessful",
            "authentication credentials",
        ]))
    .then_some(Complaint::BadCredentials)
}
