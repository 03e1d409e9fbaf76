//! One struct of settings: `EmailSettings`.

use super::{Address, EmptyVariables, Path, Removed, Rule, Setting, Unknown, VariableStyle, Variant};

/// One annotated struct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Section {
    /// The key in `config.json` that the struct names; empty where it names none, as a program's root does.
    pub key: &'static str,
    /// The prefix of the variables that follow from paths, without the underscore: `MM`. Only a program's root has one.
    /// An empty prefix means that there are no such variables, unless [`VariableStyle::without_prefix`] is true.
    pub env_prefix: Option<&'static str>,
    /// The form of the variables that follow from paths.
    pub variable_style: VariableStyle,
    /// The reference page of its settings.
    pub page: Option<&'static str>,
    /// The System Console page where its settings are edited: `Environment > SMTP`.
    pub console: Option<&'static str>,
    /// The documentation (Markdown).
    pub doc: &'static str,
    /// The settings and nested sections, in the order of the struct's fields.
    pub members: &'static [Member],
    /// The sections whose settings are among its own.
    pub flattened: &'static [&'static Section],
    /// The rules over several of its settings.
    pub rules: &'static [Rule],
    /// The texts of reference pages around the settings. A program has the root's and those of all sections below it.
    pub page_texts: &'static [PageText],
    /// The settings that earlier releases had.
    pub removed: &'static [Removed],
    /// The policy for unknown keys and variables in it and below it.
    pub unknown: Option<Unknown>,
    /// The separator of a list's elements in variables and on command lines. A program has its root's.
    pub list_separator: char,
    /// The meaning of empty variables. A program has its root's.
    pub empty_variables: EmptyVariables,
}

/// The text of one reference page around its settings, in reStructuredText.
///
/// A line `.. config:entry:: Section.Key` is replaced by the setting of that path; the text indented below the line
/// goes between the setting's heading and its table. Its option `:id:` asks for a `config:setting` directive with that
/// anchor above the heading; `:displayname:` and `:description:` override that directive's words. Settings of the page
/// that have no such line follow at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageText {
    /// The page's name, as sections and settings give it.
    pub page: &'static str,
    /// The text.
    pub rst: &'static str,
}

/// One field of an annotated struct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Member {
    /// A leaf.
    Setting(Setting),
    /// A nested struct.
    #[non_exhaustive]
    Section {
        /// The key in `config.json`.
        key: &'static str,
        /// The nested struct's metadata.
        section: &'static Section,
        /// True if the section may be absent as a whole: its field is an `Option`.
        optional: bool,
        /// The variant of an enum that the section belongs to: it applies only if the variant is selected.
        variant: Option<&'static Variant>,
    },
}

impl Member {
    /// A nested struct under a key.
    pub const fn section(key: &'static str, section: &'static Section) -> Self {
        Self::Section { key, section, optional: false, variant: None }
    }

    /// A nested struct that may be absent as a whole.
    pub const fn optional_section(key: &'static str, section: &'static Section) -> Self {
        Self::Section { key, section, optional: true, variant: None }
    }

    /// Makes it a member of a variant.
    #[must_use]
    pub const fn of_variant(mut self, of: &'static Variant) -> Self {
        let (Self::Setting(Setting { variant, .. }) | Self::Section { variant, .. }) = &mut self;
        // flattened: it applies only if both variants are selected, and the one that is not the default decides
        if variant.is_none() || !of.is_default {
            *variant = Some(of);
        }
        self
    }

    /// The variant of an enum that the member belongs to: it applies only if the variant is selected.
    pub const fn variant(&self) -> Option<&'static Variant> {
        match self {
            Self::Setting(setting) => setting.variant,
            Self::Section { variant, .. } => *variant,
        }
    }

    /// The member's key in `config.json`.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Setting(setting) => setting.key,
            Self::Section { key, .. } => key,
        }
    }
}

