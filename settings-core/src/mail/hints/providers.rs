//! The refusals of real servers, and the hints for them.
//!
//! Each row has the step, the reply, and words that the first hint must contain. Words after a `!` must not appear in any
//! hint. The texts are those that administrators report in public, shortened.

use super::*;
use crate::mail::failure::Failure;
use crate::mail::reply::Reply;

/// The settings of a program that logs in over STARTTLS.
fn logged_in() -> EmailSettings {
    EmailSettings {
        smtp_server: "smtp.example.com".into(),
        smtp_port: 587,
        connection_security: ConnectionSecurity::StartTls,
        enable_smtp_auth: true,
        smtp_username: "chat@example.com".into(),
        ..EmailSettings::default()
    }
}

/// The settings of a program that sends without a login.
fn anonymous() -> EmailSettings {
    EmailSettings { enable_smtp_auth: false, smtp_port: 25, ..logged_in() }
}

fn hints_for(step: Step, text: &str, settings: &EmailSettings) -> Vec<String> {
    let (code, rest) = text.split_at(3);
    let lines = rest.trim_start_matches(['-', ' ']).split('|').map(str::to_owned).collect();
    let code = code.parse().unwrap_or(0);
    let failure = Failure::new(step, Cause::Reply(Reply::new(code, lines)));
    with_hints(failure, Context { settings, names: &SettingNames::default() }).hints
}

