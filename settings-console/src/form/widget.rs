//! The control of each kind.

use settings_core::schema::Kind;
use settings_core::value::json::Tree;

/// The control that edits a setting.
#[derive(Debug, PartialEq)]
pub(crate) enum Widget {
    /// One of few values, each with its label.
    Choice(Vec<(&'static str, &'static str)>),
    /// Text on one line, or on several if the value has line breaks. Numbers too, so that nothing typed is lost.
    Text,
    /// A field for each element.
    List(&'static Kind),
    /// Two fields for each entry.
    Map(&'static Kind),
    /// JSON.
    Json,
    /// A text that is never shown.
    Secret,
    /// JSON that is never shown.
    SecretJson,
}

/// Returns the control for a kind.
pub(crate) fn widget(kind: &'static Kind) -> Widget {
    match kind.required() {
        Kind::Secret | Kind::SecretOf(_) => Widget::Secret,
        _ if kind.is_secret() => Widget::SecretJson,
        Kind::Bool => Widget::Choice(vec![("true", "true"), ("false", "false")]),
        Kind::OneOf(choices) => {
            Widget::Choice(choices.iter().map(|choice| (choice.text, choice.label)).collect())
        }
        Kind::List(of) | Kind::Set(of) if is_plain(of) => Widget::List(of),
        Kind::Map { of, .. } if is_plain(of) => Widget::Map(of),
        kind if is_plain(kind) => Widget::Text,
        _ => Widget::Json,
    }
}

/// Returns whether a value is one text.
const fn is_plain(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::Integer { .. }
            | Kind::Float { .. }
            | Kind::Text
            | Kind::TextOf(_)
            | Kind::OneOf(_)
            | Kind::Duration { .. }
            | Kind::Size { .. }
            | Kind::Custom(_)
    )
}

pub(crate) const fn is_nullable(kind: &Kind) -> bool {
    matches!(kind, Kind::Optional(_))
}

/// Returns the text of a plain value in a field.
pub(crate) fn display(value: &Tree) -> String {
    match value {
        Tree::Null => String::new(),
        Tree::String(text) => text.clone(),
        other => other.to_string(),
    }
}
