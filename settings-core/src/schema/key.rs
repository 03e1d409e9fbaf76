//! The names of settings as constants of their structs.

use std::fmt;

use super::{DefaultValue, Kind, Member, Path, Section, Setting};

/// One setting of a section, as a constant that the derive adds to its struct: `EmailSettings::SMTP_PORT`.
///
/// Code that names a setting (a hint, an error message, a test, a front end) says the constant in place of a path, so
/// that a renamed key is followed everywhere and a removed setting is a compile error.
///
/// ```
/// use settings_core::Settings;
/// use settings_core::schema::Names;
///
/// /// Outgoing mail.
/// #[derive(Settings)]
/// #[settings(section = "EmailSettings")]
/// struct EmailSettings {
///     /// The port of the SMTP server.
///     #[setting(key = "SMTPPort", default = 25)]
///     smtp_port: u16,
/// }
///
/// /// All settings of a server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct ServerSettings {
///     #[settings(section = "Outgoing")]
///     email: EmailSettings,
/// }
///
/// let port = EmailSettings::SMTP_PORT;
/// assert_eq!(port.key(), "SMTPPort");
/// assert_eq!(port.to_string(), "EmailSettings.SMTPPort");
///
/// // A program may give the section another key.
/// let names = Names::of(ServerSettings::SCHEMA);
/// assert_eq!(names.path(port).to_string(), "Outgoing.SMTPPort");
/// assert_eq!(names.variable(port).as_deref(), Some("CHAT_OUTGOING_SMTPPORT"));
/// ```
#[derive(Clone, Copy)]
pub struct Key {
    section: &'static Section,
    setting: &'static Setting,
}

impl Key {
    /// No setting at all.
    pub(crate) const NONE: Self = {
        static NONE: Setting = Setting::new("", "", Kind::Bool, DefaultValue::None);
        static EMPTY: Section = Section::new("", &[]);
        Self { section: &EMPTY, setting: &NONE }
    };

    /// The setting of the struct's field number `index`.
    ///
    /// # Panics
    /// At compile time, if that field is not a setting.
    #[doc(hidden)]
    #[expect(clippy::panic, clippy::indexing_slicing, reason = "evaluated at compile time only")]
    pub const fn new(section: &'static Section, index: usize) -> Self {
        match &section.members[index] {
            Member::Setting(setting) => Self { section, setting },
            Member::Section { .. } => panic!("a nested section is not a setting"),
        }
    }

    /// The setting's key inside its section: `SMTPPort`.
    pub const fn key(self) -> &'static str {
        self.setting.key
    }

    /// The setting's metadata.
    pub const fn setting(self) -> &'static Setting {
        self.setting
    }

    /// The metadata of the struct that the setting belongs to.
    pub const fn section(self) -> &'static Section {
        self.section
    }

    /// The path of the setting where its section has its own key and is not nested: `EmailSettings.SMTPPort`.
    ///
    /// [`Names::path`] returns the path in a program.
    pub fn path(self) -> Path {
        let section = Some(self.section.key).filter(|key| !key.is_empty());
        Path::new(section.into_iter().chain([self.setting.key]).collect())
    }

    /// The variable of the setting where its section has its own key: `MM_EMAILSETTINGS_SMTPPORT`.
    ///
    /// [`Names::variable`] returns the variable in a program.
    pub fn variable(self, prefix: &str) -> String {
        self.path().env_name(prefix)
    }
}

impl fmt::Display for Key {
    /// Writes [`Key::path`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.section.key.is_empty() {
            write!(f, "{}.", self.section.key)?;
        }
        f.write_str(self.setting.key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

impl PartialEq for Key {
    /// Compares the fields of the structs that the keys name.
    ///
    /// A section is one static, but the settings in it are constants, which may be in memory more than once.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.section, other.section) && self.setting.key == other.setting.key
    }
}

impl Eq for Key {}

/// The names that settings have in a program, where their sections may be nested under other keys.
///
/// By default, there is no program, and each section has its own key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names {
    root: Option<&'static Section>,
}

impl Names {
    /// The names in the program with this root, such as `ServerSettings::SCHEMA`.
    pub const fn of(root: &'static Section) -> Self {
        Self { root: Some(root) }
    }

    /// The path of the setting in the program. Of a section that the program nests more than once, the first place
    /// counts; a section that it does not nest has its own key.
    pub fn path(self, key: Key) -> Path {
        self.path_in_program(key).unwrap_or_else(|| key.path())
    }

    /// The variable that sets the setting; `None` where the program reads no environment or does not nest the section.
    pub fn variable(self, key: Key) -> Option<String> {
        self.root?.variable(&self.path_in_program(key)?, key.setting)
    }

    fn path_in_program(self, key: Key) -> Option<Path> {
        let root = self.root?;
        let mut keys = Vec::new();
        if !root.key.is_empty() {
            keys.push(root.key);
        }
        find(root, key.section, &mut keys).then(|| {
            keys.push(key.setting.key);
            Path::new(keys)
        })
    }
}

/// Returns whether the settings of `wanted` are settings of `section`: it is the same, or flattened into it.
fn holds(section: &'static Section, wanted: &'static Section) -> bool {
    std::ptr::eq(section, wanted) || section.flattened.iter().any(|flattened| holds(flattened, wanted))
}

/// Extends `keys`, which lead to `section`, by those that lead on to `wanted`.
fn find(section: &'static Section, wanted: &'static Section, keys: &mut Vec<&'static str>) -> bool {
    if holds(section, wanted) {
        return true;
    }
    for member in section.members {
        if let Member::Section { key, section, .. } = member {
            keys.push(key);
            if find(section, wanted, keys) {
                return true;
            }
            keys.pop();
        }
    }
    false
}
