//! The server's side of the SMTP protocol, without input and output.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::mail::catch::{CatchOptions, Login};
use crate::mail::reply::printable;
use crate::mail::settings::ConnectionSecurity;

/// The number of recipients of one mail.
const RECIPIENT_LIMIT: usize = 1000;
/// The number of refused commands before the connection is closed.
const MISTAKES: usize = 20;

/// The action after a line from the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Sends this reply. Lines are separated by CR LF.
    Say(String),
    /// Sends this reply and closes the connection.
    Close(String),
    /// Accepts STARTTLS and starts TLS.
    StartTls,
    /// Accepts DATA and reads the message.
    Data,
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Dialogue<'o> {
    options: &'o CatchOptions,
    client_name: Option<String>,
    encrypted: bool,
    login: Option<String>,
    /// A login that continues with the next line.
    pending: Option<Pending>,
    sender: Option<String>,
    declared_size: Option<usize>,
    recipients: Vec<String>,
    mistakes: usize,
}

#[derive(Debug)]
enum Pending {
    Plain,
    Username,
    Password(String),
}

/// The envelope of a message, and the client that sent it.
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
            declared_size: None,
            recipients: Vec::new(),
            mistakes: 0,
        }
    }

    /// Resets the state after the TLS handshake (RFC 3207, 4.2).
    pub(super) fn set_encrypted(&mut self) {
        *self = Self { encrypted: true, ..Self::new(self.options) };
    }

    /// Returns the size that the client declared for the message (RFC 1870).
    pub(super) fn declared_size(&self) -> Option<usize> {
        self.declared_size
    }

    /// Takes the envelope of the message that has just ended.
    pub(super) fn take_envelope(&mut self) -> EnvelopeSeen {
        EnvelopeSeen {
            client_name: self.client_name.clone().unwrap_or_default(),
            encrypted: self.encrypted,
            login: self.login.clone(),
            sender: self.sender.take().unwrap_or_default(),
            recipients: std::mem::take(&mut self.recipients),
        }
    }

    /// Returns the action after a line from the client.
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
                return Action::Close("421 4.7.0 too many mistakes".to_owned());
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
            "EHLO" | "HELO" => say("501 5.5.4 a host name is required"),
            "STARTTLS" => self.starttls(),
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.reset_mail();
                say("250 2.0.0 ok")
            }
            "NOOP" => say("250 2.0.0 ok"),
            "QUIT" => Action::Close("221 2.0.0 bye".to_owned()),
            "VRFY" => say("252 2.1.5 not verified"),
            verb => Action::Say(format!("500 5.5.2 {}: unknown command", printable(verb.as_bytes()))),
        }
    }

    fn hello(&mut self, name: &str, extended: bool) -> Action {
        self.client_name = Some(printable(name.as_bytes()));
        self.reset_mail();
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

    /// A login without encryption is accepted only if encryption is not offered.
    fn can_log_in(&self) -> bool {
        let offered = !matches!(self.options.login, Login::NotOffered);
        offered && (self.encrypted || self.options.security == ConnectionSecurity::None)
    }

    fn starttls(&self) -> Action {
        match (self.can_encrypt(), self.client_name.is_some()) {
            (true, true) => Action::StartTls,
            (true, false) => say("503 5.5.1 send EHLO first"),
            (false, _) => say("502 5.5.1 STARTTLS is not offered"),
        }
    }

    fn auth(&mut self, rest: &str) -> Action {
        if !self.can_log_in() {
            return say(if self.can_encrypt() {
                "538 5.7.11 send STARTTLS first"
            } else {
                "502 5.5.1 AUTH is not offered"
            });
        }
        if self.login.is_some() {
            return say("503 5.5.1 already logged in");
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let pending = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Pending::Plain,
            "LOGIN" => Pending::Username,
            _ => return say("504 5.5.4 only PLAIN and LOGIN are supported"),
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
            return say("501 5.7.0 login cancelled");
        }
        let Some(text) = STANDARD.decode(line).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return say("501 5.5.2 not valid Base64");
        };
        match pending {
            Pending::Plain => {
                let mut parts = text.split('\0').skip(1);
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(username), Some(password), None) => self.check_login(username, password),
                    _ => say("501 5.5.2 PLAIN requires three parts"),
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
        let accepted = match &self.options.login {
            Login::NotOffered => false,
            Login::Any => true,
            Login::Only { username, password } => name == username && given == password.expose(),
        };
        if !accepted {
            return say("535 5.7.8 wrong user name or password");
        }
        self.login = Some(printable(name.as_bytes()));
        say("235 2.7.0 welcome")
    }

    fn mail(&mut self, rest: &str) -> Action {
        if self.client_name.is_none() {
            return say("503 5.5.1 send EHLO first");
        }
        if self.can_encrypt() {
            return say("530 5.7.0 send STARTTLS first");
        }
        if matches!(self.options.login, Login::Only { .. }) && self.login.is_none() {
            return say("530 5.7.0 log in first");
        }
        if self.sender.is_some() {
            return say("503 5.5.1 the sender is already set");
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
        self.declared_size = size;
        say("250 2.1.0 sender ok")
    }

    fn rcpt(&mut self, rest: &str) -> Action {
        if self.sender.is_none() {
            return say("503 5.5.1 send MAIL first");
        }
        match path(rest, "TO:") {
            Some((address, _)) if !address.is_empty() => {
                if self.recipients.len() >= RECIPIENT_LIMIT {
                    return say("452 4.5.3 too many recipients");
                }
                self.recipients.push(address);
                say("250 2.1.5 recipient ok")
            }
            _ => say("501 5.5.4 RCPT TO:<address>"),
        }
    }

    fn data(&self) -> Action {
        match (self.sender.is_some(), self.recipients.is_empty()) {
            (false, _) => say("503 5.5.1 send MAIL first"),
            (true, true) => say("554 5.5.1 there is no recipient"),
            (true, false) => Action::Data,
        }
    }

    fn reset_mail(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }
}

fn say(text: &str) -> Action {
    Action::Say(text.to_owned())
}

/// Splits `FROM:<address> parameters` into the address and the parameters.
fn path<'t>(text: &'t str, word: &str) -> Option<(String, &'t str)> {
    let (start, rest) = text.split_at_checked(word.len())?;
    if !start.eq_ignore_ascii_case(word) {
        return None;
    }
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some((printable(address.as_bytes()), parameters))
}
