//! One struct of settings: `EmailSettings`.

use super::{Rule, Setting, Unknown};

/// One annotated struct.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its key in `config.json` where the parent's field gives no other; empty for a program's root.
    pub key: &'static str,
    /// The prefix of every variable, without the underscore; only a program's root has one: `MM`. An empty prefix means
    /// that no variable sets anything.
    pub env_prefix: Option<&'static str>,
    /// The reference page that its settings stand on.
    pub page: Option<&'static str>,
    /// The System Console page where its settings are edited: `Environment > SMTP`.
    pub console: Option<&'static str>,
    /// What it is about (Markdown).
    pub doc: &'static str,
    /// Settings and nested sections, in the order of the struct's fields.
    pub members: &'static [Member],
    /// What must hold between its settings.
    pub rules: &'static [Rule],
    /// What reference pages say around the settings; of a program the root's and those of all sections below it.
    pub page_texts: &'static [PageText],
    /// What to say of unknown keys and variables in it and below it.
    pub unknown: Option<Unknown>,
}

/// What one reference page says around its settings, in reStructuredText.
///
/// A line `.. config:entry:: Section.Key` stands for the setting of that path; what is indented below it stands
/// between the setting's heading and its table. Its option `:id:` asks for a `config:setting` directive with that
/// anchor above the heading, whose own words are `:displayname:` and `:description:`. Settings of the page that have
/// no place follow at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageText {
    /// The page's name, as sections and settings give it.
    pub page: &'static str,
    /// The text.
    pub rst: &'static str,
}

/// One field of an annotated struct.
#[expect(clippy::large_enum_variant, reason = "const data; nearly all members are settings")]
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// A leaf.
    Setting(Setting),
    /// A nested struct.
    Section {
        /// Its key in `config.json`.
        key: &'static str,
        /// Its metadata.
        section: &'static Section,
        /// Whether it may be absent as a whole: its field is an `Option`.
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

    /// A section that says nothing of itself, to fill in from: `Section { key: "Mail", ..Section::EMPTY }`.
    pub const EMPTY: Self = Self {
        key: "",
        env_prefix: None,
        page: None,
        console: None,
        doc: "",
        members: &[],
        rules: &[],
        page_texts: &[],
        unknown: None,
    };

    /// Whether a setting in it or below it is secret.
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

    /// How many settings it and all sections below it hold.
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

impl PartialEq for Section {
    /// Whether both are the metadata of one struct, as far as their names tell.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
            && self.members.len() == other.members.len()
            && self.members.iter().zip(other.members).all(|(a, b)| a.key() == b.key())
    }
}
