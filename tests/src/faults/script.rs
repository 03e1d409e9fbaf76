//! The behavior of each mode, as data.

use std::collections::HashMap;
use std::time::Duration;

/// Every mode by name. Where a mode says nothing else, the server is a good one with STARTTLS and AUTH.
pub const MODES: &[&str] = &[
    "refuse",
    "connect-hang",
    "ok",
    "ok-tls",
    "silence",
    "accept-close",
    "accept-reset",
    "drip-banner",
    "drip-forever",
    "drip-all",
    "drip-gently",
    "slow-replies",
    "half-close",
    "banner-binary",
    "banner-latin1",
    "banner-utf8",
    "banner-http",
    "banner-code-999",
    "banner-bare-lf",
    "banner-endless",
    "multiline-endless",
    "ehlo-endless",
    "overlong-line",
    "ehlo-huge-3k",
    "ehlo-huge-5k",
    "ehlo-huge-80k",
    "ehlo-huge-400k",
    "ehlo-lowercase",
    "ehlo-auth-equals",
    "ehlo-refused",
    "ehlo-no-caps",
    "mixed-codes",
    "unsolicited",
    "drop-at-ehlo",
    "drop-at-starttls",
    "drop-at-auth",
    "drop-at-mail",
    "drop-at-rcpt",
    "drop-at-data",
    "drop-at-dot",
    "drop-at-quit",
    "drop-after-ehlo",
    "drop-mid-data",
    "reset-mid-data",
    "stall-mid-data",
    "refuse-mid-data",
    "hang-at-ehlo",
    "hang-at-starttls",
    "hang-at-auth",
    "hang-at-mail",
    "hang-at-rcpt",
    "hang-at-data",
    "hang-at-dot",
    "hang-at-quit",
    "421-at-banner",
    "421-at-ehlo",
    "421-at-starttls",
    "421-at-auth",
    "421-at-mail",
    "421-at-rcpt",
    "421-at-data",
    "421-at-dot",
    "421-at-quit",
    "451-at-banner",
    "451-at-ehlo",
    "451-at-starttls",
    "451-at-auth",
    "451-at-mail",
    "451-at-rcpt",
    "451-at-data",
    "451-at-dot",
    "451-at-quit",
    "554-at-banner",
    "554-at-ehlo",
    "554-at-starttls",
    "554-at-auth",
    "554-at-mail",
    "554-at-rcpt",
    "554-at-data",
    "554-at-dot",
    "554-at-quit",
    "endless-at-starttls",
    "endless-at-auth",
    "endless-at-mail",
    "endless-at-rcpt",
    "endless-at-data",
    "endless-at-dot",
    "endless-at-quit",
    "data-250",
    "mail-354",
    "dot-354",
    "multiline-554-dot",
    "rcpt-mixed",
    "rcpt-none-354",
    "greylist",
    "size-small",
    "no-8bitmime",
    "starttls-454",
    "starttls-250",
    "starttls-stripped",
    "starttls-garbage",
    "starttls-hang",
    "starttls-drop",
    "starttls-inject",
    "starttls-inject-partial",
    "starttls-inject-late",
    "starttls-inject-all",
    "starttls-inject-all-noauth",
    "cert-selfsigned",
    "cert-selfsigned-tls",
    "cert-expired",
    "cert-expired-tls",
    "cert-wronghost",
    "cert-wronghost-tls",
    "tls-plain-port",
    "tls-hang",
    "tls-drop",
    "tls-silence",
    "tls-1.2",
    "auth-login-only",
    "auth-plain-only",
    "auth-xoauth2-only",
    "auth-cram-only",
    "auth-unknown-only",
    "auth-cram-plain",
    "auth-digest-plain",
    "auth-cram-plain-501",
    "auth-plain-504-login",
    "auth-scram-unproven",
    "auth-scram-weak",
    "auth-scram-refused",
    "auth-scram-empty",
    "auth-none",
    "auth-clear",
    "auth-534",
    "auth-535",
    "auth-loop",
    "auth-login-odd-prompts",
    "auth-login-bad-b64",
    "one-mail-only",
    "one-mail-421",
    "late-dot",
    "late-rcpt",
    "late-dot-552",
];

/// A moment of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    Banner,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
    Quit,
}

