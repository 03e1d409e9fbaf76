//! `docs sync` on pages with one slip each: the good page is restored, or the slip is left. Nothing else changes.

use std::collections::BTreeMap;

use settings_core::Settings;
use settings_core::docs::model::{Fact, Span};
use settings_core::docs::{self, Against, Format, Style};
use settings_core::reference::ServerSettings;
use settings_core::schema::Leaf;
use settings_tests::random::Random;
use settings_tests::shared;

use super::changes::{Change, changes, misspelt};
use super::fixture;
use super::good::{Good, good};

/// A page in the form with both a directive and a table, made from the settings of the reference server.
fn modern() -> String {
    let mut text = String::from("Settings\n========\n");
    for leaf in ServerSettings::SCHEMA.leaves().filter(|leaf| !leaf.setting.hidden()) {
        text.push_str(&entry(&leaf, false));
    }
    // Settings whose table has a sentence with the bare key only.
    for leaf in ServerSettings::SCHEMA.leaves().filter(|leaf| !leaf.setting.hidden()).take(6) {
        text.push_str(&entry(&leaf, true));
    }
    text
}

fn entry(leaf: &Leaf, is_bare: bool) -> String {
    let (path, env) = (leaf.path.to_string(), leaf.path.env_name("MM"));
    let (section, key) = path.rsplit_once('.').unwrap();
    // The second entry of a setting is about another one.
    let (section, env) = match is_bare {
        true => (format!("Other{section}"), env.replacen("MM_", "MM_OTHER", 1)),
        false => (section.to_owned(), env),
    };
    let path = format!("{section}.{key}");
    let title = if is_bare { format!("Other {}", leaf.setting.title) } else { leaf.setting.title.to_owned() };
    let id = path.to_lowercase().replace('.', "-");
    let mut text = format!(
        "\n.. config:setting:: {id}\n  :displayname: {title} (Settings)\n  :systemconsole: Server > Mail\n  \
         :configjson: .{path}\n  :environment: {env}\n\n{title}\n{}\n\n",
        "~".repeat(title.chars().count())
    );
    if is_bare {
        let line =
            format!("| This feature's ``config.json`` setting is ``\"{key}\": 10`` with numerical input. |");
        let border = format!("+{}+", "-".repeat(line.len() - 2));
        text.push_str(&format!("{border}\n{line}\n{border}\n"));
        return text;
    }
    let left = ["What it does.", "", "String input."];
    let right = [
        "- System Config path: **Server > Mail**".to_owned(),
        format!("- ``config.json`` setting: ``{section}`` > ``{key}``"),
        format!("- Environment variable: ``{env}``"),
    ];
    let border = format!("+{}+{}+\n", "-".repeat(40), "-".repeat(80));
    text.push_str(&border);
    for (left, right) in left.iter().zip(&right) {
        text.push_str(&format!("| {left:<39}| {right:<79}|\n"));
    }
    text + &border
}

