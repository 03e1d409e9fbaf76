//! The page model: what a reference page says, and how it deviates from the rules of layout.
//!
//! Schema and existing pages both become a [`Page`]; [`render`](crate::docs::render()) writes one, and
//! [`read`](crate::docs::read()) is its inverse. Layout is recorded only where the rules would write something
//! else, so that a page of the rules is facts alone.

mod fact;
mod form;
mod table;

use serde::{Deserialize, Serialize};

pub use fact::{Fact, Span};
pub use form::Version;
pub use table::{Bullet, Content, Hint, Row, Statement, Table, TableLayout, Value};

/// One reference page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The version of this form, always 1.
    pub version: Version,
    /// What the page is called: the schema's page name, or the stem of the file it was read from.
    pub name: String,
    /// The fields above everything else (`:orphan:`), as they stand in the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<String>,
    /// All that follows, in the page's order.
    pub entries: Vec<Entry>,
    /// What the rules don't say of the whole page.
    #[serde(default, skip_serializing_if = "PageLayout::is_default")]
    pub layout: PageLayout,
}

/// One setting with all that stands under its heading, or what stands between settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Headings of chapters, introductions and whatever else belongs to no setting.
    Prose(Vec<Placed>),
    /// One setting (seldom several that share a table).
    Setting(Vec<Placed>),
}

/// A part and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// What it is.
    #[serde(flatten)]
    pub part: Part,
    /// The blank lines before it where they aren't the rule's single one, line ends included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Its text where layout can't describe it. Stands for the part as long as both say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where it was read.
    #[serde(skip)]
    pub span: Span,
}

/// One block of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A section title.
    Heading(Heading),
    /// The emphasised line under a heading that says where the setting can be had.
    Badge(Fact<String>),
    /// A `config:setting` directive.
    Directive(Directive),
    /// A settings table.
    Table(Table),
    /// A paragraph that says what is to be put in.
    Hint(Hint),
    /// A list of values.
    Values(Vec<Value>),
    /// A paragraph.
    Text(Fact<String>),
    /// Anything else, as it stands.
    Verbatim(String),
}

/// A section title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// The words.
    pub title: Fact<String>,
    /// The character of its underline where it isn't the settings' own `~`.
    #[serde(default = "Heading::default_mark", skip_serializing_if = "Heading::is_default_mark")]
    pub mark: char,
    /// The length of its underline where it isn't the title's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
}

/// A `config:setting` directive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directive {
    /// The anchor it defines.
    pub id: Fact<String>,
    /// Its options in order, names without colons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<DirectiveOption>,
    /// What stands below its options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Content>,
    /// How far its block is indented where it isn't by two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indent: Option<usize>,
}

/// One option of a [`Directive`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectiveOption {
    /// `configjson`.
    pub name: Fact<String>,
    /// `.EmailSettings.SMTPServer`.
    pub value: Fact<String>,
}

/// What the rules don't say of a whole page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageLayout {
    /// How a table's second bullet names a setting.
    #[serde(skip_serializing_if = "is_false")]
    pub keys_apart: bool,
    /// Lines end with CR LF.
    #[serde(skip_serializing_if = "is_false")]
    pub crlf: bool,
    /// Begins with a byte-order mark.
    #[serde(skip_serializing_if = "is_false")]
    pub byte_order_mark: bool,
    /// What follows the last block where it isn't one line end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

impl PageLayout {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Heading {
    /// The character under a setting's title.
    pub const SETTING: char = '~';

    fn default_mark() -> char {
        Self::SETTING
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_default_mark(mark: &char) -> bool {
        *mark == Self::SETTING
    }
}

impl Directive {
    /// The value of the option, `None` where there is none.
    pub fn option(&self, name: &str) -> Option<&Fact<String>> {
        self.options.iter().find(|option| *option.name == name).map(|option| &option.value)
    }
}

impl Entry {
    /// Its parts, in order.
    pub fn parts(&self) -> &[Placed] {
        match self {
            Self::Prose(parts) | Self::Setting(parts) => parts,
        }
    }
}

impl Placed {
    /// A part laid out by the rules.
    pub fn by_rule(part: Part) -> Self {
        Self { part, gap: None, source: None, span: Span::default() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !*flag
}