/// A misbehavior of the server at a stage.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// These bytes, then on as if nothing were wrong.
    Say(Vec<u8>),
    /// These bytes, then the end.
    SayAndClose(Vec<u8>),
    /// The end, at once.
    Drop,
    /// Nothing, until the client leaves.
    Hang,
    /// The right thing, later.
    Late(Duration),
    /// These bytes again and again until the client leaves.
    Endless(&'static [u8]),
}

/// The treatment of a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accept {
    Talk,
    /// Nothing listens.
    Refuse,
    /// The port does not answer.
    Ignore,
    Close,
    Reset,
    /// Accepts, says nothing.
    Silence,
    /// Says goodbye to its own direction and goes on listening.
    HalfClose,
}

/// The behavior of the server in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shake {
    Good,
    SelfSigned,
    Expired,
    WrongHost,
    /// Good, but no newer than TLS 1.2.
    Old,
    Garbage,
    Hang,
    Drop,
    /// A reply in clear comes before the handshake.
    InjectLate,
}

/// The speed of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Normal,
    /// So long before every byte.
    Drip(Duration),
    /// So long before every reply.
    Slow(Duration),
}

/// The treatment of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Read,
    /// Closes after some bytes.
    Drop,
    /// Resets after some bytes.
    Reset,
    /// Reads no more after some bytes.
    Stall,
    /// Says 552 and closes after some bytes.
    Refuse,
}

/// The handling of AUTH.
#[derive(Clone, Debug)]
pub(super) struct Auth {
    /// The mechanisms as EHLO lists them; `None`: AUTH is not offered.
    pub(super) offered: Option<&'static str>,
    /// Answers to AUTH with this mechanism instead of a login.
    pub(super) refused: Option<(&'static str, &'static str)>,
    /// Text of a refusal that is followed by the credentials, as sent and decoded.
    pub(super) echo: Option<&'static str>,
    /// The prompts of LOGIN, as sent.
    pub(super) prompts: [&'static str; 2],
    /// Asks again and again.
    pub(super) endless: bool,
    /// The rounds that SCRAM is asked for, with an empty challenge for 0; any proof is accepted, and nothing is proved.
    pub(super) scram_rounds: u32,
    /// The reply to a client that cancels SCRAM.
    pub(super) cancelled: &'static str,
}

/// Everything one mode does.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) accept: Accept,
    pub(super) implicit_tls: bool,
    pub(super) offers_starttls: bool,
    pub(super) shake: Shake,
    pub(super) pace: Pace,
    pub(super) body: Body,
    pub(super) auth: Auth,
    pub(super) capabilities: Vec<String>,
    pub(super) lower_case: bool,
    pub(super) deeds: HashMap<Stage, Deed>,
    /// Recipients that are answered otherwise: a part of the address and the reply.
    pub(super) recipients: Vec<(&'static str, &'static str)>,
    /// Bytes to send after the reply to EHLO.
    pub(super) extra_after_ehlo: Option<&'static str>,
    pub(super) close_after_ehlo: bool,
    pub(super) close_after_mail: bool,
    /// The reply to the second and later MAIL.
    pub(super) second_mail: Option<&'static str>,
    /// The reply to RCPT in the second and later mail.
    pub(super) second_rcpt: Option<&'static str>,
    /// The reply to the second and later dot.
    pub(super) second_dot: Option<&'static str>,
}

/// Longer than any deadline of a test's client.
const LATE: Duration = Duration::from_secs(3);

impl Script {
    /// The script of a mode.
    ///
    /// # Panics
    /// On a name that is not in [`MODES`].
    pub(super) fn of_mode(mode: &str, pipelining: bool) -> Self {
        assert!(MODES.contains(&mode), "unknown mode {mode}");
        let mut script = Self::good(pipelining);
        if let Some((deed, stage)) = mode.split_once("-at-") {
            script.deeds.insert(stage_named(stage), deed_named(deed));
            return script;
        }
        script.apply(mode);
        script
    }

