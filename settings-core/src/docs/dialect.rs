//! The form and the words of reference pages.

use std::borrow::Cow;

use super::form::{Format, Style};
use crate::FileFormat;
use crate::schema::Section;

/// The form of a program's reference pages: the configuration file that they name, the places of a setting that they
/// state, and their layout.
///
/// ```
/// use settings_core::docs::{self, Dialect, Style};
/// # use settings_core::Settings;
/// # /// A chat server.
/// # #[derive(Settings)]
/// # #[settings(env_prefix = "CHAT", page = "Chat")]
/// # struct ChatSettings {
/// #     /// The port of the server.
/// #     #[setting(default = 8065)]
/// #     port: u16,
/// # }
///
/// let dialect = Dialect::new("chat.toml").style(Style::Heading);
/// let pages = docs::from_schema_in(ChatSettings::SCHEMA, &dialect);
/// let text = docs::render(&pages[0], dialect.page_style(), dialect.page_format());
/// assert!(text.contains("- ``chat.toml`` setting: ``Port``\n- Environment variable: ``CHAT_PORT``"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    file: Cow<'static, str>,
    file_format: Option<FileFormat>,
    console: bool,
    /// With a slash at its end.
    console_address: Option<String>,
    members: bool,
    style: Style,
    format: Format,
}

impl Dialect {
    /// The dialect of a program whose configuration file has this name: dotted paths, sizes and durations with units,
    /// no System Console. The ending of the name is the format of the file.
    pub fn new(file: impl Into<Cow<'static, str>>) -> Self {
        Self {
            file: file.into(),
            file_format: None,
            console: false,
            console_address: None,
            members: false,
            style: Style::default(),
            format: Format::default(),
        }
    }

    /// The dialect of the reference server: `config.json`, a System Console, paths written as members of JSON
    /// (`".EmailSettings.SMTPPort",`), and numbers without units.
    pub fn reference() -> Self {
        Self { console: true, members: true, ..Self::new(WORDS.file) }
    }

    /// The dialect of a program by its settings: that of the reference server if a setting is on a page of a System
    /// Console, and otherwise [`Dialect::new`] with `config.json`.
    pub fn of(root: &'static Section) -> Self {
        let has_console = root.leaves_with_entries().any(|leaf| leaf.console.is_some());
        if has_console { Self::reference() } else { Self::new(WORDS.file) }
    }

    /// Sets the name of the configuration file.
    #[must_use]
    pub fn file(mut self, file: impl Into<Cow<'static, str>>) -> Self {
        self.file = file.into();
        self
    }

    /// Sets the format of a configuration file whose name doesn't show it.
    #[must_use]
    pub fn file_format(mut self, format: FileFormat) -> Self {
        self.file_format = Some(format);
        self
    }

    /// Sets whether pages name the place of a setting in the System Console.
    #[must_use]
    pub fn console(mut self, console: bool) -> Self {
        self.console = console;
        self
    }

    /// Sets the address of the System Console, such as `https://chat.example.com/admin/console`. Each setting of the pages
    /// links to its place there.
    ///
    /// ```
    /// use settings_core::Settings;
    /// use settings_core::docs::{self, Dialect};
    /// # use settings_core::reference::ServerSettings;
    ///
    /// let dialect = Dialect::reference().console_address("https://chat.example.com/console");
    /// let pages = docs::from_schema_in(ServerSettings::SCHEMA, &dialect);
    /// let text = docs::render(&pages[0], dialect.page_style(), dialect.page_format());
    /// assert!(text.contains("<https://chat.example.com/console/s/EmailSettings.SMTPServer>`__"));
    /// ```
    #[must_use]
    pub fn console_address(mut self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.console_address = Some(if address.ends_with('/') { address } else { format!("{address}/") });
        self
    }

    /// Sets the layout of the pages.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Sets the language of the pages.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The layout of the pages.
    pub fn page_style(&self) -> Style {
        self.style
    }

    /// The language of the pages.
    pub fn page_format(&self) -> Format {
        self.format
    }

    /// The name of the configuration file.
    pub fn file_name(&self) -> &str {
        &self.file
    }

    /// The format of the configuration file.
    pub fn config_format(&self) -> FileFormat {
        self.file_format.unwrap_or_else(|| FileFormat::from_path(&*self.file))
    }

    /// Whether pages name the place of a setting in the System Console.
    pub(super) fn has_console(&self) -> bool {
        self.console
    }