fn check(rows: &[(Step, &str, &str)]) {
    let mut wrong = Vec::new();
    for (step, text, expected) in rows {
        let (expected, forbidden) = expected.split_once('!').unwrap_or((expected, ""));
        for settings in [logged_in(), anonymous()] {
            let hints = hints_for(*step, text, &settings);
            let first = hints.first().map(String::as_str).unwrap_or_default();
            let found = expected.split('|').any(|words| first.contains(words));
            let misleads = !forbidden.is_empty() && hints.iter().any(|hint| hint.contains(forbidden));
            if !found || misleads {
                wrong.push(format!("{step}, {text:?}: {hints:?} is not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

const CREDENTIALS: &str = "username or password";
const APP_PASSWORD: &str = "app password";
const DISABLED: &str = "disabled password logins";
const WEB: &str = "web browser";
const SMTP_ACCESS: &str = "SMTP access";
const TOO_MANY_LOGINS: &str = "limits logins";
const LOGIN: &str = "requires a login|does not let it send";
const SENDER: &str = "may not send under the sender address|does not accept the sender address";
const VERIFY: &str = "verify the sender";
const SANDBOX: &str = "test domain";
const BLOCKED_SENDER: &str = "blocked this account";
const SENDER_DOMAIN: &str = "domain of the sender must exist";
const RELAY: &str = "does not relay mail";
const RELAY_IP: &str = "does not know this machine's address";
const HELO: &str = "EmailSettings.EHLOName";
const RDNS: &str = "reverse DNS";
const BLOCK_LIST: &str = "block list";
const SPF: &str = "SPF record";
const DMARC: &str = "SPF, DKIM or DMARC";
const CLIENT: &str = "from this machine's address";
const RECIPIENTS: &str = "more recipients";
const QUOTA: &str = "sending quota";
const RATE: &str = "faster than the server";
const CONNECTIONS: &str = "number of connections";
const SIZE: &str = "larger than the server accepts";
const RECIPIENT: &str = "recipient's address";
const FULL: &str = "mailbox is full";
const CLOSED: &str = "mailbox does not accept mail";
const SPAM: &str = "for spam or its policy";
const ATTACHMENT: &str = "an attachment";
const GREYLIST: &str = "greylisting";
const BUSY: &str = "busy";
const MECHANISM: &str = "EmailSettings.SMTPAuthMechanism";
const STORAGE: &str = "disk space";

use Step::{Auth, Dot, Greeting, Hello, MailFrom, RcptTo};

#[test]
fn logins() {
    check(&[
        (
            Auth,
            "534-5.7.9 Application-specific password required. For more information, go to|5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x-y - gsmtp",
            APP_PASSWORD,
        ),
        (
            Auth,
            "535-5.7.8 Username and Password not accepted. For more information, go to|5.7.8  https://support.google.com/mail/?p=BadCredentials",
            CREDENTIALS,
        ),
        (
            Auth,
            "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via|5.7.14 your web browser and then try again.",
            WEB,
        ),
        (Auth, "454 4.7.0 Too many login attempts, please try again later. x-y - gsmtp", TOO_MANY_LOGINS),
        (
            Auth,
            "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [x.prod.outlook.com]",
            CREDENTIALS,
        ),
        (
            Auth,
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
            DISABLED,
        ),
        (
            Auth,
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
            DISABLED,
        ),
        (
            Auth,
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [x.prod.outlook.com]",
            DISABLED,
        ),
        (
            Auth,
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
            DISABLED,
        ),
        (Auth, "550 5.7.30 Basic authentication is not supported for Client Submission.", DISABLED),
        (Auth, "550 Mailbox cannot be accessed [CWXP265CA0023.GBRP265.PROD.OUTLOOK.COM]", SMTP_ACCESS),
        (
            Auth,
            "535 5.7.3 Authentication unsuccessful [DB6P18901CA0015.EURP189.PROD.OUTLOOK.COM]",
            CREDENTIALS,
        ),
        (Auth, "535 Authentication Credentials Invalid", CREDENTIALS),
        (Auth, "535 Authentication failed: Bad username / password", CREDENTIALS),
        (
            Auth,
            "535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
            CREDENTIALS,
        ),
        (Auth, "535 Authentication failed: account disabled", "disabled or locked"),
        (
            Auth,
            "535 5.7.8 Error: authentication failed: This user does not have access rights to this service",
            SMTP_ACCESS,
        ),
        (Auth, "535 5.7.8 Error: authentication failed: Invalid user or password!", CREDENTIALS),
        (
            Auth,
            "535 Login Fail. Please enter your authorization code to login. More information in https://service.mail.qq.com",
            APP_PASSWORD,
        ),
        (
            Auth,
            "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external",
            APP_PASSWORD,
        ),
        (Auth, "535 Error: authentication failed, system busy", CREDENTIALS),
        (Auth, "550 User has no permission", SMTP_ACCESS),
        (
            Auth,
            "535 Login Fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
            SMTP_ACCESS,
        ),
        (Auth, "535 5.7.0 (#AUTH005) Too many bad auth attempts.", TOO_MANY_LOGINS),
        (Auth, "535 5.7.0 (#AUTH012) Incorrect username or password.", CREDENTIALS),
        (Auth, "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", CREDENTIALS),
        (Auth, "535 5.7.8 Error: authentication failed: authentication failure", CREDENTIALS),
        (Auth, "535 Incorrect authentication data", CREDENTIALS),
        (Auth, "535 5.7.0 authentication rejected", CREDENTIALS),
        (
            Auth,
            "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
            "cannot check logins",
        ),
        (Auth, "421 4.7.0 Too many authentication failures from your IP, try again later", TOO_MANY_LOGINS),
        (Auth, "535 5.7.8 Your account is locked. Please contact support", "disabled or locked"),
        (Auth, "525 5.7.13 User account disabled", "disabled or locked"),
        (
            Auth,
            "538 5.7.11 Encryption required for requested authentication mechanism",
            "requires encryption|connection is encrypted",
        ),
        (
            Auth,
            "535 5.7.8 Error: authentication failed: Application password is required. Use app passwords",
            APP_PASSWORD,
        ),
    ]);
}

#[test]
fn senders() {
    check(&[
        (
            Dot,
            "554 5.2.252 SendAsDenied; web@contoso.com not allowed to send as other@contoso.com; STOREDRV.Submission.Exception",
            SENDER,
        ),
        (MailFrom, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", SENDER),
        (MailFrom, "550 5.7.1 Client does not have permissions to send as this sender", SENDER),
        (RcptTo, "550 5.7.1 Client does not have permissions to send as this sender", SENDER),
        (Dot, "550 5.1.8 Access denied, bad outbound sender AS(42004)", BLOCKED_SENDER),
        (Dot, "550 5.7.705 Access denied, tenant has exceeded threshold", BLOCKED_SENDER),
        (Dot, "550 5.7.501 Access denied, spam abuse detected.", BLOCKED_SENDER),
        (
            Dot,
            "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: a@example.com",
            VERIFY,
        ),
        (
            Dot,
            "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
            VERIFY,
        ),
        (
            Dot,
            "554 Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients",
            SANDBOX,
        ),
        (
            Dot,
            "450 4.7.1 You can only send testing emails to your own email address (a@example.com).",
            SANDBOX,
        ),
        (
            Dot,
            "550 5.7.1 The example.com domain is not verified. Please, add and verify your domain on https://resend.com/domains",
            VERIFY,
        ),
        (
            MailFrom,
            "550 The 'From' address you supplied (a@example.com) is not a Sender Signature on your account.",
            VERIFY,
        ),
        (Dot, "554 5.7.1 Unconfigured Sending Domain <example.com>", VERIFY),
        (
            MailFrom,
            "550 5.7.1 Sender address a@example.com is not yet validated: validate your sender",
            VERIFY,
        ),
        (Dot, "553 Relaying disallowed as noreply@example.com", SENDER),
        (MailFrom, "553 5.7.1 Sender address rejected: not owned by auth user.", SENDER),
        (
            RcptTo,
            "553 5.7.1 <web@example.com>: Sender address rejected: not owned by user chat@example.com",
            SENDER,
        ),
        (MailFrom, "553 Mail from must equal authorized user", SENDER),
        (MailFrom, "501 mail from address must be same as authorization user", SENDER),
        (
            MailFrom,
            "550 Requested action not taken: mailbox unavailable. Sender address is not allowed.",
            SENDER,
        ),
        (Dot, "550 5.7.1 You are not allowed to send from this address", SENDER),
        (MailFrom, "550 5.7.0 From address is not one of your addresses", SENDER),
        (MailFrom, "550 Sender verify failed", SENDER_DOMAIN),
        (RcptTo, "450 4.1.8 <chat@localhost>: Sender address rejected: Domain not found", SENDER_DOMAIN),
        (
            MailFrom,
            "553 5.1.8 <chat@localhost>... Domain of sender address chat@localhost does not exist",
            SENDER_DOMAIN,
        ),
        (MailFrom, "501 5.1.7 Sender domain must exist", SENDER_DOMAIN),
        (
            RcptTo,
            "550 5.7.23 <a@example.com>: Recipient address rejected: Message rejected due to: SPF fail - not authorized. Please see http://www.openspf.net/Why",
            SPF,
        ),
        (MailFrom, "550 SPF check failed: 203.0.113.7 is not allowed to send mail from example.com", SPF),
        (
            Dot,
            "550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's|5.7.26 DMARC policy.",
            DMARC,
        ),
        (
            Dot,
            "550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification",
            DMARC,
        ),
        (
            Dot,
            "550 5.7.515 Access denied, sending domain EXAMPLE.COM doesn't meet the required authentication level.",
            DMARC,
        ),
        (
            Dot,
            "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes: DMARC",
            DMARC,
        ),
        (Dot, "550 5.7.1 DKIM verification failed", DMARC),
    ]);
}

#[test]
fn relaying() {
    check(&[
        (
            RcptTo,
            "550-5.7.1 Invalid credentials for relay [203.0.113.7]. The IP address you've|5.7.1 registered in your G Suite SMTP Relay service doesn't match the domain of the account",
            RELAY_IP,
        ),
        (MailFrom, "530 5.7.57 Client not authenticated to send mail. [x.prod.outlook.com]", LOGIN),
        (
            MailFrom,
            "530-5.7.0 Authentication Required. For more information, go to|5.7.0  https://support.google.com/mail/?p=WantAuthError",
            LOGIN,
        ),
        (RcptTo, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", RELAY),
        (RcptTo, "550 Unauthenticated senders not allowed", LOGIN),
        (RcptTo, "550 Authentication is required for relay", LOGIN),
        (MailFrom, "550 5.7.0 authentication required", LOGIN),
        (MailFrom, "503 5.5.4 Error: send AUTH command first: must authenticate", LOGIN),
        (MailFrom, "550 You must be logged in to send mail", LOGIN),
        (RcptTo, "554 5.7.1 <a@example.com>: Relay access denied", RELAY),
        (
            RcptTo,
            "550 5.7.1 <a@example.com>... Relaying denied. Proper authentication required.",
            "relay mail|requires a login|does not let it send",
        ),
        (RcptTo, "550 relay not permitted", RELAY),
        (RcptTo, "550 5.7.1 Unable to relay", RELAY),
        (RcptTo, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", RELAY),
        (RcptTo, "551 User not local; please try <forward-path>", RELAY),
        (
            MailFrom,
            "530 5.7.0 Must issue a STARTTLS command first",
            "requires encryption|connection is encrypted",
        ),
        (
            MailFrom,
            "550 5.7.10 Encryption needed: this server requires TLS",
            "requires encryption|connection is encrypted",
        ),
    ]);
}

#[test]
fn machines() {
    check(&[
        (Hello, "421 4.7.0 Try again later, closing connection. (EHLO) v5-20020a056e02", HELO),
        (Hello, "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", HELO),
        (Hello, "501 Syntactically invalid HELO argument(s)", HELO),
        (Hello, "501 5.5.4 Invalid domain name", HELO),
        (Hello, "550 5.7.1 Access denied", HELO),
        (RcptTo, "504 5.5.2 <15b0717dc4c2>: Helo command rejected: need fully-qualified hostname", HELO),
        (RcptTo, "450 4.7.1 <25aea30808b2>: Helo command rejected: Host not found", HELO),
        (MailFrom, "550 bad HELO - host impersonating domain name [localhost]", HELO),
        (RcptTo, "550-HELO should be a FQDN or address literal (See RFC 2821 4.1.1.1)", HELO),
        (RcptTo, "554 5.7.1 <localhost>: Helo command rejected: Access denied", HELO),
        (RcptTo, "450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.7]", RDNS),
        (Greeting, "554 5.7.1 No reverse DNS (PTR record) for your IP 203.0.113.7", RDNS),
        (MailFrom, "550 5.7.25 The IP address sending this message does not have a PTR record setup", RDNS),
        (
            RcptTo,
            "550 5.7.1 Service unavailable, Client host [203.0.113.7] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/203.0.113.7 AS(1430)",
            "block list!recipient's address",
        ),
        (
            RcptTo,
            "550 5.7.606 Access denied, banned sending IP [203.0.113.7]. To request removal from this list please visit https://sender.office.com/",
            "block list!recipient's address",
        ),
        (
            RcptTo,
            "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org",
            BLOCK_LIST,
        ),
        (
            Greeting,
            "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
            BLOCK_LIST,
        ),
        (Greeting, "554 5.7.1 Your IP is listed in bl.spamcop.net", BLOCK_LIST),
        (
            MailFrom,
            "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
            BLOCK_LIST,
        ),
        (
            MailFrom,
            "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user complaints",
            BLOCK_LIST,
        ),
        (
            MailFrom,
            "550 5.7.511 Access denied, banned sender[203.0.113.7]. To request removal from this list please forward this message to delist@messaging.microsoft.com",
            BLOCK_LIST,
        ),
        (
            RcptTo,
            "571 Email from 203.0.113.7 is currently blocked. Sender is not authorized",
            "block list!may not be a mail server",
        ),
        (RcptTo, "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied", CLIENT),
        (Greeting, "554 No SMTP service here", CLIENT),
    ]);
}

#[test]
fn limits() {
    check(&[
        (
            Dot,
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from|4.7.28 your IP address.",
            RATE,
        ),
        (
            Dot,
            "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
            CONNECTIONS,
        ),
        (
            Greeting,
            "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel",
            CONNECTIONS,
        ),
        (Greeting, "421 4.7.0 mx.example.com Error: too many connections from 203.0.113.7", CONNECTIONS),
        (Greeting, "421 Too many concurrent SMTP connections; please try again later.", CONNECTIONS),
        (Dot, "454 Throttling failure: Maximum sending rate exceeded.", RATE),
        (Dot, "454 Throttling failure: Daily message quota exceeded.", QUOTA),
        (
            Dot,
            "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com",
            QUOTA,
        ),
        (MailFrom, "451 4.7.1 Authenticated user has exceeded the maximum credits", QUOTA),
        (MailFrom, "550 5.7.1 You have exceeded your email sending limit for the month", QUOTA),
        (
            RcptTo,
            "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.",
            RATE,
        ),
        (MailFrom, "451 4.7.1 Rate limit exceeded, please slow down", RATE),
        (MailFrom, "450 4.7.1 Error: too much mail from 203.0.113.7", RATE),
        (RcptTo, "552 5.5.3 Maximum limit of 50 recipients reached", RECIPIENTS),
        (RcptTo, "452 4.5.3 Error: too many recipients", RECIPIENTS),
        (
            RcptTo,
            "452 4.5.3 Recipients belong to multiple regions; too many recipients per message",
            RECIPIENTS,
        ),
        (MailFrom, "552 5.3.4 Message size exceeds fixed limit", SIZE),
        (Dot, "552-5.3.4 Your message exceeded Google's message size limits.", SIZE),
        (Dot, "552 5.2.3 Message is too large; it exceeds the size limit of the recipient", SIZE),
    ]);
}

#[test]
fn recipients() {
    check(&[
        (
            RcptTo,
            "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
            RECIPIENT,
        ),
        (RcptTo, "550-5.1.1 The email account that you tried to reach does not exist. Please try", RECIPIENT),
        (
            RcptTo,
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            RECIPIENT,
        ),
        (RcptTo, "550 No such user here", RECIPIENT),
        (RcptTo, "550 Requested action not taken: mailbox unavailable", RECIPIENT),
        (
            RcptTo,
            "550 5.1.2 <a@example.invalid>: Recipient address rejected: Domain not found",
            "domain of the recipient's",
        ),
        (RcptTo, "550-5.2.1 The email account that you tried to reach is disabled.", CLOSED),
        (RcptTo, "452 4.2.2 The recipient's inbox is out of storage space.", FULL),
        (
            RcptTo,
            "552 5.2.2 <a@example.com>: Recipient address rejected: Mailbox is full / Blocks limit exceeded",
            FULL,
        ),
    ]);
}

#[test]
fn contents_and_servers() {
    check(&[
        (Dot, "554 5.7.1 Spam message rejected", SPAM),
        (
            Dot,
            "571 5.7.1 Message contains spam or virus or sender is blocked",
            "for spam or its policy!may have been delivered",
        ),
        (Dot, "554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc", SPAM),
        (Dot, "550 5.7.1 Message rejected due to content restrictions: content rejected", SPAM),
        (Dot, "550 High probability of spam", SPAM),
        (Dot, "554 Transaction failed: message rejected", SPAM),
        (
            Dot,
            "552-5.7.0 This message was blocked because its content presents a potential|5.7.0 security issue.",
            ATTACHMENT,
        ),
        (Dot, "550 5.7.1 Attachment type .exe is not allowed", ATTACHMENT),
        (
            RcptTo,
            "450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch",
            GREYLIST,
        ),
        (RcptTo, "451 4.7.1 Please try again later", GREYLIST),
        (Dot, "452 4.3.1 Insufficient system storage", STORAGE),
        (Greeting, "421 4.3.2 Service not available, closing transmission channel", BUSY),
        (MailFrom, "451 4.3.0 Temporary lookup failure", BUSY),
        (Dot, "451 4.7.500 Server busy. Please try again later from [203.0.113.7].", BUSY),
        (Step::StartTls, "454 4.7.0 TLS not available due to local problem", "cannot encrypt at present"),
    ]);
}

/// Texts that were collected after the classification was written.
#[test]
fn other_servers() {
    check(&[
        (Auth, "535 5.7.8 Authentication credentials invalid", CREDENTIALS),
        (Auth, "535 5.7.0 Invalid login or password", CREDENTIALS),
        (Auth, "535 #5.7.0 Authentication failed", CREDENTIALS),
        (Auth, "535 Authentication unsuccessful: login failed for account", CREDENTIALS),
        (
            Auth,
            "454 4.7.0 Cannot authenticate due to temporary system problem. Try again later.",
            "cannot check logins|limits logins",
        ),
        (Auth, "535 5.7.1 Account is temporarily locked due to too many failed logins", TOO_MANY_LOGINS),
        (Auth, "535 5.7.8 Please generate an app-specific password at appleid.apple.com", APP_PASSWORD),
        (Auth, "535 5.7.8 Use an app password to sign in. See https://www.fastmail.help", APP_PASSWORD),
        (Auth, "535 5.7.8 Error: authentication failed: bad protocol / cancel", CREDENTIALS),
        (Auth, "550 5.2.1 Mailbox unavailable: account suspended for non-payment", "disabled or locked"),
        (
            Auth,
            "535 5.7.8 Sign in to webmail and enable SMTP: SMTP is not enabled for this account",
            SMTP_ACCESS,
        ),
        (
            Auth,
            "530 5.7.0 Must issue a STARTTLS command first.",
            "requires encryption|connection is encrypted",
        ),
        (MailFrom, "550 5.7.1 Sender is not authorized to use this address <a@b.example>", SENDER),
        (MailFrom, "550 5.1.0 <a@example.com> sender rejected: not yours", SENDER),
        (MailFrom, "554 5.7.1 The sender's address is spoofed", SENDER),
        (MailFrom, "550 5.7.1 The sender address must belong to the authenticated account", SENDER),
        (Dot, "554 5.7.1 Sender 'a@example.com' is not a registered sender of this account", VERIFY),
        (Dot, "550 5.7.1 Please verify your sender domain before sending", VERIFY),
        (Dot, "403 4.7.0 From address is not verified", VERIFY),
        (MailFrom, "550 5.7.27 Sender address has null MX", SENDER_DOMAIN),
        (MailFrom, "450 4.1.8 Sender address rejected: Domain of sender not resolvable", SENDER_DOMAIN),
        (
            MailFrom,
            "550 Verification failed for <chat@nowhere.example>|550 Unrouteable address|550 Sender verify failed",
            SENDER_DOMAIN,
        ),
        (RcptTo, "550 SMTP AUTH is required for message submission on port 587", LOGIN),
        (MailFrom, "550 SMTP authentication is required.", LOGIN),
        (
            RcptTo,
            "503 This mail server requires authentication when attempting to send to a non-local e-mail address.",
            LOGIN,
        ),
        (RcptTo, "550 5.7.1 We do not relay", RELAY),
        (RcptTo, "454 4.7.1 <a@example.net>: Relay access denied", RELAY),
        (RcptTo, "550 5.7.64 TenantAttribution; Relay Access Denied", RELAY),
        (RcptTo, "550 Relaying not allowed", RELAY),
        (
            Greeting,
            "554-mx.example.net|554 Your access to this mail system from 203.0.113.7 has been rejected due to poor reputation of a domain used in message transfer",
            BLOCK_LIST,
        ),
        (Greeting, "550 5.7.1 Connection refused: 203.0.113.7 is listed at dnsbl.example.net", BLOCK_LIST),
        (
            RcptTo,
            "550 RBL: 203.0.113.7 is listed. See http://www.barracudanetworks.com/reputation/",
            BLOCK_LIST,
        ),
        (
            RcptTo,
            "550 csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550",
            BLOCK_LIST,
        ),
        (
            RcptTo,
            "521 5.2.1 (CON:B1) https://postmaster.example.com/error-codes#554conb1: your IP is blocked",
            BLOCK_LIST,
        ),
        (Greeting, "554 refused mailfe.example.net PTR record missing", RDNS),
        (RcptTo, "550 5.7.1 Client host rejected: cannot find your reverse hostname, [203.0.113.7]", RDNS),
        (Greeting, "554 IP=203.0.113.7 - None/bad reputation. Ask your postmaster for help", BLOCK_LIST),
        (RcptTo, "550 5.7.1 Your HELO name does not match your IP", HELO),
        (Hello, "554 5.7.1 helo hostname is not allowed", HELO),
        (Hello, "501 5.0.0 Invalid domain name [127.0.0.1]", HELO),
        (Greeting, "421 4.7.0 Too many simultaneous connections. Please try again later.", CONNECTIONS),
        (Greeting, "421 4.4.5 Too many connections to this host.", CONNECTIONS),
        (MailFrom, "421 4.4.2 Connection limit exceeded for your host", CONNECTIONS),
        (
            RcptTo,
            "451 4.7.650 The mail server [203.0.113.7] has been temporarily rate limited due to IP reputation.",
            "faster than the server|block list",
        ),
        (MailFrom, "452 4.2.2 You have exceeded your daily sending quota", QUOTA),
        (RcptTo, "550 5.7.1 Daily recipient limit reached for this account", QUOTA),
        (
            MailFrom,
            "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit",
            QUOTA,
        ),
        (
            RcptTo,
            "452 Domain example.com has exceeded the max emails per hour (100/100 (100%)) allowed.",
            RATE,
        ),
        (RcptTo, "450 4.7.1 Error: too many messages from your address in a short time, slow down", RATE),
        (RcptTo, "550 Too many recipients in this message", RECIPIENTS),
        (MailFrom, "552 Message size exceeds maximum permitted", SIZE),
        (Dot, "554 5.3.4 Error: message file too big", SIZE),
        (RcptTo, "550 5.1.1 <x@example.com> recipient rejected, address unknown", RECIPIENT),
        (RcptTo, "553 sorry, this recipient is not in my validrcptto list (#5.7.1)", RECIPIENT),
        (RcptTo, "550 Address rejected: no mailbox here by that name", RECIPIENT),
        (RcptTo, "554 delivery error: This user doesn't have a yahoo.com account (x@yahoo.com)", RECIPIENT),
        (RcptTo, "452 4.2.2 Mailbox full", FULL),
        (
            Dot,
            "554 5.7.1 This message has been blocked because it contains a banned file: invoice.exe",
            ATTACHMENT,
        ),
        (Dot, "550 5.7.1 Message rejected: ClamAV detected Eicar-Signature virus", ATTACHMENT),
        (
            Dot,
            "550 5.6.0 Lone CR or LF in headers (see RFC2822 section 2.2)",
            "considers the message malformed",
        ),
        (Dot, "550 5.7.1 [CS] Message blocked. Please visit https://www.spamtitan.com", SPAM),
        (Dot, "554 5.7.7 Email policy violation detected", SPAM),
        (RcptTo, "451 4.7.1 Greylisting in action, please come back in 00:05:00", GREYLIST),
        (RcptTo, "451 DT:SPM please try again later", GREYLIST),
        (Greeting, "421 Service temporarily unavailable", BUSY),
        (Dot, "421 4.4.1 Timeout waiting for data from client", BUSY),
        (Dot, "452 4.3.1 Out of disk space for temp file", STORAGE),
        (Auth, "504 5.5.4 Unrecognized authentication type", MECHANISM),
        (Auth, "504 5.7.4 Unrecognized Authentication Type [mail.example.net]", MECHANISM),
        (Auth, "535 5.7.0 IP not in whitelist", CLIENT),
        (MailFrom, "525 5.7.1 Unauthorized IP address 203.0.113.7", CLIENT),
        (Dot, "550 5.7.1 Your IP address is not authorized to use this account", CLIENT),
        (MailFrom, "550 The sending IP is not in the allow list of this account", CLIENT),
        (Dot, "550 5.7.1 sender not valid", SENDER),
        (MailFrom, "440 mail from account doesn't conform with authentication", SENDER),
        (MailFrom, "550 5.7.1 Sender address is invalid for this account", SENDER),
        (Dot, "550 5.4.6 Unusual sending activity detected. Please try after sometime", BLOCKED_SENDER),
        (
            Greeting,
            "554 mx.example.net Comcast block for spam. Please see http://postmaster.example.net/errors#BL000000",
            BLOCK_LIST,
        ),
        (
            MailFrom,
            "553 5.7.1 [BL21] Connections will not be accepted from 203.0.113.7, because the ip is in Spamhaus's list",
            BLOCK_LIST,
        ),
        (MailFrom, "421 4.7.66 Connection refused. TLS 1.0 is no longer supported", "newer TLS version"),
    ]);
}
