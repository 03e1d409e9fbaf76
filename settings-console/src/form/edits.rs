//! The changes that a form asks for.

use settings_core::schema::Kind;
use settings_core::value::Secret;
use settings_core::value::json::{Tree, escape};

use super::{Fields, Widget, display, is_nullable, widget};
use crate::request::{self, Edit, Input};
use crate::view::{Item, View};

/// The changes of a form.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) items: Vec<request::Item>,
    /// The secrets that were typed, by path.
    pub(crate) secrets: Vec<(String, Secret)>,
}

/// Returns the changes that a form asks for. `kept` are secrets that were typed before.
pub(crate) fn typed(view: &View<'_>, fields: &Fields, kept: Vec<(String, Secret)>) -> Typed {
    let mut typed = Typed::default();
    for path in fields.paths() {
        if fields.of("r", path) == Some("theirs") {
            continue;
        }
        let base = fields.of("was", path).map(str::to_owned);
        let Some(item) = view.item(path) else {
            // refused as a whole: the setting is unknown, or hidden
            let edit = Edit::Set(Input::Text(Secret::new("")));
            typed.items.push(request::Item { path: path.to_owned(), edit, base });
            continue;
        };
        let kept = kept.iter().find(|(kept, _)| kept == path).map(|(_, secret)| secret.clone());
        let edit = if item.is_write_only() {
            write_only(&item, fields, kept, &mut typed.secrets)
        } else {
            shown(&item, fields, kept, &mut typed.secrets)
        };
        typed.items.extend(edit.map(|edit| request::Item { path: path.to_owned(), edit, base }));
    }
    typed
}

/// Returns the change of a setting whose value is never shown. `kept` is what was typed before.
fn write_only(
    item: &Item<'_>,
    fields: &Fields,
    kept: Option<Secret>,
    secrets: &mut Vec<(String, Secret)>,
) -> Option<Edit> {
    let path = item.path;
    if fields.of("d", path).is_some() {
        return fields.of("was", path).unwrap_or_else(|| item.was()).starts_with('#').then_some(Edit::Unset);
    }
    let secret = fields.of("v", path).filter(|text| !text.is_empty()).map(Secret::new).or(kept)?;
    secrets.push((path.to_owned(), secret.clone()));
    Some(Edit::Set(match widget(item.kind()) {
        Widget::SecretJson => Input::Text(secret),
        _ => Input::Json(Secret::new(escape(secret.expose()))),
    }))
}

/// Returns the change of a setting whose value is shown. A URL with a password is kept like a secret.
fn shown(
    item: &Item<'_>,
    fields: &Fields,
    kept: Option<Secret>,
    secrets: &mut Vec<(String, Secret)>,
) -> Option<Edit> {
    let edit = edit(item, fields);
    if widget(item.kind()) != Widget::Text || matches!(edit, Some(Edit::Unset)) {
        return edit;
    }
    let typed = fields.of("v", item.path).filter(|text| has_password(text)).map(Secret::new);
    let secret = match (&edit, typed, kept) {
        (Some(_), Some(typed), _) => typed,
        (None, _, Some(kept)) => kept,
        _ => return edit,
    };
    let input = Input::Json(Secret::new(escape(secret.expose())));
    secrets.push((item.path.to_owned(), secret));
    Some(Edit::Set(input))
}

/// Returns whether a text has the form of a URL with a password.
fn has_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// Returns the change of one setting whose value is shown.
fn edit(item: &Item<'_>, fields: &Fields) -> Option<Edit> {
    let path = item.path;
    let was = fields.of("was", path).unwrap_or_else(|| item.was());
    let was_set = !was.starts_with('-');
    let before = Tree::parse(was.get(1..).unwrap_or_default()).unwrap_or_default();
    let widget = widget(item.kind());
    if let Widget::Choice(_) = widget {
        return choice(fields.of("v", path)?, was_set, &before, item.kind());
    }
    let is_default = fields.of("d", path).is_some();
    let value = if is_nullable(item.kind()) && fields.of("n", path).is_some() {
        Some(Given { input: Input::Json(Secret::new("null")), is_same: before == Tree::Null })
    } else {
        given(&widget, item.kind(), fields, path, &before)
    };
    match (is_default, was_set, value) {
        (true, true, _) => Some(Edit::Unset),
        (_, _, Some(Given { input, is_same: false })) => Some(Edit::Set(input)),
        // the box is no longer checked: the default is set as a value
        (false, false, Some(Given { input, is_same: true })) => Some(Edit::Set(input)),
        _ => None,
    }
}

