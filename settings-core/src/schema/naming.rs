//! The naming rules: one setting's path, variable and heading.

use std::fmt;

/// A setting's place in `config.json`: `EmailSettings.SMTPServer`.
///
/// Keys never contain dots in settings of a struct, so that the joined form is unambiguous. In documents, a path may
/// lead into the entries of a list ([`Path::ENTRY`]) or a map ([`Path::NAMED_ENTRY`]).
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

/// A byte of a path as a variable's name has it.
pub(super) const fn in_variable(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() } else { b'_' }
}
