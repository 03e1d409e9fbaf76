//! Entries and fields of a setting's value, in the JSON that a file has.

use crate::nearest::nearest;
use crate::resolve::Step;
use crate::schema::{Kind, Member, Section, Unknown};
use crate::value::json::{self, Raw, Shape};
use crate::value::{Mismatch, ZeroizingString, member_called};

/// Returns the JSON of a setting's value with a part of it set to `new`, or without it. `old` is the value in the file.
pub(super) fn spliced(
    old: Option<Raw<'_>>,
    kind: &Kind,
    route: &[Step],
    new: Option<&str>,
) -> ZeroizingString {
    let mut out = ZeroizingString::default();
    write(&mut out, old, kind, route, new);
    out
}

/// Writes a value with a part of it set. Recursion is as deep as the route is long.
fn write(out: &mut ZeroizingString, old: Option<Raw<'_>>, kind: &Kind, route: &[Step], new: Option<&str>) {
    let Some((step, rest)) = route.split_first() else {
        return out.push_str(new.unwrap_or("null"));
    };
    match (kind.required(), step) {
        (Kind::Map { of, .. }, Step::Key(key)) => {
            let entries = old.and_then(|old| old.entries()).unwrap_or_default();
            let at = entries.iter().rposition(|(found, _)| found.name() == key.as_str());
            write_entries(out, &entries, at, key, of, rest, new);
        }
        (Kind::Section(section), Step::Key(key)) => {
            let entries = old.and_then(|old| old.entries()).unwrap_or_default();
            let member = section.members.iter().position(|member| member.key() == key);
            let of = match member.and_then(|at| section.members.get(at)) {
                Some(Member::Setting(setting)) => setting.kind,
                Some(Member::Section { section, .. }) => Kind::Section(section),
                None => Kind::Json,
            };
            let named = |found: &str| {
                member_called(section, found).map(|(at, _)| at).is_some_and(|at| Some(at) == member)
            };
            let at = entries.iter().rposition(|(found, _)| named(&found.name()));
            write_entries(out, &entries, at, key, &of, rest, new);
        }
        (Kind::List(of), Step::Element(number)) => {
            let elements = old.and_then(|old| old.elements()).unwrap_or_default();
            let is_removed = rest.is_empty() && new.is_none();
            let len = if new.is_none() { elements.len() } else { elements.len().max(number + 1) };
            out.push('[');
            let mut is_first = true;
            for at in 0..len {
                if at == *number && is_removed {
                    continue;
                }
                out.push_str(if is_first { "" } else { ", " });
                is_first = false;
                match elements.get(at) {
                    _ if at == *number => write(out, elements.get(at).copied(), of, rest, new),
                    Some(element) => out.push_str(element.text),
                    // an entry of a weaker layer, as it is
                    None => out.push_str("{}"),
                }
            }
            out.push(']');
        }
        _ => out.push_str(old.map_or("null", |old| old.text)),
    }
}

/// Writes an object in which the entry at `at`, or a new one, has a part of its value set.
fn write_entries(
    out: &mut ZeroizingString,
    entries: &[(json::Key<'_>, Raw<'_>)],
    at: Option<usize>,
    key: &str,
    of: &Kind,
    rest: &[Step],
    new: Option<&str>,
) {
    let is_removed = rest.is_empty() && new.is_none();
    out.push('{');
    let mut is_first = true;
    for (number, (found, value)) in entries.iter().enumerate() {
        if Some(number) == at && is_removed {
            continue;
        }
        out.push_str(if is_first { "" } else { ", " });
        is_first = false;
        match Some(number) == at {
            true => {
                json::write_string(out, key);
                out.push_str(": ");
                let old = Some(*value).filter(|value| value.shape != Shape::Null);
                write(out, old, of, rest, new);
            }
            false => {
                out.push_str(found.raw);
                out.push_str(": ");
                out.push_str(value.text);
            }
        }
    }
    if at.is_none() && new.is_some() {
        out.push_str(if is_first { "" } else { ", " });
        json::write_string(out, key);
        out.push_str(": ");
        write(out, None, of, rest, new);
    }
    out.push('}');
}

