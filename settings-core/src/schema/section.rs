//! One struct of settings: `EmailSettings`.

use super::{Removed, Rule, Setting, Unknown};

/// One annotated struct.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Section {
    /// The key in `config.json` where the parent's field gives no other; empty for a program's root.
    pub key: &'static str,
    /// The prefix of every variable, without the underscore: `MM`. Only a program's root has one. An empty prefix means
    /// that no variable sets anything.
    pub env_prefix: Option<&'static str>,
    /// The reference page of its settings.
    pub page: Option<&'static str>,
    /// The System Console page where its settings are edited: `Environment > SMTP`.
    pub console: Option<&'static str>,
    /// The documentation (Markdown).
    pub doc: &'static str,
    /// The settings and nested sections, in the order of the struct's fields.
    pub members: &'static [Member],
    /// The rules over several of its settings.
    pub rules: &'static [Rule],
    /// The texts of reference pages around the settings. A program has the root's and those of all sections below it.
    pub page_texts: &'static [PageText],
    /// The settings that earlier releases had.
    pub removed: &'static [Removed],
    /// The policy for unknown keys and variables in it and below it.
    pub unknown: Option<Unknown>,
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
pub enum Member {
    /// A leaf.
    Setting(Setting),
    /// A nested struct.
    Section {
        /// The key in `config.json`.
        key: &'static str,
        /// The nested struct's metadata.
        section: &'static Section,
        /// True if the section may be absent as a whole: its field is an `Option`.
        optional: bool,
    },
}

impl Member {
    /// The member's key in `config.json`.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Setting(setting) => setting.key,
            Self::Section { key, .. } => key,
        }
    }
}

impl Section {
    /// Returns the prefix of the program's variables, or `None` if no variable sets its settings.
    pub fn variable_prefix(&self) -> Option<&'static str> {
        match self.env_prefix {
            Some("") => None,
            prefix => Some(prefix.unwrap_or_default()),
        }
    }

    /// A section with members and nothing else.
    pub const fn new(key: &'static str, members: &'static [Member]) -> Self {
        Self {
            key,
            env_prefix: None,
            page: None,
            console: None,
            doc: "",
            members,
            rules: &[],
            page_texts: &[],
            removed: &[],
            unknown: None,
        }
    }

    /// Makes it a program's root, whose variables begin with `prefix`.
    #[must_use]
    pub const fn env_prefix(mut self, prefix: &'static str) -> Self {
        self.env_prefix = Some(prefix);
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