    pub(super) fn good(pipelining: bool) -> Self {
        let mut capabilities =
            vec!["SIZE 10000000".to_owned(), "8BITMIME".to_owned(), "ENHANCEDSTATUSCODES".to_owned()];
        if pipelining {
            capabilities.push("PIPELINING".to_owned());
        }
        Self {
            accept: Accept::Talk,
            implicit_tls: false,
            offers_starttls: true,
            shake: Shake::Good,
            pace: Pace::Normal,
            body: Body::Read,
            auth: Auth {
                offered: Some("PLAIN LOGIN"),
                refused: None,
                echo: None,
                prompts: ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
                endless: false,
                scram_rounds: 0,
                cancelled: "501 5.7.0 given up",
            },
            capabilities,
            lower_case: false,
            deeds: HashMap::new(),
            recipients: Vec::new(),
            extra_after_ehlo: None,
            close_after_ehlo: false,
            close_after_mail: false,
            second_mail: None,
            second_rcpt: None,
            second_dot: None,
        }
    }

    fn apply(&mut self, mode: &str) {
        match mode {
            "ok" => {}
            "ok-tls" => self.implicit_tls = true,
            "refuse" => self.accept = Accept::Refuse,
            "connect-hang" => self.accept = Accept::Ignore,
            "silence" | "tls-silence" => self.accept = Accept::Silence,
            "accept-close" => self.accept = Accept::Close,
            "accept-reset" => self.accept = Accept::Reset,
            "half-close" => self.accept = Accept::HalfClose,
            "one-mail-only" => self.close_after_mail = true,
            "one-mail-421" => self.second_mail = Some("421 4.7.0 one mail is enough"),
            "late-dot" => self.at(Stage::Dot, Deed::Late(LATE)),
            "late-rcpt" => self.at(Stage::Rcpt, Deed::Late(LATE)),
            "late-dot-552" => {
                self.at(Stage::Dot, Deed::Late(LATE));
                self.second_dot = Some("552 5.2.2 no more");
            }
            "slow-replies" => self.pace = Pace::Slow(Duration::from_millis(650)),
            mode if mode.starts_with("drip-") => self.apply_drip(mode),
            mode if mode.starts_with("banner-") => self.apply_banner(mode),
            mode if mode.starts_with("auth-") => self.apply_auth(mode),
            mode if mode.starts_with("starttls-") => self.apply_starttls(mode),
            mode if mode.starts_with("cert-") || mode.starts_with("tls-") => self.apply_tls(mode),
            mode if mode.starts_with("ehlo-") => self.apply_ehlo(mode),
            mode => self.apply_transaction(mode),
        }
    }

    fn at(&mut self, stage: Stage, deed: Deed) {
        self.deeds.insert(stage, deed);
    }

    fn say(&mut self, stage: Stage, bytes: impl AsRef<[u8]>) {
        self.at(stage, Deed::Say(bytes.as_ref().to_vec()));
    }

    fn apply_drip(&mut self, mode: &str) {
        let delay = match mode {
            "drip-all" => Duration::from_millis(15),
            "drip-gently" => Duration::ZERO,
            _ => Duration::from_millis(300),
        };
        self.pace = Pace::Drip(delay);
        if mode == "drip-forever" {
            self.at(Stage::Banner, Deed::Endless(b"2"));
        }
    }

