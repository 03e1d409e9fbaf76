//! What the server answers to what; no input or output here.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{CatchOptions, Login};
use crate::mail::{reply::printable, settings::ConnectionSecurity};

/// Recipients of one mail.
const RECIPIENT_LIMIT: usize = 1000;
/// Refused commands after which a client is shown the door.
const MISTAKES: usize = 20;

/// What to do after a line of the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Say this; lines are parted by CR LF.
    Say(String),
    /// Say this and close.
    Leave(String),
    /// Agree to encrypt and do so.
    StartTls,
    /// Ask for the message and read it.
    Data,
}

/// The state of one conversation.
#[derive(Debug)]
pub(super) struct Dialogue<'o> {
    options: &'o CatchOptions,
    client_name: Option<String>,
    encrypted: bool,
    login: Option<String>,
    /// A login that waits for its next line.
    pending: Option<Pending>,
    sender: Option<String>,
    recipients: Vec<String>,
    mistakes: usize,
}

#[derive(Debug)]
enum Pending {
    Plain,
    Username,
    Password(String),
}

/// Who sends what to whom, taken out at the message's end.
#[derive(Debug)]
pub(super) struct EnvelopeSeen {
    pub(super) client_name: String,
    pub(super) encrypted: bool,
    pub(super) login: Option<String>,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
}

impl<'o> Dialogue<'o> {
    pub(super) fn new(options: &'o CatchOptions) -> Self {
        Self {
            options,
            client_name: None,
            encrypted: false,
            login: None,
            pending: None,
            sender: None,
            recipients: Vec::new(),
            mistakes: 0,
        }
    }

    /// TLS stands; all that was said before is forgotten (RFC 3207, 4.2).
    pub(super) fn now_encrypted(&mut self) {
        *self = Self { encrypted: true, ..Self::new(self.options) };
    }

    /// The envelope of the message that has just ended.
    pub(super) fn take_envelope(&mut self) -> EnvelopeSeen {
        EnvelopeSeen {
            client_name: self.client_name.clone().unwrap_or_default(),
            encrypted: self.encrypted,
            login: self.login.clone(),
            sender: self.sender.take().unwrap_or_default(),
            recipients: std::mem::take(&mut self.recipients),
        }
    }

    /// What to do after this line.
    pub(super) fn answer(&mut self, line: &str) -> Action {
        let action = match self.pending.take() {
            Some(pending) => self.continue_login(pending, line.trim_end()),
            None => self.command(line),
        };
        if let Action::Say(text) = &action
            && text.starts_with('5')
        {
            self.mistakes += 1;
            if self.mistakes > MISTAKES {
                return Action::Leave("421 4.7.0 too many mistakes".to_owned());
            }
        }
        action
    }