/// Slips in names in addition to those that the other tests try.
fn more(good: &Good<'_>, all: &[Good<'_>], random: &mut Random) -> Vec<Change> {
    let mut found: Vec<Option<Change>> = Vec::new();
    let other = &all[random.below(all.len())];
    let named = |good: &Good<'_>, name: &str| good.option(name).map(|fact| fact.value.clone());
    // The name of another setting of the page, in each place.
    for (name, kind) in [
        ("configjson", "another path in the directive"),
        ("environment", "another variable in the directive"),
        ("systemconsole", "another console path in the directive"),
    ] {
        if let (Some(own), Some(new)) = (good.option(name), named(other, name)) {
            found.push(good.change(kind, own.span, &new, &[]));
        }
    }
    let env = |good: &Good<'_>| good.env.and_then(|env| env.name.clone());
    if let (Some(own), Some(new)) = (env(good), env(other)) {
        found.push(good.change("another variable in the table", own.span, &new.value, &[]));
    }
    if let (Some(own), Some(new)) = (good.path(), other.path())
        && let (Some(text), Some(new)) =
            (good.page.text.get(own.span.range()), other.page.text.get(new.span.range()))
        && !text.is_empty()
    {
        found.push(good.change("another path in the table", own.span, new, &[]));
    }
    // A letter too many, one missing, in each name.
    let places: [(&'static str, Option<&Fact<String>>); 4] = [
        ("a letter in the directive's path", good.option("configjson")),
        ("a letter in the directive's variable", good.option("environment")),
        ("a letter in the table's variable", good.env.and_then(|env| env.name.as_ref())),
        ("a letter in the console path", good.console.and_then(|console| console.name.as_ref())),
    ];
    for (kind, fact) in places {
        let Some(fact) = fact.filter(|fact| good.is_verbatim(fact) && fact.value.len() > 4) else { continue };
        let at = fact.span.start + 2 + random.below(fact.value.len() - 3);
        if good.page.text.is_char_boundary(at) && good.page.text.is_char_boundary(at + 1) {
            found.push(good.change(kind, Span::new(at, at), "x", &[]));
            found.push(good.change(kind, Span::new(at, at + 1), "", &[]));
        }
    }
    // The key in the sentence of a table with one cell.
    if let Some(config) = good.config
        && let Some(key) =
            config.name.as_ref().filter(|key| !key.value.contains('.') && good.is_verbatim(key))
        && let Some(wrong) = misspelt(&key.value, random)
    {
        found.push(good.change("a bare key", key.span, &wrong, &[]));
    }
    // A literal in another form.
    if let Some(env) = good.env
        && let Some(text) = good.page.text.get(env.span.range())
        && let Some(at) = text.find("``")
    {
        let at = env.span.start + at;
        found.push(good.change("a backtick missing", Span::new(at, at + 1), "", &[]));
    }
    found.into_iter().flatten().collect()
}

/// The words of a page, line by line, without the geometry of its tables.
fn words(text: &str) -> Vec<String> {
    let is_border = |line: &&str| line.starts_with('+') && line.chars().all(|c| matches!(c, '+' | '-'));
    let lines = text.lines().map(str::trim_end).filter(|line| !is_border(line));
    let one = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ").replace(" |", "|");
    // A path in a directive may begin with a dot.
    lines.map(|line| one(line).replacen(":configjson: .", ":configjson: ", 1)).collect()
}

#[derive(Default)]
struct Count {
    tried: usize,
    restored: usize,
    left: usize,
}

#[test]
fn sync_restores_the_page_or_leaves_the_slip() {
    let own = docs::from_schema(ServerSettings::SCHEMA).swap_remove(0);
    let mut pages = vec![
        ("modern-made.rst".to_owned(), modern()),
        ("table.rst".to_owned(), docs::render(&own, Style::Table, Format::Rst)),
        ("directive.rst".to_owned(), docs::render(&own, Style::Directive, Format::Rst)),
    ];
    pages.extend(["rules.rst", "modern.rst", "mended.rst"].map(|name| (name.to_owned(), fixture(name))));
    if let Some(shared) = shared("docs_mutations") {
        let mut paths: Vec<_> = std::fs::read_dir(shared.join("pages/2026"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "rst"))
            .collect();
        paths.sort();
        pages.extend(paths.into_iter().map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        }));
    }
    let mut random = Random::seeded(0x0F00_D900);
    let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
    let mut spread = Vec::new();
    for schema in [None, Some(ServerSettings::SCHEMA)] {
        for (name, text) in &pages {
            let text = docs::sync(name, text.as_bytes(), schema).unwrap().bytes;
            let text = String::from_utf8(text).unwrap();
            let page = docs::read(name, text.as_bytes()).unwrap();
            let findings = docs::check(&page, schema, Against::Both);
            let goods = good(&page, &findings);
            let mut all = Vec::new();
            for good in &goods {
                all.extend(changes(good, &mut random));
                all.extend(more(good, &goods, &mut random));
            }
            all.retain(|change| !change.kind.starts_with("no mistake") && change.text != text);
            let mut tries: BTreeMap<&'static str, usize> = BTreeMap::new();
            while let Some(at) = all.len().checked_sub(1) {
                let change = all.swap_remove(random.below(at + 1));
                let tried = tries.entry(change.kind).or_default();
                *tried += 1;
                if *tried > if text.len() < 40_000 { 6 } else { 1 } {
                    continue;
                }
                let count = counts.entry(change.kind).or_default();
                count.tried += 1;
                let synced = docs::sync(name, change.text.as_bytes(), schema).unwrap();
                let out = String::from_utf8(synced.bytes).unwrap();
                if out == text || words(&out) == words(&text) {
                    count.restored += 1;
                } else if words(&out) == words(&change.text) {
                    count.left += 1;
                } else {
                    let diff = docs::generate::unified_diff(name, &change.text, &out);
                    let kind = change.kind;
                    let by = if schema.is_some() { "with" } else { "without" };
                    spread.push(format!("{kind}, {by} the schema, {name}:{}\n{diff}", change.lines.0));
                }
            }
        }
    }
    let tried: usize = counts.values().map(|count| count.tried).sum();
    let restored: usize = counts.values().map(|count| count.restored).sum();
    for (kind, count) in &counts {
        println!("{kind:40} {:4} tried, {:4} restored, {:4} left", count.tried, count.restored, count.left);
    }
    println!("{tried} tried, {restored} restored, {} spread", spread.len());
    assert!(spread.is_empty(), "{} of {tried}:\n{}", spread.len(), spread.join("\n"));
    assert!(tried >= 900, "{tried}");
    assert!(restored * 3 > tried, "{restored} of {tried}");
}
