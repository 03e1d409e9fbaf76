//! Classifies the refusals of mail servers by their codes and words.
//!
//! Servers use the same code for very different reasons, and the words of providers change. So a refusal is recognized by
//! the words that its kind has in common, not by the full text of one provider.

use crate::mail::failure::Step;
use crate::mail::reply::Reply;

/// The kind of a refusal: the thing that has to change before the same mail is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Complaint {
    // Logging in.
    EncryptionRequired,
    TlsVersionTooOld,
    AppPasswordRequired,
    WebLoginRequired,
    PasswordLoginDisabled,
    SmtpAccessDisabled,
    TokenRefused,
    TooManyLogins,
    AccountDisabled,
    BadCredentials,
    LoginUnavailable,
    LoginRequired,
    RelayIpNotRegistered,
    RelayDenied,
    // The sender.
    SenderNotVerified,
    SandboxDomain,
    SenderNotAllowed,
    SenderDomainInvalid,
    SenderBlocked,
    Spf,
    Dmarc,
    // This machine.
    HeloName,
    ReverseDns,
    BlockList,
    ClientNotAllowed,
    // Limits.
    RecipientLimit,
    SendingQuota,
    RateLimit,
    ConnectionLimit,
    MessageTooLarge,
    // The recipient.
    RecipientUnknown,
    RecipientDomainUnknown,
    RecipientDisabled,
    MailboxFull,
    // The message.
    AttachmentRejected,
    SpamContent,
    MalformedMessage,
    // The server.
    Greylisting,
    ServerStorage,
    Busy,
    TlsUnavailable,
}

/// The words of a reply, prepared for matching.
struct Words {
    text: String,
    code: u16,
    enhanced: Option<String>,
}

impl Words {
    fn new(reply: &Reply) -> Self {
        let text = reply.lines().join(" ").to_lowercase();
        // The parts of a long reply repeat the enhanced code, sometimes in the middle of a sentence.
        let text = match reply.enhanced() {
            Some(code) => text.replace(&format!("{code} "), ""),
            None => text,
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { text, code: reply.code(), enhanced: reply.enhanced().map(|code| code.to_string()) }
    }

    fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }

    /// Returns true if the text contains one of `a` and one of `b`.
    fn has_both(&self, a: &[&str], b: &[&str]) -> bool {
        self.has(a) && self.has(b)
    }

    /// Returns true if one of these is a word of the text, and not just a part of one.
    fn has_word(&self, words: &[&str]) -> bool {
        self.text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
    }

    /// Compares the last two parts of the enhanced code, `7.1` for example, for both classes.
    fn status(&self, wanted: &[&str]) -> bool {
        let detail = self.enhanced.as_deref().and_then(|code| code.split_once('.')).map(|(_, detail)| detail);
        detail.is_some_and(|detail| wanted.contains(&detail))
    }
}

impl Complaint {
    /// Returns the kind of a refusal, if its words or codes are specific enough.
    pub(crate) fn from_reply(step: Step, reply: &Reply) -> Option<Self> {
        let words = Words::new(reply);
        if step == Step::Auth {
            return login(&words);
        }
        if step == Step::StartTls {
            return Some(Self::TlsUnavailable);
        }
        encryption(&words)
            .or_else(|| machine(&words))
            .or_else(|| limits(step, &words))
            .or_else(|| sender(step, &words))
            .or_else(|| relaying(&words))
            .or_else(|| recipient(step, &words))
            .or_else(|| content(step, &words))
            .or_else(|| server(step, &words))
    }
}