    fn command(&mut self, line: &str) -> Action {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.trim_end().to_ascii_uppercase().as_str() {
            "EHLO" if !rest.is_empty() => self.hello(rest, true),
            "HELO" if !rest.is_empty() => self.hello(rest, false),
            "EHLO" | "HELO" => say("501 5.5.4 say by which name you go"),
            "STARTTLS" => self.starttls(),
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.forget_mail();
                say("250 2.0.0 forgotten")
            }
            "NOOP" => say("250 2.0.0 fine"),
            "QUIT" => Action::Leave("221 2.0.0 goodbye".to_owned()),
            "VRFY" => say("252 2.1.5 send it and see"),
            verb => Action::Say(format!("500 5.5.2 {} is no command here", printable(verb.as_bytes()))),
        }
    }

    fn hello(&mut self, name: &str, extended: bool) -> Action {
        self.client_name = Some(printable(name.as_bytes()));
        self.forget_mail();
        if !extended {
            return say("250 localhost");
        }
        let mut lines = vec!["localhost".to_owned(), "PIPELINING".to_owned(), "8BITMIME".to_owned()];
        lines.extend(["SMTPUTF8".to_owned(), "ENHANCEDSTATUSCODES".to_owned()]);
        lines.push(format!("SIZE {}", self.options.size_limit));
        if self.can_encrypt() {
            lines.push("STARTTLS".to_owned());
        }
        if self.can_log_in() {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        let last = lines.len() - 1;
        let lines: Vec<String> = lines
            .into_iter()
            .enumerate()
            .map(|(at, line)| format!("250{}{line}", if at == last { ' ' } else { '-' }))
            .collect();
        Action::Say(lines.join("\r\n"))
    }

    fn can_encrypt(&self) -> bool {
        self.options.security == ConnectionSecurity::StartTls && !self.encrypted
    }

    /// A login in clear is taken only where no encryption can be had.
    fn can_log_in(&self) -> bool {
        let offered = !matches!(self.options.login, Login::NotOffered);
        offered && (self.encrypted || self.options.security == ConnectionSecurity::None)
    }

    fn starttls(&self) -> Action {
        match (self.can_encrypt(), self.client_name.is_some()) {
            (true, true) => Action::StartTls,
            (true, false) => say("503 5.5.1 say EHLO first"),
            (false, _) => say("502 5.5.1 STARTTLS is not offered"),
        }
    }

    fn auth(&mut self, rest: &str) -> Action {
        if !self.can_log_in() {
            return say(if self.can_encrypt() {
                "538 5.7.11 say STARTTLS first"
            } else {
                "502 5.5.1 AUTH is not offered"
            });
        }
        if self.login.is_some() {
            return say("503 5.5.1 you are logged in already");
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let pending = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Pending::Plain,
            "LOGIN" => Pending::Username,
            _ => return say("504 5.5.4 PLAIN and LOGIN are the mechanisms here"),
        };
        match (initial.trim(), &pending) {
            ("", Pending::Plain) => {
                self.pending = Some(pending);
                say("334 ")
            }
            ("", _) => {
                self.pending = Some(pending);
                say("334 VXNlcm5hbWU6")
            }
            ("=", _) => self.continue_login(pending, ""),
            (initial, _) => self.continue_login(pending, initial),
        }
    }

    fn continue_login(&mut self, pending: Pending, line: &str) -> Action {
        if line == "*" {
            return say("501 5.7.0 login given up");
        }
        let Some(text) = STANDARD.decode(line).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return say("501 5.5.2 that is not Base64");
        };
        match pending {
            Pending::Plain => {
                let mut parts = text.split('\0').skip(1);
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(username), Some(password), None) => self.check_login(username, password),
                    _ => say("501 5.5.2 PLAIN wants three parts"),
                }
            }
            Pending::Username => {
                self.pending = Some(Pending::Password(text));
                say("334 UGFzc3dvcmQ6")
            }
            Pending::Password(username) => self.check_login(&username, &text),
        }
    }

    fn check_login(&mut self, name: &str, given: &str) -> Action {
        let right = match &self.options.login {
            Login::NotOffered => false,
            Login::Anybody => true,
            Login::Only { username, password } => name == username && given == password.expose(),
        };
        if !right {
            return say("535 5.7.8 wrong name or password");
        }
        self.login = Some(printable(name.as_bytes()));
        say("235 2.7.0 welcome")
    }

    fn mail(&mut self, rest: &str) -> Action {
        if self.client_name.is_none() {
            return say("503 5.5.1 say EHLO first");
        }
        if self.can_encrypt() {
            return say("530 5.7.0 say STARTTLS first");
        }
        if matches!(self.options.login, Login::Only { .. }) && self.login.is_none() {
            return say("530 5.7.0 log in first");
        }
        if self.sender.is_some() {
            return say("503 5.5.1 the sender is known already");
        }
        let Some((address, parameters)) = path(rest, "FROM:") else {
            return say("501 5.5.4 MAIL FROM:<address>");
        };
        let size = parameters.split_ascii_whitespace().find_map(|word| {
            let (name, value) = word.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| value.parse::<usize>().unwrap_or(usize::MAX))
        });
        if size.is_some_and(|size| size > self.options.size_limit) {
            return say("552 5.3.4 the message is too large");
        }
        self.sender = Some(address);
        say("250 2.1.0 sender noted")
    }

    fn rcpt(&mut self, rest: &str) -> Action {
        if self.sender.is_none() {
            return say("503 5.5.1 say MAIL first");
        }
        match path(rest, "TO:") {
            Some((address, _)) if !address.is_empty() => {
                if self.recipients.len() >= RECIPIENT_LIMIT {
                    return say("452 4.5.3 too many recipients");
                }
                self.recipients.push(address);
                say("250 2.1.5 recipient noted")
            }
            _ => say("501 5.5.4 RCPT TO:<address>"),
        }
    }

    fn data(&self) -> Action {
        match (self.sender.is_some(), self.recipients.is_empty()) {
            (false, _) => say("503 5.5.1 say MAIL first"),
            (true, true) => say("554 5.5.1 there is no recipient"),
            (true, false) => Action::Data,
        }
    }

    fn forget_mail(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }
}

fn say(text: &str) -> Action {
    Action::Say(text.to_owned())
}

/// The address of `FROM:<address> parameters`, and the parameters.
fn path<'t>(text: &'t str, word: &str) -> Option<(String, &'t str)> {
    let (start, rest) = text.split_at_checked(word.len())?;
    if !start.eq_ignore_ascii_case(word) {
        return None;
    }
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some((printable(address.as_bytes()), parameters))
}