/// Returns the keys that the sections of a value do not have, unless their struct allows any.
pub(super) fn unknown_keys(kind: &Kind, raw: Raw<'_>, within: &str) -> Vec<Mismatch> {
    match *kind {
        Kind::Optional(of) => unknown_keys(of, raw, within),
        Kind::List(of) | Kind::Set(of) => {
            let elements = raw.elements().unwrap_or_default().into_iter().enumerate();
            elements.flat_map(|(number, raw)| unknown_keys(of, raw, &format!("{within}[{number}]"))).collect()
        }
        Kind::Map { of, .. } => {
            let entries = raw.entries().unwrap_or_default().into_iter();
            entries
                .flat_map(|(key, raw)| {
                    let key = crate::schema::Segment::Key(key.name().into_owned());
                    unknown_keys(of, raw, &format!("{within}{key}"))
                })
                .collect()
        }
        Kind::Section(section) if section.unknown != Some(Unknown::Allow) => {
            unknown_members(section, raw, within)
        }
        _ => Vec::new(),
    }
}

fn unknown_members(section: &'static Section, raw: Raw<'_>, within: &str) -> Vec<Mismatch> {
    let entries = raw.entries().unwrap_or_default().into_iter();
    let of_entry = |(key, value): (json::Key<'_>, Raw<'_>)| {
        let name = key.name();
        let Some(member) = member_called(section, &name).and_then(|(at, _)| section.members.get(at)) else {
            let near = nearest(&name, section.members.iter().map(Member::key));
            return vec![Mismatch::unknown_member(section, &name, near, within)];
        };
        let within = format!("{within}.{}", member.key());
        match member {
            Member::Setting(setting) => unknown_keys(&setting.kind, value, &within),
            Member::Section { section, .. } => unknown_members(section, value, &within),
        }
    };
    entries.flat_map(of_entry).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::spliced;
    use crate::resolve::Step;
    use crate::schema::{DefaultValue, Kind, Member, Section, Setting};
    use crate::value::json::parse_value;

    const PORT: Setting = Setting::new("Port", "port", Kind::Text, DefaultValue::Text(""));
    const SECTION: Section = Section::new("", &[Member::Setting(PORT)]);

    fn key(key: &str) -> Step {
        Step::Key(key.to_owned())
    }

    #[test]
    fn parts_are_set_and_removed_in_place() {
        let map = Kind::map(&Kind::Section(&SECTION));
        let list = Kind::List(&Kind::Section(&SECTION));
        for (kind, old, route, new, expected) in [
            (map, None, vec![key("a"), key("Port")], Some("1"), r#"{"a": {"Port": 1}}"#),
            (
                map,
                Some(r#"{"b":{}, "a": {"port": 2, "x": 3}}"#),
                vec![key("a"), key("Port")],
                Some("1"),
                r#"{"b": {}, "a": {"Port": 1, "x": 3}}"#,
            ),
            (map, Some(r#"{"A": {}}"#), vec![key("a")], Some("{}"), r#"{"A": {}, "a": {}}"#),
            (map, Some(r#"{"a": {"Port": 1}}"#), vec![key("a"), key("Port")], None, r#"{"a": {}}"#),
            (map, Some(r#"{"a": {"Port": 1}}"#), vec![key("a")], None, "{}"),
            (map, Some(r#"{"a": {}}"#), vec![key("b"), key("Port")], None, r#"{"a": {}}"#),
            (list, None, vec![Step::Element(1), key("Port")], Some("1"), r#"[{}, {"Port": 1}]"#),
            (list, Some(r#"[{"Port": 1}, {}]"#), vec![Step::Element(0)], None, "[{}]"),
            (
                list,
                Some(r#"[{"Port": 1}]"#),
                vec![Step::Element(0), key("Port")],
                Some("2"),
                r#"[{"Port": 2}]"#,
            ),
        ] {
            let raw = old.map(|old| parse_value(old).unwrap());
            assert_eq!(&*spliced(raw, &kind, &route, new), expected, "{old:?} {route:?}");
        }
    }
}
