//! One leaf: `EmailSettings.SMTPServer`.

use super::Kind;

/// One setting. Written by the derive through the const builder below; read by everyone.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in `config.json`, inside its section: `SMTPServer`.
    pub key: &'static str,
    /// The name of the struct's field: `smtp_server`.
    pub field: &'static str,
    /// Its heading in documents: `SMTP server`.
    pub title: &'static str,
    /// What it does (Markdown; the first sentence is the summary).
    pub description: &'static str,
    /// Each documented value, in the order of the doc comment.
    pub values: &'static [ValueDoc],
    /// What follows the value list (Markdown), empty where nothing does.
    pub note: &'static str,
    /// What it accepts.
    pub kind: Kind,
    /// Its value where no layer gives one.
    pub default: DefaultValue,
    /// The keys of the section's settings that its default is computed from; empty where it isn't.
    pub computed_from: &'static [&'static str],
    /// Old or wrong names that still work and warn: `Section.Key`, or a bare key of the same section.
    pub aliases: &'static [&'static str],
    /// Its page in the System Console, where it isn't the section's: `Environment > SMTP`.
    pub console: Option<&'static str>,
    /// Its reference page, where it isn't the section's.
    pub page: Option<&'static str>,
    /// The version that brought it; `next` for the one to come.
    pub added: Option<&'static str>,
    /// Why and since when it should no longer be set.
    pub deprecated: Option<Deprecated>,
    /// Where it may be set, or for whom, in a word of the program's own.
    pub scope: Option<&'static str>,
    /// Whether a change needs a restart of the server.
    pub restart: bool,
    /// Whether it works but stands in no document.
    pub hidden: bool,
    /// What of it is still to be found out or decided; documents don't show it, `docs todo` lists it.
    pub todo: Option<&'static str>,
}

/// Why and since when a setting should no longer be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecated {
    /// The version: `1.2`, or `next` for the one to come.
    pub since: &'static str,
    /// Why, in a sentence.
    pub reason: &'static str,
    /// What to set instead: `Section.Key`, or a bare key of the same section.
    pub replacement: Option<&'static str>,
}

/// One documented value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueDoc {
    /// The value as it stands in `config.json`.
    pub value: &'static str,
    /// What it means (Markdown).
    pub text: &'static str,
}

/// A setting's value where no layer gives one.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// Nothing: `null`, the default of an optional setting.
    None,
    /// A bool.
    Bool(bool),
    /// An integer; of a duration, in the setting's unit.
    Integer(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text, a secret, or the text of a one-of's choice.
    Text(&'static str),
    /// A list, a map or anything else, as JSON.
    Json(&'static str),
    /// Known only at run time.
    Computed {
        /// The rule in words, for documents: `the number of processors`.
        rule: &'static str,
        /// The value as JSON.
        value: fn() -> String,
    },
}

impl Setting {
    /// A setting without documentation; the derive adds it with the methods below.
    pub const fn new(key: &'static str, field: &'static str, kind: Kind, default: DefaultValue) -> Self {
        Self {
            key,
            field,
            title: key,
            description: "",
            values: &[],
            note: "",
            kind,
            default,
            computed_from: &[],
            aliases: &[],
            console: None,
            page: None,
            added: None,
            deprecated: None,
            scope: None,
            restart: false,
            hidden: false,
            todo: None,
        }
    }

    /// Sets the heading.
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// Sets the three parts of the doc comment: before, in and after its value list.
    #[must_use]
    pub const fn doc(
        mut self,
        description: &'static str,
        values: &'static [ValueDoc],
        note: &'static str,
    ) -> Self {
        self.description = description;
        self.values = values;
        self.note = note;
        self
    }

    /// Sets what the default is computed from, when the section is built; [`DefaultValue::Computed`] holds the rule.
    #[must_use]
    pub const fn computed_from(mut self, keys: &'static [&'static str]) -> Self {
        self.computed_from = keys;
        self
    }

    /// Sets the old names.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets a System Console path of its own.
    #[must_use]
    pub const fn console(mut self, console: &'static str) -> Self {
        self.console = Some(console);
        self
    }

    /// Sets a reference page of its own.
    #[must_use]
    pub const fn page(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// Sets the version that brought it.
    #[must_use]
    pub const fn added(mut self, version: &'static str) -> Self {
        self.added = Some(version);
        self
    }

    /// Says that it should no longer be set.
    #[must_use]
    pub const fn deprecated(mut self, deprecated: Deprecated) -> Self {
        self.deprecated = Some(deprecated);
        self
    }

    /// Sets where it may be set, or for whom.
    #[must_use]
    pub const fn scope(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Says that a change needs a restart.
    #[must_use]
    pub const fn restart(mut self) -> Self {
        self.restart = true;
        self
    }

    /// Keeps it out of documents.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Notes what of it is still open.
    #[must_use]
    pub const fn todo(mut self, todo: &'static str) -> Self {
        self.todo = Some(todo);
        self
    }
}

/// Whether `values` names each value of a bool or one-of `kind` exactly once and nothing else.
///
/// The derive asserts it at compile time; an empty list is the absence of one and passes.
pub const fn documents_every_value(kind: Kind, values: &[ValueDoc]) -> bool {
    if values.is_empty() {
        return true;
    }
    match kind {
        Kind::Bool => values.len() == 2 && documents(values, "true") && documents(values, "false"),
        Kind::OneOf(choices) => {
            let mut rest = choices;
            while let [choice, others @ ..] = rest {
                if !documents(values, choice.text) && !documents(values, choice.label) {
                    return false;
                }
                rest = others;
            }
            values.len() == choices.len()
        }
        Kind::Optional(of) => documents_every_value(*of, values),
        _ => true,
    }
}

const fn documents(values: &[ValueDoc], wanted: &str) -> bool {
    let mut rest = values;
    while let [value, others @ ..] = rest {
        if same(value.value.as_bytes(), wanted.as_bytes()) {
            return true;
        }
        rest = others;
    }
    false
}

pub(crate) const fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}
