//! The page model: the content of a reference page, and its deviations from the rules of layout.
//!
//! Schema and existing pages both become a [`Page`]; [`render`](crate::docs::render()) writes one, and
//! [`read`](crate::docs::read()) is its inverse. Layout is recorded only where it deviates from the
//! rules, so a page that follows the rules consists of facts alone.

mod fact;
mod form;
mod table;

use serde::{Deserialize, Serialize};

pub use fact::{Fact, Span};
pub use form::Version;
pub use table::{Bullet, Content, Hint, Row, Statement, Table, TableLayout, Value};

/// One reference page.
///
/// Equality includes the spans; [`Page::same_content`] ignores them.
#[non_exhaustive]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The version of this format, always 1.
    pub version: Version,
    /// The name of the page: the schema's page name, or the stem of the file it was read from.
    pub name: String,
    /// The fields above everything else (`:orphan:`), verbatim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<String>,
    /// The entries, in the order of the page.
    pub entries: Vec<Entry>,
    /// Deviations of the whole page from the rules.
    #[serde(default, skip_serializing_if = "PageLayout::is_default")]
    pub layout: PageLayout,
}

/// One setting with everything under its heading, or the text between settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// Chapter headings, introductions and everything else that doesn't belong to a setting.
    Prose(Vec<Placed>),
    /// One setting (rarely several that share a table).
    Setting(Vec<Placed>),
}

/// A part and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Placed {
    /// The block itself.
    #[serde(flatten)]
    pub part: Part,
    /// The blank lines before it, with their line ends, if they aren't the rule's single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Its text, where layout can't describe it. Used instead of the part as long as both state the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The bytes it was read from.
    #[serde(skip)]
    pub span: Span,
}

/// One block of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// A section title.
    Heading(Heading),
    /// The emphasised line under a heading that says where the setting is available.
    Badge(Fact<String>),
    /// A `config:setting` directive.
    Directive(Directive),
    /// A settings table.
    Table(Table),
    /// A paragraph that describes the expected input.
    Hint(Hint),
    /// A list of values.
    Values(Vec<Value>),
    /// A paragraph.
    Text(Fact<String>),
    /// Anything else, verbatim.
    Verbatim(String),
}

/// A section title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Heading {
    /// The words.
    pub title: Fact<String>,
    /// The character of its underline if it isn't the settings' own `~`.
    #[serde(default = "Heading::default_mark", skip_serializing_if = "Heading::is_default_mark")]
    pub mark: char,
    /// The length of its underline if it isn't the title's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
}

/// A `config:setting` directive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Directive {
    /// The anchor it defines.
    pub id: Fact<String>,
    /// Its options in order, names without colons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<DirectiveOption>,
    /// The blocks below its options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Content>,
    /// The indent of its block, if it isn't two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indent: Option<usize>,
}

/// One option of a [`Directive`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DirectiveOption {
    /// `configjson`.
    pub name: Fact<String>,
    /// `.EmailSettings.SMTPServer`.
    pub value: Fact<String>,
}

/// Deviations of a whole page from the rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageLayout {
    /// The second bullet of a table names each key in a literal of its own.
    #[serde(skip_serializing_if = "is_false")]
    pub keys_apart: bool,
    /// Lines end with CR LF.
    #[serde(skip_serializing_if = "is_false")]
    pub crlf: bool,
    /// The file begins with a byte-order mark.
    #[serde(skip_serializing_if = "is_false")]
    pub byte_order_mark: bool,
    /// The text after the last block, if it isn't one line end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

impl Page {
    /// Returns true if both pages have the same content: everything that their JSON form has, so everything but spans.
    pub fn same_content(&self, other: &Self) -> bool {
        same_content(self, other)
    }
}

impl Part {
    /// Returns true if both parts have the same content: everything that their JSON form has, so everything but spans.
    pub fn same_content(&self, other: &Self) -> bool {
        same_content(self, other)
    }
}

/// Compares the JSON forms, which leave out the spans. Both can always be written.
fn same_content(a: &impl Serialize, b: &impl Serialize) -> bool {
    matches!((serde_json::to_string(a), serde_json::to_string(b)), (Ok(a), Ok(b)) if a == b)
}

impl PageLayout {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Heading {
    /// The character under a setting's title.
    pub const SETTING: char = '~';

    /// Creates the heading of a setting.
    pub fn new(title: impl Into<Fact<String>>) -> Self {
        Self { title: title.into(), mark: Self::SETTING, length: None }
    }

    fn default_mark() -> char {
        Self::SETTING
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_default_mark(mark: &char) -> bool {
        *mark == Self::SETTING
    }
}

impl DirectiveOption {
    /// Creates an option.
    pub fn new(name: impl Into<Fact<String>>, value: impl Into<Fact<String>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Directive {
    /// The value of the option `name`, if it is present.
    pub fn option(&self, name: &str) -> Option<&Fact<String>> {
        self.options.iter().find(|option| option.name.value == name).map(|option| &option.value)
    }
}

impl Entry {
    /// The parts of the entry, in order.
    pub fn parts(&self) -> &[Placed] {
        match self {
            Self::Prose(parts) | Self::Setting(parts) => parts,
        }
    }
}

impl Placed {
    /// Creates a part that is laid out by the rules.
    pub fn by_rule(part: Part) -> Self {
        Self { part, gap: None, source: None, span: Span::default() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !*flag
}