/// Reads a group of radio buttons: `-` for the default, `~` for none, `=TEXT` for a value.
fn choice(given: &str, was_set: bool, before: &Tree, kind: &'static Kind) -> Option<Edit> {
    if given == "-" {
        return was_set.then_some(Edit::Unset);
    }
    let (json, is_same) = match given.strip_prefix('=') {
        None => ("null".to_owned(), *before == Tree::Null),
        Some(text) => {
            let json = if matches!(kind.required(), Kind::Bool) { text.to_owned() } else { escape(text) };
            (json, *before != Tree::Null && display(before) == text)
        }
    };
    (!was_set || !is_same).then(|| Edit::Set(Input::Json(Secret::new(json))))
}

/// A value of a form, and whether it is the one that the page showed.
struct Given {
    input: Input,
    is_same: bool,
}

fn given(widget: &Widget, kind: &'static Kind, fields: &Fields, path: &str, before: &Tree) -> Option<Given> {
    match widget {
        Widget::List(of) => {
            let elements = fields.all("e", path)?.iter().filter(|text| !text.is_empty());
            let elements: Vec<&String> = elements.collect();
            let shown =
                before.as_array().unwrap_or_default().iter().map(display).filter(|text| !text.is_empty());
            let is_same = shown.eq(elements.iter().map(|text| (*text).clone())) && *before != Tree::Null;
            let json: Tree = elements.into_iter().map(|text| element(of, text)).collect();
            Some(Given { input: Input::Json(Secret::new(json.to_string())), is_same })
        }
        Widget::Map(of) => {
            let (keys, values) = (fields.all("k", path)?, fields.all("m", path).unwrap_or_default());
            let entries =
                keys.iter().zip(values).filter(|(key, value)| !(key.is_empty() && value.is_empty()));
            let entries: Vec<(&String, &String)> = entries.collect();
            let shown = before.as_object().into_iter().flat_map(|object| object.iter());
            let shown = shown.map(|(key, value)| (key.to_owned(), display(value)));
            let is_same = shown.eq(entries.iter().map(|(key, value)| ((*key).clone(), (*value).clone())))
                && *before != Tree::Null;
            // written by hand, so that a key that is there twice is reported
            let entries =
                entries.into_iter().map(|(key, value)| format!("{}: {}", escape(key), element(of, value)));
            let json = format!("{{{}}}", entries.collect::<Vec<_>>().join(", "));
            Some(Given { input: Input::Json(Secret::new(json)), is_same })
        }
        Widget::Json => {
            let text = fields.of("v", path)?;
            let is_same = Tree::parse(text).is_ok_and(|given| given == *before);
            Some(Given { input: Input::Text(Secret::new(text)), is_same })
        }
        _ => {
            let (text, shown) = (fields.of("v", path)?, display(before));
            // forms end lines with both characters
            let text = if shown.contains('\r') { text.to_owned() } else { text.replace("\r\n", "\n") };
            let is_same = text == shown && (*before != Tree::Null || text.is_empty());
            let input = match kind.required() {
                Kind::Text | Kind::TextOf(_) | Kind::Custom(_) => Input::Json(Secret::new(escape(&text))),
                _ => Input::Text(Secret::new(text.trim())),
            };
            Some(Given { input, is_same })
        }
    }
}

/// Returns the JSON of an element. A text that is not of its kind stays text, so that the mistake is reported as such.
fn element(kind: &Kind, text: &str) -> Tree {
    let is_bare = match kind {
        Kind::Bool => matches!(text, "true" | "false"),
        Kind::Integer { .. } | Kind::Float { .. } | Kind::Duration { .. } | Kind::Size { .. } => true,
        _ => false,
    };
    match Tree::parse(text) {
        Ok(bare @ (Tree::Bool(_) | Tree::Number(_))) if is_bare => bare,
        _ => text.into(),
    }
}