impl Section {
    /// Returns the prefix of the variables that follow from paths, or `None` if there are none.
    pub fn variable_prefix(&self) -> Option<&'static str> {
        match self.env_prefix {
            Some("") if !self.variable_style.without_prefix => None,
            prefix => Some(prefix.unwrap_or_default()),
        }
    }

    /// Returns the variable that sets a setting of this program: the first one that the setting names, else the one
    /// that follows from its path. `None` if it has no variable.
    pub fn variable(&self, path: &Path, setting: &Setting) -> Option<String> {
        match setting.variables() {
            [own, ..] => Some((*own).to_owned()),
            [] if self.is_below_own_name(path) => None,
            [] => self.variable_of_path(path.keys()),
        }
    }

    /// Returns all variables that set a setting of this program, the strongest first.
    pub fn variables(&self, path: &Path, setting: &Setting) -> Vec<String> {
        match setting.variables() {
            [] => self.variable(path, setting).into_iter().collect(),
            own => own.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Returns the variable of an entry of a setting, or of a field of one. `None` if it has no variable.
    pub fn variable_of_entry(&self, path: &Path, setting: &Setting, entry: &Address) -> Option<String> {
        let own = self.variable_of_path(path.keys()).filter(|_| setting.variables().is_empty())?;
        let style = self.variable_style;
        Some(format!("{own}{}{}", style.separator, style.part(&setting.kind, entry.segments())))
    }

    /// Returns whether a path leads into the entries of a setting that names its variable: then its entries have none.
    fn is_below_own_name(&self, path: &Path) -> bool {
        let keys = path.keys().iter().skip(usize::from(!self.key.is_empty()));
        let mut members = self.members;
        let is_entry = |key: &&str| [Path::ENTRY, Path::NAMED_ENTRY].contains(key);
        if !path.keys().iter().any(is_entry) {
            return false;
        }
        for key in keys {
            match members.iter().find(|member| member.key() == *key) {
                Some(Member::Section { section, .. }) => members = section.members,
                Some(Member::Setting(setting)) => return !setting.variables().is_empty(),
                None => return false,
            }
        }
        false
    }

    /// Returns the variable that follows from a path.
    pub fn variable_of_path<K: AsRef<str>>(&self, keys: &[K]) -> Option<String> {
        self.variable_prefix().map(|prefix| self.variable_style.variable(prefix, keys))
    }

    /// A section with members and nothing else.
    pub const fn new(key: &'static str, members: &'static [Member]) -> Self {
        Self {
            key,
            env_prefix: None,
            variable_style: VariableStyle::DEFAULT,
            page: None,
            console: None,
            doc: "",
            members,
            flattened: &[],
            rules: &[],
            page_texts: &[],
            removed: &[],
            unknown: None,
            list_separator: ',',
            empty_variables: EmptyVariables::Unset,
        }
    }

    /// Makes it a program's root, whose variables begin with `prefix`.
    #[must_use]
    pub const fn env_prefix(mut self, prefix: &'static str) -> Self {
        self.env_prefix = Some(prefix);
        self
    }

    /// Sets the form of the variables that follow from paths.
    #[must_use]
    pub const fn variable_style(mut self, style: VariableStyle) -> Self {
        self.variable_style = style;
        self
    }

    /// Sets the reference page.
    #[must_use]
    pub const fn page(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets the System Console page.
    #[must_use]
    pub const fn console(mut self, console: &'static str) -> Self {
        self.console = Some(console);
        self
    }

    /// Sets the documentation (Markdown).
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// Sets the sections whose settings are among its own.
    #[must_use]
    pub const fn flattened(mut self, sections: &'static [&'static Section]) -> Self {
        self.flattened = sections;
        self
    }

    /// Sets the rules.
    #[must_use]
    pub const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Sets the texts of reference pages.
    #[must_use]
    pub const fn page_texts(mut self, texts: &'static [PageText]) -> Self {
        self.page_texts = texts;
        self
    }

    /// Records the settings that earlier releases had.
    #[must_use]
    pub const fn removed(mut self, removed: &'static [Removed]) -> Self {
        self.removed = removed;
        self
    }

    /// Sets the policy for unknown names.
    #[must_use]
    pub const fn unknown(mut self, unknown: Unknown) -> Self {
        self.unknown = Some(unknown);
        self
    }

    /// Sets the separator of a list's elements in variables and on command lines.
    #[must_use]
    pub const fn list_separator(mut self, separator: char) -> Self {
        self.list_separator = separator;
        self
    }

    /// Sets the meaning of empty variables.
    #[must_use]
    pub const fn empty_variables(mut self, meaning: EmptyVariables) -> Self {
        self.empty_variables = meaning;
        self
    }

    /// Returns whether a setting in it or below it is secret.
    pub const fn holds_secret(&self) -> bool {
        let mut rest = self.members;
        while let [first, others @ ..] = rest {
            let is_secret = match first {
                Member::Setting(setting) => setting.kind.is_secret(),
                Member::Section { section, .. } => section.holds_secret(),
            };
            if is_secret {
                return true;
            }
            rest = others;
        }
        false
    }

    /// Counts the settings of this section and of all sections below it.
    pub const fn leaf_count(&self) -> usize {
        let mut count = 0;
        let mut rest = self.members;
        while let [first, others @ ..] = rest {
            count += match first {
                Member::Setting(_) => 1,
                Member::Section { section, .. } => section.leaf_count(),
            };
            rest = others;
        }
        count
    }
}
