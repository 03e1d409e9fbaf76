//! Facts of a setting in addition to its value: its first version, its requirements, its replacement; and the rules
//! over several settings.

use crate::docs::inline::markdown_to_rst;
use crate::docs::model::{Content, Fact, Heading, Part, Placed, Value};
use crate::schema::{Leaf, Rule, Section, Strength};

use super::blocks::one_line;

/// The line under the heading: `Since 1.1, deprecated since 1.2`.
pub(super) fn badge(leaf: &Leaf) -> Option<Part> {
    let mut words: Vec<String> = Vec::new();
    words.extend(leaf.setting.added().map(|version| format!("since {}", named(version))));
    words.extend(
        leaf.setting.deprecated().map(|deprecated| format!("deprecated since {}", named(deprecated.since))),
    );
    let text = words.join(", ");
    let mut chars = text.chars();
    let first = chars.next()?.to_uppercase();
    Some(Part::Badge(format!("{first}{}", chars.as_str()).into()))
}

/// A version in the words of the pages.
fn named(version: &str) -> String {
    if version == "next" { "the next version".to_owned() } else { format!("version {version}") }
}

/// Paragraphs below the setting's table.
pub(super) fn notes(leaf: &Leaf) -> Vec<Content> {
    let mut notes = Vec::new();
    for (tag, variant) in &leaf.variants {
        notes.push(format!("Applies only if ``{tag}`` is ``{}``.", variant.value));
    }
    if leaf.setting.required() {
        notes.push("**Required**: there is no default.".to_owned());
    }
    if let [_, others @ ..] = leaf.setting.variables()
        && !others.is_empty()
    {
        let names: Vec<_> = others.iter().map(|name| format!("``{name}``")).collect();
        notes.push(format!("Other variables, the strongest first: {}.", names.join(", ")));
    }
    if let Some(deprecated) = leaf.setting.deprecated() {
        let reason = sentence(deprecated.reason);
        let instead = deprecated.replacement.map(|path| match leaf.path.to_string().rsplit_once('.') {
            Some((section, _)) if !path.contains('.') => format!(" Set ``{section}.{path}`` instead."),
            _ => format!(" Set ``{path}`` instead."),
        });
        notes.push(format!("**Deprecated**: {reason}{}", instead.unwrap_or_default()));
    }
    if leaf.setting.restart() {
        notes.push("A change takes effect after a restart of the server.".to_owned());
    }
    if let Some(scope) = leaf.setting.scope() {
        notes.push(format!("Scope: {}.", markdown_to_rst(scope)));
    }
    // Rules over several settings follow at the end of the page.
    let own = leaf.section.rules.iter().filter(|rule| rule.fields == [leaf.setting.key]);
    notes.extend(own.map(described));
    notes.into_iter().map(|text| Content::Text(text.into())).collect()
}

/// The rules over several settings of a page: a heading, and an item for each. Empty where there are none.
pub(super) fn rules(leaves: &[Leaf]) -> Vec<Placed> {
    let mut sections: Vec<&'static Section> = Vec::new();
    let mut items = Vec::new();
    for leaf in leaves {
        if sections.iter().any(|known| std::ptr::eq(*known, leaf.section)) {
            continue;
        }
        sections.push(leaf.section);
        let prefix = leaf.path.to_string();
        let above = prefix.rsplit_once('.').map_or("", |(section, _)| section);
        // A rule is on the page of its first setting.
        let on_page = |rule: &&Rule| {
            let first = rule.fields.first().map(|field| joined(above, field));
            leaves.iter().any(|leaf| Some(leaf.path.to_string()) == first)
        };
        let over_several = |rule: &&Rule| rule.fields.len() > 1;
        let rules = leaf.section.rules.iter().filter(over_several).filter(on_page);
        items.extend(rules.map(|rule| item(rule, above)));
    }
    if items.is_empty() {
        return Vec::new();
    }
    let title = Heading { title: "Settings that depend on each other".into(), ..heading() };
    [Part::Heading(title), list(items)].into_iter().map(Placed::by_rule).collect()
}

fn heading() -> Heading {
    Heading { title: Fact::default(), mark: Heading::SETTING, length: None }
}

fn list(items: Vec<String>) -> Part {
    let items = items.into_iter().map(|text| Value { text: text.into(), ..Value::default() }).collect();
    Part::Values(items)
}

fn item(rule: &Rule, above: &str) -> String {
    let paths: Vec<String> =
        rule.fields.iter().map(|field| format!("``{}``", joined(above, field))).collect();
    format!("{} (It looks at {}.)", described(rule), paths.join(", "))
}

/// The message of a rule, and its help.
fn described(rule: &Rule) -> String {
    let lead = match rule.strength {
        Strength::Error => "Refused",
        Strength::Warning => "Warned of",
    };
    let mut text = format!("{lead}: {}", sentence(rule.message));
    if !rule.help.is_empty() {
        text.push_str(&format!(" To fix it, {}", sentence(rule.help)));
    }
    text
}

fn joined(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

fn sentence(markdown: &str) -> String {
    let text = markdown_to_rst(&one_line(markdown));
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}
