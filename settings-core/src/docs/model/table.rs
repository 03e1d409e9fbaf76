//! A settings table and what stands in its cells.

use serde::{Deserialize, Serialize};

use super::{Fact, Span, is_false};

/// A settings table: what a setting does on the left, where to set it on the right, notes below.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// What the rules don't say.
    #[serde(default, skip_serializing_if = "TableLayout::is_default")]
    pub layout: TableLayout,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The left cell, or the only one.
    pub left: Vec<Content>,
    /// The right cell; absent where the left one spans the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Vec<Bullet>>,
}

/// One block of a cell, or of a directive's body.
///
/// Texts have a space where the rules break a line, and a line end where the page breaks one but the rules don't.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A paragraph.
    Text(Fact<String>),
    /// What is to be put in: `Numerical input.`
    Hint(Hint),
    /// A list of values.
    Values(Vec<Value>),
    /// A sentence that names the setting: ``This feature's ``config.json`` setting is …``.
    Statement(Statement),
    /// Anything else, its lines as they stand (less the cell's own indent).
    Verbatim(Fact<String>),
}

/// A paragraph that says what is to be put in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// The words: ``Numerical input. Default is ``10025``.``
    pub text: Fact<String>,
    /// The default that the words state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Fact<String>>,
}

/// One value of a list of values, or an item of such a list that names none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// As the page calls it: `true`, `Not specified`. Absent where the item names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Fact<String>>,
    /// Whether it carries the mark of the default.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default: bool,
    /// The words by which the default holds on some deployments only: `Default for Cloud deployments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_if: Option<Fact<String>>,
    /// What it means.
    pub text: Fact<String>,
    /// How the item begins where it isn't by the rule: `**true** (**Default**): `. Stands as long as it says the
    /// same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Fact<String>>,
}

/// One bullet of a table's right cell. `null` and an absent path stand for the page's `N/A`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bullet {
    /// The page of the System Console: `Environment > SMTP`.
    Console(Statement),
    /// The place in `config.json`.
    Config(Statement),
    /// The environment variable.
    Env(Statement),
    /// Any other bullet, without its dash.
    Text(Fact<String>),
    /// What is no bullet, its lines as they stand.
    Verbatim(Fact<String>),
}

/// A line that names a setting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `EmailSettings.SMTPServer`, `MM_EMAILSETTINGS_SMTPSERVER`, `Environment > SMTP`; absent where the page says
    /// `N/A`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Fact<String>>,
    /// The default, where the line states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Fact<String>>,
    /// Its words where they aren't the rule's. They stand as long as they say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Fact<String>>,
    /// Where it was read.
    #[serde(skip)]
    pub span: Span,
}

/// What the rules don't say of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableLayout {
    /// The width of the left column (or of the only one).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_width: Option<usize>,
    /// The width of the right column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_width: Option<usize>,
    /// The number of columns that the left cell's text may fill, where it isn't the width less two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<usize>,
    /// Blanks before each cell's text, where it isn't one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indent: Option<usize>,
    /// The last border shows no inner `+` below a note.
    #[serde(skip_serializing_if = "is_false")]
    pub plain_bottom: bool,
}

impl TableLayout {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Statement {
    /// One that names something by the rule's words.
    pub fn naming(name: impl Into<Fact<String>>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}