    /// The bullet that links a setting to its place in the System Console, if the address is known.
    pub(super) fn console_link(&self, path: &str) -> Option<String> {
        let address = self.console_address.as_deref()?;
        // an entry is on the page of its list or map
        let setting = path.split(['[', '<']).next().unwrap_or_default().trim_end_matches('.');
        let mut link = format!("{address}s/");
        for byte in setting.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => link.push(byte.into()),
                byte => link.push_str(&format!("%{byte:02X}")),
            }
        }
        Some(format!("`{} <{link}>`__", WORDS.open_console))
    }

    /// Whether paths are written as members of JSON, with the words of the reference server.
    pub(super) fn has_members(&self) -> bool {
        self.members
    }

    /// The words of a line that names a setting's place in the file, if they aren't the rule's.
    pub(super) fn config_words(&self, path: &str, default: Option<&str>) -> Option<String> {
        let (file, word) = (&self.file, WORDS.file_label);
        match (self.members, default) {
            (true, _) if self.file == WORDS.file => None,
            (true, Some(default)) => Some(format!("``{file} {word}``: ``\".{path}\": {default},``")),
            (true, None) => Some(format!("``{file} {word}``: ``\".{path}\",``")),
            (false, _) => Some(format!("``{file}`` {word}: ``{path}``")),
        }
    }
}

/// The endings of names of configuration files.
pub(super) const FILE_ENDINGS: [&str; 6] = [".json", ".jsonc", ".json5", ".toml", ".yaml", ".yml"];

/// The words and conventions of the pages that are read and written.
///
/// There is one instance, [`WORDS`]. Everything else in this module tree works with these words, and doesn't repeat
/// them.
pub(super) struct PageWords {
    /// The label of a path in the System Console.
    pub(super) console: &'static str,
    /// Another label of the same, which is read but not written.
    pub(super) console_other: &'static str,
    /// The text of a link to a setting in the System Console.
    pub(super) open_console: &'static str,
    /// The configuration file.
    pub(super) file: &'static str,
    /// The word after the file's name.
    pub(super) file_label: &'static str,
    /// The label of a variable.
    pub(super) env: &'static str,
    /// The start of the sentence in a table with one cell.
    pub(super) feature: &'static str,
    /// The text in place of a name that does not exist.
    pub(super) absent: &'static str,
    /// The suffix of the names of sections.
    pub(super) section_suffix: &'static str,
    /// The section of maps, whose paths have keys of other programs.
    pub(super) map_section: &'static str,
    /// Its maps, and the number of keys in a path into them.
    pub(super) maps: [&'static str; 2],
    pub(super) map_path_length: usize,
    /// The lead of hints, by the kind of input.
    pub(super) number: &'static str,
    pub(super) number_in: &'static str,
    pub(super) decimal: &'static str,
    pub(super) text: &'static str,
    pub(super) number_list: &'static str,
    pub(super) text_list: &'static str,
    pub(super) list: &'static str,
    pub(super) duration: &'static str,
    pub(super) size: &'static str,
    pub(super) boolean: &'static str,
    pub(super) map: &'static str,
    pub(super) json: &'static str,
    /// The lead of a default in a hint.
    pub(super) default_is: &'static str,
    /// The words for an empty default after it.
    pub(super) empty: &'static str,
}

/// The words of the pages.
pub(super) const WORDS: PageWords = PageWords {
    console: "System Config path",
    console_other: "System Console path",
    open_console: "Open in the System Console",
    file: "config.json",
    file_label: "setting",
    env: "Environment variable",
    feature: "This feature",
    absent: "N/A",
    section_suffix: "Settings",
    map_section: "PluginSettings",
    maps: ["Plugins", "PluginStates"],
    map_path_length: 4,
    number: "Numerical input",
    number_in: "Numerical value in",
    decimal: "Decimal input",
    text: "String input",
    number_list: "Numerical array input",
    text_list: "String array input",
    list: "List input",
    duration: "Duration input in",
    size: "Size input in",
    boolean: "Boolean input",
    map: "Map input",
    json: "JSON input",
    default_is: "Default is",
    empty: "empty",
};

impl PageWords {
    /// Returns true if the text says that there is no name.
    pub(super) fn is_absent(&self, text: &str) -> bool {
        text.eq_ignore_ascii_case(self.absent)
    }

    /// Returns true if a key is the name of a section.
    pub(super) fn is_section(&self, key: &str) -> bool {
        key.ends_with(self.section_suffix)
    }
}
