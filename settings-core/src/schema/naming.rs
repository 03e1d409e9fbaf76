//! The naming rules: one setting's path, variable and heading.

use std::fmt;

use super::{Kind, Member, Segment};

/// A setting's place in `config.json`: `EmailSettings.SMTPServer`.
///
/// A key may contain dots; two settings of a program never have the same joined form. In documents, a path may lead into
/// the entries of a list ([`Path::ENTRY`]) or a map ([`Path::NAMED_ENTRY`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<&'static str>);

impl Path {
    /// The key that stands for an entry of a list: `Upstreams[0].URL`.
    pub const ENTRY: &'static str = "[0]";

    /// The key that stands for an entry of a map: `Providers.<name>.ClientID`.
    pub const NAMED_ENTRY: &'static str = "<name>";

    /// The path with these keys, from the outermost section's to the setting's.
    pub fn new(keys: Vec<&'static str>) -> Self {
        Self(keys)
    }

    /// The keys, from the outermost section's to the setting's.
    pub fn keys(&self) -> &[&'static str] {
        &self.0
    }

    /// The setting's own key.
    pub fn key(&self) -> &'static str {
        self.0.last().copied().unwrap_or_default()
    }

    /// The path of an old name of the setting: a bare key is in the same section, a dotted one starts at the root.
    ///
    /// ```
    /// use settings_core::schema::Path;
    ///
    /// let path = Path::new(vec!["EmailSettings", "SMTPServer"]);
    /// assert_eq!(path.old_name("SMTPHost").to_string(), "EmailSettings.SMTPHost");
    /// assert_eq!(path.old_name("Mail.Host").keys(), ["Mail", "Host"]);
    /// ```
    #[must_use]
    pub fn old_name(&self, alias: &'static str) -> Self {
        if alias.contains('.') {
            return Self(alias.split('.').collect());
        }
        let sections = self.0.split_last().map_or(&[][..], |(_, sections)| sections);
        Self(sections.iter().copied().chain([alias]).collect())
    }

    /// The variable that sets it.
    ///
    /// ```
    /// use settings_core::schema::Path;
    ///
    /// let path = Path::new(vec!["EmailSettings", "SMTPServer"]);
    /// assert_eq!(path.env_name("MM"), "MM_EMAILSETTINGS_SMTPSERVER");
    /// ```
    pub fn env_name(&self, prefix: &str) -> String {
        env_name(prefix, &self.to_string())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            if i > 0 && *key != Self::ENTRY {
                f.write_str(".")?;
            }
            f.write_str(key)?;
        }
        Ok(())
    }
}

/// The variable of a dotted path: the prefix, then the path in upper case, dots and all else that a variable
/// cannot hold as `_`. An index is a segment of its own, and a placeholder stays one.
///
/// ```
/// use settings_core::schema::env_name;
///
/// assert_eq!(env_name("MM", "EmailSettings.SMTPPort"), "MM_EMAILSETTINGS_SMTPPORT");
/// assert_eq!(env_name("MM", "Upstreams[0].URL"), "MM_UPSTREAMS_0_URL");
/// assert_eq!(env_name("MM", "Providers.<name>.URL"), "MM_PROVIDERS_<NAME>_URL");
/// ```
pub fn env_name(prefix: &str, path: &str) -> String {
    let mut name = String::with_capacity(prefix.len() + 1 + path.len());
    if !prefix.is_empty() {
        name.push_str(prefix);
        name.push('_');
    }
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        rest = if let Some((number, after)) = index(rest) {
            name.push('_');
            name.push_str(number);
            after
        } else if let Some(after) = rest.strip_prefix(Path::NAMED_ENTRY) {
            name.push_str(&Path::NAMED_ENTRY.to_ascii_uppercase());
            after
        } else {
            name.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
            rest.get(c.len_utf8()..).unwrap_or_default()
        };
    }
    name
}

/// The number of `[3]` at the start, and the rest.
fn index(path: &str) -> Option<(&str, &str)> {
    let (number, after) = path.strip_prefix('[')?.split_once(']')?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((number, after))
}

/// The form of the variables that follow from paths.
///
/// By default, a variable is the path in capitals, with `_` between its keys: `CHAT_LIMITS_MAXIDLE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VariableStyle {
    /// True if variables have no prefix: `LIMITS_MAXIDLE`.
    pub without_prefix: bool,
    /// True if the words of a key are kept apart: `CHAT_LIMITS_MAX_IDLE`.
    pub words_apart: bool,
    /// The text between two keys: `_`, or `__` for `CHAT_LIMITS__MAXIDLE`.
    pub separator: &'static str,
}

impl VariableStyle {
    /// The form by default.
    pub const DEFAULT: Self = Self { without_prefix: false, words_apart: false, separator: "_" };

