//! A settings table and the content of its cells.

use serde::{Deserialize, Serialize};

use super::{Fact, Span, is_false};

/// A settings table: the description on the left, the places to set it on the right, notes below.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Table {
    /// The rows, from top to bottom.
    pub rows: Vec<Row>,
    /// Deviations from the rules.
    #[serde(default, skip_serializing_if = "TableLayout::is_default")]
    pub layout: TableLayout,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Row {
    /// The left cell, or the only one.
    pub left: Vec<Content>,
    /// The right cell; absent if the left one spans the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Vec<Bullet>>,
}

/// One block of a cell, or of a directive's body.
///
/// Texts have a space where the rules break a line, and a line end where the page breaks one but the rules don't.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// A paragraph.
    Text(Fact<String>),
    /// The expected input: `Numerical input.`
    Hint(Hint),
    /// A list of values.
    Values(Vec<Value>),
    /// A sentence that names the setting: ``This feature's ``config.json`` setting is …``.
    Statement(Statement),
    /// Anything else: its lines verbatim, without the cell's own indent.
    Verbatim(Fact<String>),
}

/// A paragraph that describes the expected input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Hint {
    /// The words: ``Numerical input. Default is ``10025``.``
    pub text: Fact<String>,
    /// The default that the words state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Fact<String>>,
}

/// One item of a list of values, with the value that it names, if any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Value {
    /// The value as the page writes it: `true`, `Not specified`. Absent if the item names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Fact<String>>,
    /// True if the item is marked as the default.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default: bool,
    /// The condition of the mark, where the default applies to some deployments only: `for Cloud deployments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_if: Option<Fact<String>>,
    /// The meaning of the value.
    pub text: Fact<String>,
    /// The start of the item, if it isn't the rule's: `**true** (**Default**): `. Used as long as it states the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Fact<String>>,
}

/// One bullet of a table's right cell. `null` and an absent path mean the page's `N/A`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bullet {
    /// The page of the System Console: `Environment > SMTP`.
    Console(Statement),
    /// The place in `config.json`.
    Config(Statement),
    /// The environment variable.
    Env(Statement),
    /// Any other bullet, without its dash.
    Text(Fact<String>),
    /// Lines that are not a bullet, verbatim.
    Verbatim(Fact<String>),
}

/// A line that names a setting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Statement {
    /// `EmailSettings.SMTPServer`, `MM_EMAILSETTINGS_SMTPSERVER`, `Environment > SMTP`; absent if the page says `N/A`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Fact<String>>,
    /// The default, where the line states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Fact<String>>,
    /// The words of the line, if they aren't the rule's. Used as long as they state the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Fact<String>>,
    /// The bytes it was read from.
    #[serde(skip)]
    pub span: Span,
}

/// Deviations of a table from the rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TableLayout {
    /// The width of the left column (or of the only one).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_width: Option<usize>,
    /// The width of the right column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_width: Option<usize>,
    /// The number of columns that the left cell's text may fill, if it isn't the width minus two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<usize>,
    /// The number of blanks before each cell's text, if it isn't one.
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
    /// Creates a statement that names `name` in the rule's words.
    pub fn naming(name: impl Into<Fact<String>>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}