fn encryption(words: &Words) -> Option<Complaint> {
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

/// Refusals of AUTH.
fn login(words: &Words) -> Option<Complaint> {
    if let Some(complaint) = encryption(words) {
        return Some(complaint);
    }
    if words.code == 530 {
        return Some(Complaint::EncryptionRequired);
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

/// Refusals of this machine: its name, its address.
fn machine(words: &Words) -> Option<Complaint> {
    let order = [
        "helo first",
        "ehlo first",
        "say helo",
        "say ehlo",
        "send helo",
        "send ehlo",
        "helo/ehlo first",
        "ehlo/helo first",
    ];
    if words.has_word(&["helo", "ehlo", "heloname"])
        && !words.has(&order)
        && !words.has(&["closing connection. (ehlo)"])
    {
        return Some(Complaint::HeloName);
    }
    if words.has(&[
        "reverse dns",
        "rdns",
        "reverse hostname",
        "reverse host name",
        "reverse lookup",
        "reverse mapping",
        "reverse record",
        "ptr record",
        "ptr entry",
        "ptr ",
        "no ptr",
        "fcrdns",
        "cannot find your hostname",
        "cannot find your reverse",
        "unable to resolve your",
        "unverifiable client",
        "ip name lookup failed",
    ]) || words.status(&["7.25"])
    {
        return Some(Complaint::ReverseDns);
    }
    // Before the block lists, whose words these share.
    if words.has_word(&["spf", "openspf"])
        || words.has(&["sender policy framework", "spf-"])
        || words.status(&["7.23", "7.24"])
    {
        return Some(Complaint::Spf);
    }
    if words.has_word(&["dmarc", "dkim"])
        || words.has(&[
            "unauthenticated email",
            "unauthenticated mail",
            "sender authentication",
            "authentication requirements",
            "pass authentication",
            "authentication checks",
            "domainkeys",
        ])
        || words.status(&["7.20", "7.21", "7.22", "7.26", "7.30", "7.32", "7.509", "7.515"])
    {
        return Some(Complaint::Dmarc);
    }
    block_list(words)
}

fn block_list(words: &Words) -> Option<Complaint> {
    let named = words.has(&[
        "spamhaus",
        "spamcop",
        "barracuda",
        "sorbs",
        "uceprotect",
        "abusix",
        "invaluement",
        "surbl",
        "senderscore",
        "sender score",
        "talosintelligence",
        "mailspike",
        "spamrats",
        "psbl",
        "cloudmark",
        "proofpoint.com",
        "mimecast.com/ip",
        "blocklist",
        "block list",
        "block-list",
        "blacklist",
        "black list",
        "denylist",
        "deny list",
        "dnsbl",
        "blocked using",
        "banned sending ip",
        "reputation",
        "user complaints",
        "unexpected volume or user complaints",
    ]) || words.has_word(&["rbl", "rbls", "dbl", "zen"]);
    let address = words.has(&[
        "ip ",
        "ip:",
        " ips ",
        "ip-address",
        "ip address",
        "client host",
        "host [",
        "your network",
        "your host",
        "your server",
        "sending host",
        "[203.",
        "from 2",
    ]);
    let refused = words.has(&[
        "blocked",
        "banned",
        "listed",
        "blocking",
        "blackholed",
        "block ",
        "has been temporarily",
        "not allowed to connect",
    ]);
    let temporary = words.has(&["(s3140)", "(s3150)", "[tss", "[ts0", "[ph0", "(cs01)"]);
    let microsoft = words.enhanced.as_deref().is_some_and(|code| {
        let detail = code.strip_prefix("5.7.").and_then(|detail| detail.parse::<u16>().ok());
        detail.is_some_and(|detail| detail == 511 || (606..=649).contains(&detail))
    });
    if named || microsoft || temporary || address && refused && !words.has(&["quota", "too many"]) {
        return Some(Complaint::BlockList);
    }
    None
}

/// Limits of the server or the account.
fn limits(step: Step, words: &Words) -> Option<Complaint> {
    if words.has(&[
        "too many recipients",
        "too many rcpts",
        "recipients reached",
        "recipient limit",
        "recipients limit",
        "max recipients",
        "maximum recipients",
        "maximum number of recipients",
        "recipients per",
        "number of recipients",
        "recipient count",
        "exceeded the recipient",
    ]) || words.has_both(&["limit", "maximum", "too many"], &["recipients"])
        && !words.has(&["day", "24 hours", "daily", "hour"])
        || words.status(&["5.3"]) && words.has(&["recipient", "rcpt"])
    {
        return Some(Complaint::RecipientLimit);
    }
    let full = words.has(&[
        "mailbox full",
        "mailbox is full",
        "full mailbox",
        "over quota",
        "overquota",
        "mailbox quota",
        "quota exceeded (mailbox",
        "mailbox for user is full",
        "out of storage",
        "inbox is full",
        "mailbox size limit",
        "user is over",
        "storage allocation",
        "disk quota",
    ]);
    if full && !words.has(&["sending", "daily", "message quota"]) || words.status(&["2.2"]) {
        return Some(Complaint::MailboxFull);
    }
    if words.has(&[
        "too many connections",
        "too many concurrent",
        "concurrent connection",
        "concurrent smtp",
        "connection limit",
        "connections limit",
        "number of concurrent connections",
        "maximum number of connections",
        "connection rate",
        "connection count",
        "simultaneous",
        "too many sessions",
        "connections from your",
        "connections exceeded",
        "open connections",
        "too many smtp",
    ]) || words.code == 432
    {
        return Some(Complaint::ConnectionLimit);
    }
    let quota = words.has(&[
        "daily",
        "per day",
        "24 hours",
        "24-hour",
        "monthly",
        "sending quota",
        "message quota",
        "quota exceeded",
        "exceeded your quota",
        "sending limit",
        "exceeded your email",
        "maximum credits",
        "out of credit",
        "not enough credit",
        "insufficient credit",
        "plan limit",
        "your plan",
        "trial",
        "sending credits",
        "limit for your account",
        "messages limit",
        "exceeded the limit of messages",
        "relay quota",
    ]);
    if quota && !words.has(&["verif"]) || words.status(&["4.5"]) && words.has(&["limit"]) {
        return Some(Complaint::SendingQuota);
    }
    if words.has(&[
        "throttl",
        "rate limit",
        "rate-limit",
        "ratelimit",
        "rate exceeded",
        "sending rate",
        "message rate",
        "unusual rate",
        "too fast",
        "too quickly",
        "too many messages",
        "too many emails",
        "too many mails",
        "too much mail",
        "slow down",
        "per minute",
        "per second",
        "per hour",
        "exceeded the rate",
        "submission rate",
        "high volume",
        "message limit",
        "messages per",
        "rate of",
    ]) || words.status(&["7.28"])
    {
        return Some(Complaint::RateLimit);
    }
    let size = words.has(&[
        "message size",
        "message too large",
        "message is too large",
        "message too big",
        "message is too big",
        "exceeds size",
        "size exceeds",
        "size limit",
        "maximum size",
        "maximum message",
        "max message",
        "fixed limit",
        "larger than",
        "too large",
    ]);
    if size || words.status(&["3.4", "2.3"]) || words.code == 552 && step == Step::MailFrom {
        return Some(Complaint::MessageTooLarge);
    }
    None
}

fn sender(step: Step, words: &Words) -> Option<Complaint> {
    if words.has(&[
        "sandbox",
        "testing emails to your own",
        "test purposes only",
        "test mode",
        "authorized recipients",
    ]) {
        return Some(Complaint::SandboxDomain);
    }
    if words.has(&[
        "bad outbound sender",
        "outbound spam",
        "spam abuse detected",
        "tenant has exceeded",
        "sending has been blocked",
        "blocked for sending",
        "suspended for sending",
        "account is suspended",
        "account has been suspended",
        "account suspended",
        "account is blocked",
        "account has been blocked",
        "account is disabled",
        "account disabled",
        "account is not active",
        "account has been disabled",
        "sending paused",
        "account is under review",
    ]) || words.status(&["7.501", "7.502", "7.503", "7.705", "7.708", "7.750"])
    {
        return Some(Complaint::SenderBlocked);
    }
    let verified = words.has(&[
        "not verified",
        "unverified",
        "verified sender",
        "sender identity",
        "sender signature",
        "verify your",
        "verify the",
        "verified domain",
        "not a verified",
        "domain is not verified",
        "not yet verified",
        "not been verified",
        "not registered",
        "not confirmed",
        "not validated",
        "unvalidated",
        "not activated",
        "not yet activated",
        "activate your",
        "sender is not valid",
        "domain is not configured",
        "not configured for",
        "domain not configured",
        "domain is not allowed",
        "domain is not authorized",
        "unconfigured sending domain",
        "approved sender",
    ]);
    if verified && !words.has(&["relay"]) {
        return Some(Complaint::SenderNotVerified);
    }
    if words.has(&[
        "sender verify failed",
        "domain of sender",
        "sender domain",
        "sender's domain",
        "sender address domain",
        "domain must exist",
        "domain must resolve",
        "must resolve",
        "domain does not exist",
        "domain name required",
        "domain of the sender",
        "fake sender",
    ]) || words.has_both(
        &["sender"],
        &["domain not found", "unrouteable", "unroutable", "does not resolve", "no mx", "not resolvable"],
    ) || step == Step::MailFrom
        && words.has(&[
            "domain not found",
            "unrouteable",
            "unroutable",
            "domain does not",
            "unresolvable",
            "no mx",
            "non-existent domain",
        ])
        || words.status(&["1.8", "1.7"]) && words.has(&["domain"])
    {
        return Some(Complaint::SenderDomainInvalid);
    }
    if words.has(&[
        "sendasdenied",
        "send as",
        "send-as",
        "on behalf",
        "not owned by",
        "sender address rejected",
        "sender rejected",
        "sender denied",
        "sender not allowed",
        "sender is not allowed",
        "sender not permitted",
        "sender is not authorized",
        "sender not authorized",
        "sender address not allowed",
        "sender address is not allowed",
        "sender address must match",
        "not allowed to send",
        "not permitted to send",
        "not authorized to send",
        "not authorised to send",
        "not allowed to use",
        "relaying disallowed as",
        "must be same as",
        "must be the same as",
        "must equal",
        "must match",
        "does not match auth",
        "doesn't match auth",
        "does not match your",
        "does not match the auth",
        "does not match a ",
        "does not belong to",
        "invalid sender",
        "invalid from",
        "from address",
        "from header",
        "mail from address",
        "envelope sender",
        "spoof",
        "permissions to send",
        "identity",
    ]) || words.status(&["7.60", "2.252"])
        || step == Step::MailFrom && words.status(&["1.0", "1.7", "1.8"])
    {
        return Some(Complaint::SenderNotAllowed);
    }
    None
}

fn relaying(words: &Words) -> Option<Complaint> {
    if words.has(&[
        "invalid credentials for relay",
        "registered for relay",
        "isn't registered",
        "ip address you've registered",
    ]) {
        return Some(Complaint::RelayIpNotRegistered);
    }
    let relay = words.has(&[
        "relay",
        "rcpthosts",
        "non-local domain",
        "not local",
        "non-accepted domain",
        "not a local",
    ]);
    let login = words.has(&[
        "authentication required",
        "authentication is required",
        "authentication needed",
        "authentication is needed",
        "requires authentication",
        "require authentication",
        "must authenticate",
        "must be authenticated",
        "must first authenticate",
        "please authenticate",
        "need to authenticate",
        "needs to authenticate",
        "authenticate first",
        "authenticate before",
        "not authenticated",
        "unauthenticated",
        "auth required",
        "auth is required",
        "auth first",
        "smtp auth",
        "login required",
        "log in first",
        "login first",
        "must login",
        "must log in",
        "must be logged in",
        "not logged in",
        "without authentication",
        "authorization required",
        "authentication first",
        "anonymous",
    ]);
    if login || words.code == 530 || words.status(&["7.57"]) {
        return Some(Complaint::LoginRequired);
    }
    if relay || words.status(&["7.54"]) {
        return Some(Complaint::RelayDenied);
    }
    None
}

fn recipient(step: Step, words: &Words) -> Option<Complaint> {
    if step != Step::RcptTo && !words.status(&["1.1", "1.10", "1.2"]) {
        return None;
    }
    if words.status(&["1.2"])
        || words.has(&[
            "domain not found",
            "recipient domain",
            "unrouteable",
            "unroutable",
            "no such domain",
            "unknown domain",
            "host not found",
            "domain does not",
            "no mx",
            "nullmx",
            "null mx",
        ])
        || words.status(&["1.10"]) && words.has(&["domain", "mx"])
    {
        return Some(Complaint::RecipientDomainUnknown);
    }
    if words.has(&["disabled", "inactive", "suspended", "deactivated", "not active", "closed"])
        || words.status(&["2.1"]) && words.has(&["disabled", "not accepting", "inactive"])
    {
        return Some(Complaint::RecipientDisabled);
    }
    let unknown = words.has(&[
        "user unknown",
        "unknown user",
        "unknown recipient",
        "unknown local",
        "unknown mailbox",
        "unknown address",
        "no such user",
        "no such recipient",
        "no such mailbox",
        "no such address",
        "no such person",
        "no such local user",
        "no mailbox",
        "not a known user",
        "not our customer",
        "mailbox unavailable",
        "mailbox not found",
        "mailbox does not",
        "mailbox name not allowed",
        "invalid recipient",
        "invalid mailbox",
        "invalid address",
        "bad destination",
        "recipient not found",
        "recipient rejected",
        "recipient unknown",
        "user not found",
        "user doesn't",
        "user does not",
        "address does not",
        "address doesn't",
        "address unknown",
        "account that you tried to reach does not",
        "does not exist",
        "doesn't exist",
        "undeliverable",
        "not a valid mailbox",
        "not a valid user",
        "not a valid recipient",
        "no valid recipient",
        "doesn't have a",
        "verification failed",
        "recipnotfound",
        "syntax",
    ]);
    (unknown || words.status(&["1.1", "1.0", "1.3", "1.6", "1.10"])).then_some(Complaint::RecipientUnknown)
}

fn content(step: Step, words: &Words) -> Option<Complaint> {
    let after_data = matches!(step, Step::Data | Step::Body | Step::Dot);
    if words.has_word(&["spam", "junk", "spammy", "ube", "uce", "phishing", "bulk", "unsolicited"])
        || words.has(&[
            "spam",
            "phish",
            "content rejected",
            "content filter",
            "content blocked",
            "message content",
            "rejected due to content",
            "rejected for policy",
            "policy reasons",
            "policy violation",
            "local policy",
            "unsolicited",
        ])
        || after_data
            && words.status(&["7.1", "7.0", "6.0"])
            && !words.has(&["attachment", "virus", "malware", "executable"])
    {
        return Some(Complaint::SpamContent);
    }
    if words.has(&[
        "virus",
        "malware",
        "attachment",
        "banned file",
        "executable",
        "infected",
        "security issue",
        "potentially dangerous",
        "file type",
        "zip ",
    ]) {
        return Some(Complaint::AttachmentRejected);
    }
    if after_data
        && (words.has(&[
            "rfc 5322",
            "rfc5322",
            "rfc 2822",
            "rfc2822",
            "rfc 822",
            "header",
            "malformed",
            "line too long",
            "bare lf",
            "bare newline",
            "message-id",
            "syntax",
        ]) || words.status(&["6.1", "6.2", "6.3", "6.7"]))
    {
        return Some(Complaint::MalformedMessage);
    }
    (after_data
        && words.code >= 500
        && words.has(&["rejected", "refused", "denied", "blocked", "not accepted", "transaction failed"]))
    .then_some(Complaint::SpamContent)
}

fn server(step: Step, words: &Words) -> Option<Complaint> {
    if words.has(&[
        "greylist",
        "graylist",
        "grey-list",
        "gray-list",
        "grey list",
        "postgrey",
        "first time sender",
    ]) {
        return Some(Complaint::Greylisting);
    }
    if words.has(&[
        "insufficient system storage",
        "insufficient disk",
        "disk full",
        "no space",
        "out of disk",
        "queue file",
    ]) || words.status(&["3.1"])
    {
        return Some(Complaint::ServerStorage);
    }
    if step == Step::RcptTo
        && matches!(words.code, 450 | 451)
        && (words.status(&["7.1", "7.0", "2.0"]) || words.has(&["try again", "later", "retry"]))
    {
        return Some(Complaint::Greylisting);
    }
    if (500..600).contains(&words.code)
        && words.has(&[
            "access denied",
            "client host rejected",
            "connection refused",
            "not allowed to connect",
            "connection rejected",
            "connection denied",
            "not welcome",
            "no smtp service",
            "administrative prohibition",
            "administratively denied",
            "access not allowed",
            "not permitted",
            "access rejected",
        ])
        || step == Step::Greeting && (500..600).contains(&words.code)
    {
        return Some(Complaint::ClientNotAllowed);
    }
    (400..500).contains(&words.code).then_some(Complaint::Busy)
}