    /// Removes the prefix.
    #[must_use]
    pub const fn without_prefix(mut self) -> Self {
        self.without_prefix = true;
        self
    }

    /// Keeps the words of a key apart.
    #[must_use]
    pub const fn words_apart(mut self) -> Self {
        self.words_apart = true;
        self
    }

    /// Sets the text between two keys.
    #[must_use]
    pub const fn separator(mut self, separator: &'static str) -> Self {
        self.separator = separator;
        self
    }

    /// Returns a key in the form that it has in a variable.
    ///
    /// ```
    /// use settings_core::schema::VariableStyle;
    ///
    /// assert_eq!(VariableStyle::DEFAULT.key("maxIdle"), "MAXIDLE");
    /// assert_eq!(VariableStyle::DEFAULT.words_apart().key("EnableSMTPAuth"), "ENABLE_SMTP_AUTH");
    /// ```
    pub fn key(self, key: &str) -> String {
        let mut name = String::with_capacity(key.len());
        for (at, c) in key.char_indices() {
            if self.words_apart && begins_word(key.as_bytes(), at) {
                name.push('_');
            }
            name.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        }
        name
    }

    /// Returns the variable of a path.
    ///
    /// ```
    /// use settings_core::schema::{Path, VariableStyle};
    ///
    /// let style = VariableStyle::DEFAULT.words_apart().separator("__");
    /// assert_eq!(style.variable("P", &["Proxy", "maxIdle"]), "P_PROXY__MAX_IDLE");
    /// assert_eq!(style.variable("P", &["Servers", Path::ENTRY, "maxIdle"]), "P_SERVERS__0__MAX_IDLE");
    /// ```
    pub fn variable<K: AsRef<str>>(self, prefix: &str, keys: &[K]) -> String {
        let mut name = prefix.to_owned();
        for (at, key) in keys.iter().enumerate() {
            match (at, prefix) {
                (0, "") => {}
                (0, _) => name.push('_'),
                _ => name.push_str(self.separator),
            }
            match key.as_ref() {
                Path::ENTRY => name.push('0'),
                Path::NAMED_ENTRY => name.push_str(&Path::NAMED_ENTRY.to_ascii_uppercase()),
                key => name.push_str(&self.key(key)),
            }
        }
        name
    }

    /// Returns the end of the variable of a part of a value. The words of a map's keys are not kept apart, because they are
    /// the operator's.
    pub(crate) fn part(self, kind: &Kind, part: &[Segment]) -> String {
        let mut kind = Some(*kind);
        let keys = part.iter().map(|segment| {
            let of = kind.map(|kind| *kind.required());
            let (text, below) = match (segment, of) {
                (Segment::Index(number), Some(Kind::List(of) | Kind::Set(of))) => {
                    (number.to_string(), Some(*of))
                }
                (Segment::Index(number), _) => (number.to_string(), None),
                (Segment::Key(key), Some(Kind::Section(section))) => {
                    let member = section.members.iter().find(|member| member.key() == key);
                    let below = member.map(|member| match member {
                        Member::Setting(setting) => setting.kind,
                        Member::Section { section, .. } => Kind::Section(section),
                    });
                    (self.key(key), below)
                }
                (Segment::Key(key), Some(Kind::Map { of, .. })) => (Self::DEFAULT.key(key), Some(*of)),
                (Segment::Key(key), _) => (Self::DEFAULT.key(key), None),
            };
            kind = below;
            text
        });
        keys.collect::<Vec<_>>().join(self.separator)
    }
}

/// Returns whether a word of the key begins at this byte, but not the first one: at a capital after a small letter or
/// a digit, and at the last capital of an acronym that a small letter follows (`SMTPAuth`, but not `URLs`).
pub(super) const fn begins_word(key: &[u8], at: usize) -> bool {
    let (before, rest) = key.split_at(at);
    let ([.., last], [first, after @ ..]) = (before, rest) else { return false };
    if !first.is_ascii_uppercase() {
        return false;
    }
    let plural = matches!(after, [b's'] | [b's', b'A'..=b'Z' | b'_' | b'-' | b'.', ..]);
    match last {
        b'a'..=b'z' | b'0'..=b'9' => true,
        b'A'..=b'Z' => matches!(after, [b'a'..=b'z', ..]) && !plural,
        _ => false,
    }
}

/// Returns whether a text can be the key of a setting or section: ASCII letters, digits, `_`, and between them `-` and
/// single dots.
pub(crate) fn is_key(key: &str) -> bool {
    let is_end = |c: char| c.is_ascii_alphanumeric() || c == '_';
    key.starts_with(is_end)
        && !key.ends_with(['.', '-'])
        && !key.contains("..")
        && key.chars().all(|c| is_end(c) || matches!(c, '-' | '.'))
}

/// A byte of a path as a variable's name has it.
pub(super) const fn in_variable(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() } else { b'_' }
}