    fn apply_banner(&mut self, mode: &str) {
        match mode {
            "banner-binary" => self.say(Stage::Banner, b"\x00\xff\xfe\x80\x1b[2J\r\n"),
            "banner-latin1" => self.say(Stage::Banner, b"220 caf\xe9 ESMTP\r\n"),
            "banner-utf8" => self.say(Stage::Banner, "220 café ESMTP 🎉\r\n"),
            "banner-http" => self.say(Stage::Banner, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
            "banner-code-999" => self.say(Stage::Banner, "999 what\r\n"),
            "banner-bare-lf" => self.say(Stage::Banner, "220 bare line feeds\n"),
            "banner-endless" => self.at(Stage::Banner, Deed::Endless(&[b'2'; 4096])),
            _ => unreachable!("{mode}"),
        }
    }

    fn apply_ehlo(&mut self, mode: &str) {
        let huge = |bytes: usize| {
            let line = format!("250-X-FILLER {}\r\n", "x".repeat(85));
            let mut reply = "250-faulty\r\n".to_owned();
            reply.push_str(&line.repeat(bytes / line.len()));
            reply.push_str("250-STARTTLS\r\n250-SIZE 10000000\r\n250 AUTH PLAIN LOGIN\r\n");
            reply
        };
        match mode {
            "ehlo-huge-3k" => self.say(Stage::Ehlo, huge(3_000)),
            "ehlo-huge-5k" => self.say(Stage::Ehlo, huge(5_000)),
            "ehlo-huge-80k" => self.say(Stage::Ehlo, huge(80_000)),
            "ehlo-huge-400k" => self.say(Stage::Ehlo, huge(400_000)),
            "ehlo-endless" => self.at(Stage::Ehlo, Deed::Endless(b"250-X-FILLER\r\n")),
            "ehlo-lowercase" => self.lower_case = true,
            "ehlo-auth-equals" => self.auth.offered = Some("=PLAIN LOGIN"),
            "ehlo-refused" => {
                self.say(Stage::Ehlo, "502 5.5.1 command not implemented\r\n");
                self.offers_starttls = false;
            }
            "ehlo-no-caps" => {
                self.say(Stage::Ehlo, "250 faulty\r\n");
                self.offers_starttls = false;
            }
            _ => unreachable!("{mode}"),
        }
    }

    fn apply_transaction(&mut self, mode: &str) {
        match mode {
            "overlong-line" => self.say(Stage::Ehlo, format!("250 {}\r\n", "x".repeat(100_000))),
            "multiline-endless" => self.at(Stage::Banner, Deed::Endless(b"220-and so on\r\n")),
            "mixed-codes" => self.say(Stage::Ehlo, "250-faulty\r\n550-SIZE 1000\r\n250 STARTTLS\r\n"),
            "unsolicited" => self.extra_after_ehlo = Some("250 2.0.0 extra\r\n"),
            "drop-after-ehlo" => self.close_after_ehlo = true,
            "drop-mid-data" => self.body = Body::Drop,
            "reset-mid-data" => self.body = Body::Reset,
            "stall-mid-data" => self.body = Body::Stall,
            "refuse-mid-data" => self.body = Body::Refuse,
            "data-250" => self.say(Stage::Data, "250 2.0.0 ok\r\n"),
            "mail-354" => self.say(Stage::Mail, "354 go on\r\n"),
            "dot-354" => self.say(Stage::Dot, "354 more\r\n"),
            "multiline-554-dot" => {
                self.say(Stage::Dot, "554-5.7.1 spam\r\n554-5.7.1 really\r\n554 5.7.1 no\r\n")
            }
            "rcpt-mixed" => {
                self.recipients = vec![("second", "550 5.1.1 no such user"), ("third", "451 4.2.1 later")];
            }
            "rcpt-none-354" => {
                self.say(Stage::Rcpt, "550 5.1.1 no such user\r\n");
                self.say(Stage::Data, "354 go on\r\n");
            }
            "greylist" => self.say(Stage::Rcpt, "450 4.7.1 greylisted, try again in 300 seconds\r\n"),
            "size-small" => self.capabilities[0] = "SIZE 1000".to_owned(),
            "no-8bitmime" => {
                self.capabilities.remove(1);
            }
            _ => unreachable!("{mode}"),
        }
    }

    fn apply_starttls(&mut self, mode: &str) {
        const ALL: &str = "250-evil\r\n250 AUTH PLAIN\r\n235 2.7.0 in\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 2.0.0 Ok: queued as EVIL\r\n";
        const ALL_NOAUTH: &str =
            "250 evil\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 2.0.0 Ok: queued as EVIL\r\n";
        let injecting = |more: &str| format!("220 2.0.0 go ahead\r\n{more}");
        match mode {
            "starttls-454" => self.say(Stage::StartTls, "454 4.7.0 TLS not available\r\n"),
            "starttls-250" => self.say(Stage::StartTls, "250 2.0.0 ok\r\n"),
            "starttls-stripped" => self.offers_starttls = false,
            "starttls-garbage" => self.shake = Shake::Garbage,
            "starttls-hang" => self.shake = Shake::Hang,
            "starttls-drop" => self.shake = Shake::Drop,
            "starttls-inject" => self.say(Stage::StartTls, injecting("250 2.0.0 injected\r\n")),
            "starttls-inject-partial" => self.say(Stage::StartTls, injecting("25")),
            "starttls-inject-late" => self.shake = Shake::InjectLate,
            "starttls-inject-all" => self.say(Stage::StartTls, injecting(ALL)),
            "starttls-inject-all-noauth" => self.say(Stage::StartTls, injecting(ALL_NOAUTH)),
            _ => unreachable!("{mode}"),
        }
    }

    fn apply_tls(&mut self, mode: &str) {
        self.implicit_tls = mode.starts_with("tls-") && mode != "tls-plain-port" || mode.ends_with("-tls");
        match mode.trim_end_matches("-tls") {
            "cert-selfsigned" => self.shake = Shake::SelfSigned,
            "cert-expired" => self.shake = Shake::Expired,
            "cert-wronghost" => self.shake = Shake::WrongHost,
            "tls-plain-port" => {}
            "tls-1.2" => self.shake = Shake::Old,
            "tls-hang" => self.shake = Shake::Hang,
            "tls-drop" => self.shake = Shake::Drop,
            _ => unreachable!("{mode}"),
        }
    }

    fn apply_auth(&mut self, mode: &str) {
        let auth = &mut self.auth;
        match mode {
            "auth-login-only" => auth.offered = Some("LOGIN"),
            "auth-plain-only" => auth.offered = Some("PLAIN"),
            "auth-xoauth2-only" => auth.offered = Some("XOAUTH2"),
            "auth-cram-only" => auth.offered = Some("CRAM-MD5"),
            "auth-unknown-only" => auth.offered = Some("FOO BAR"),
            "auth-cram-plain" => auth.offered = Some("CRAM-MD5 PLAIN"),
            "auth-digest-plain" => auth.offered = Some("DIGEST-MD5 PLAIN"),
            "auth-cram-plain-501" => {
                auth.offered = Some("CRAM-MD5 PLAIN");
                auth.refused = Some(("CRAM-MD5", "501 5.5.2 cannot do that"));
            }
            "auth-plain-504-login" => {
                auth.refused = Some(("PLAIN", "504 5.5.4 unrecognized authentication type"));
            }
            "auth-scram-unproven" => {
                auth.offered = Some("SCRAM-SHA-256 PLAIN");
                auth.scram_rounds = 4096;
            }
            "auth-scram-refused" => {
                auth.offered = Some("SCRAM-SHA-256 PLAIN LOGIN");
                auth.refused = Some(("SCRAM-SHA-256", "535 5.7.8 no secret in the database"));
            }
            "auth-scram-empty" => {
                auth.offered = Some("SCRAM-SHA-256 PLAIN");
                auth.cancelled = "454 4.7.0 given up";
            }
            "auth-scram-weak" => {
                auth.offered = Some("SCRAM-SHA-256 PLAIN");
                auth.scram_rounds = 1;
            }
            "auth-none" => auth.offered = None,
            "auth-clear" => self.offers_starttls = false,
            "auth-534" => self.say(Stage::Auth, "534 5.7.9 Application-specific password required\r\n"),
            "auth-535" => self.say(Stage::Auth, "535 5.7.8 authentication failed\r\n"),
            "auth-loop" => auth.endless = true,
            "auth-login-odd-prompts" => {
                auth.offered = Some("LOGIN");
                auth.prompts = ["QmVudXR6ZXJuYW1lPw==", "R2VoZWltbmlzPw=="];
            }
            "auth-login-bad-b64" => {
                auth.offered = Some("LOGIN");
                auth.prompts = ["Username:", "Password:"];
            }
            _ => unreachable!("{mode}"),
        }
    }
}

pub(super) fn stage_named(name: &str) -> Stage {
    match name {
        "banner" => Stage::Banner,
        "ehlo" => Stage::Ehlo,
        "starttls" => Stage::StartTls,
        "auth" => Stage::Auth,
        "mail" => Stage::Mail,
        "rcpt" => Stage::Rcpt,
        "data" => Stage::Data,
        "dot" => Stage::Dot,
        "quit" => Stage::Quit,
        _ => unreachable!("{name}"),
    }
}

fn deed_named(name: &str) -> Deed {
    match name {
        "drop" => Deed::Drop,
        "endless" => Deed::Endless(b"250-and so on\r\n"),
        "hang" => Deed::Hang,
        "421" => Deed::SayAndClose(b"421 4.3.2 closing\r\n".to_vec()),
        "451" => Deed::Say(b"451 4.3.0 try again later\r\n".to_vec()),
        "554" => Deed::Say(b"554 5.0.0 no\r\n".to_vec()),
        _ => unreachable!("{name}"),
    }
}
