//! The Rust source of imported settings.

use std::fmt::Write;

use crate::docs::fill::fill;

use super::infer::{Choice, InferredKind};
use super::item::{Item, Left};
use super::names::{field, type_name, unique};
use super::text::markdown;
use super::tree::{Member, Section, Tree};
use super::words::Bounds;

const ROOT: &str = "ImportedSettings";
const APART: &str = "SettingsWithoutSection";
const WIDTH: usize = 100;

/// Returns the whole file.
pub(super) fn source(
    tree: &Tree,
    prefix: Option<&str>,
    page_texts: &[(String, String)],
    left: &[Left],
) -> String {
    let mut paths = Vec::new();
    tree.root.each(&mut |item| paths.push(item.path.join(".")));
    let mut writer = Writer {
        body: String::new(),
        paths,
        taken: [
            "Settings",
            "SettingValue",
            "Secret",
            "Duration",
            "BTreeMap",
            "Json",
            "String",
            "Vec",
            "Option",
            "Result",
            "Box",
            "Some",
            "None",
            "Ok",
            "Err",
            "Default",
            "Clone",
            "Copy",
            "Debug",
            "PartialEq",
            "Eq",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    let name = unique(ROOT.to_owned(), &mut writer.taken);
    let root = Attributes { key: None, prefix: Some(prefix.unwrap_or_default()), page_texts };
    writer.section(&tree.root, &name, &root, "All settings.");
    for section in &tree.apart {
        let name = unique(APART.to_owned(), &mut writer.taken);
        let attributes = Attributes { key: None, prefix: None, page_texts: &[] };
        let doc = "Settings whose pages don't give their section, apart from the program's: move each one to its section.";
        writer.section(section, &name, &attributes, doc);
    }
    let mut out = String::from("//! Settings imported from reference pages.\n");
    if prefix.is_none() {
        out.push_str(
            "//!\n//! The pages name no environment variable. Set `env_prefix` of the root to the program's prefix.\n",
        );
    }
    out.push('\n');
    let uses = |word: &str| writer.body.contains(word);
    if uses("BTreeMap<") {
        out.push_str("use std::collections::BTreeMap;\n");
    }
    if uses("Duration>") || uses("Duration,") {
        out.push_str("use std::time::Duration;\n");
    }
    if out.ends_with(";\n") {
        out.push('\n');
    }
    if uses("Option<Json>") {
        out.push_str("use settings_core::value::Json;\n");
    }
    let secret = if uses("Secret>") || uses("Secret,") { "Secret, " } else { "" };
    let value = if uses("derive(SettingValue") { "SettingValue, " } else { "" };
    let names = format!("{secret}{value}Settings");
    let _ = if names.contains(',') {
        writeln!(out, "use settings_core::{{{names}}};\n")
    } else {
        writeln!(out, "use settings_core::{names};\n")
    };
    out.push_str(writer.body.trim_start_matches('\n'));
    if !left.is_empty() {
        out.push_str(
            "\n// Documented, but not imported; the texts stay on their pages, in the `page_text`s:\n",
        );
        for left in left {
            let _ = writeln!(out, "// - {} ({}): {}", left.name.replace('\n', " "), left.at.origin, left.why);
        }
    }
    out
}

/// The attributes of a section's struct.
struct Attributes<'a> {
    key: Option<&'a str>,
    prefix: Option<&'a str>,
    page_texts: &'a [(String, String)],
}

struct Writer {
    body: String,
    taken: Vec<String>,
    /// The paths of all settings, which a deprecation may name as a replacement.
    paths: Vec<String>,
}

impl Writer {
    fn section(&mut self, section: &Section, name: &str, own: &Attributes<'_>, doc: &str) {
        let page = common(section, |item| Some(item.page.clone()));
        let console = common(section, |item| item.console.clone());
        let mut attributes = Vec::new();
        attributes.extend(own.key.map(|key| format!("section = {key:?}")));
        attributes.extend(own.prefix.map(|prefix| match prefix {
            "" => "root".to_owned(),
            prefix => format!("env_prefix = {prefix:?}"),
        }));
        attributes.extend(page.as_ref().map(|page| format!("page = {page:?}")));
        attributes.extend(console.as_ref().map(|console| format!("console = {console:?}")));
        let mut fields = String::new();
        let (mut names, mut later, mut enums) = (Vec::new(), Vec::new(), Vec::new());
        for (key, member) in &section.members {
            let field = unique(field(key), &mut names);
            if !fields.is_empty() {
                fields.push('\n');
            }
            match member {
                Member::Setting(item) => {
                    let kind = self.type_of(item, key, &mut enums);
                    let shared =
                        Shared { page: page.as_deref(), console: console.as_deref(), paths: &self.paths };
                    setting(&mut fields, item, key, &field, &kind, &shared);
                }
                Member::Section(inner) => {
                    let name = unique(type_name(key), &mut self.taken);
                    let _ = writeln!(fields, "    /// The settings of `{key}`.");
                    let _ = writeln!(fields, "    pub {field}: {name},");
                    later.push((inner, name, key));
                }
            }
        }
        let _ = writeln!(self.body, "\n/// {doc}\n#[derive(Settings, Clone, Debug)]");
        if !attributes.is_empty() {
            let _ = writeln!(self.body, "#[settings({})]", attributes.join(", "));
        }
        for (page, rst) in own.page_texts {
            let _ = writeln!(self.body, "#[settings(page_text(page = {page:?}, rst = {}))]", literal(rst));
        }
        let _ = writeln!(self.body, "pub struct {name} {{\n{fields}}}");
        for (name, key, choices) in enums {
            one_of(&mut self.body, &name, &key, &choices);
        }
        for (inner, name, key) in later {
            let attributes = Attributes { key: Some(key), prefix: None, page_texts: &[] };
            self.section(inner, &name, &attributes, &format!("The settings of `{key}`."));
        }
    }

    /// The field's type. A setting without a default is optional.
    fn type_of(&mut self, item: &Item, key: &str, enums: &mut Vec<(String, String, Vec<Choice>)>) -> String {
        let name = match &item.inferred.kind {
            InferredKind::Bool => "bool".to_owned(),
            InferredKind::Integer(_) => "i64".to_owned(),
            InferredKind::Float => "f64".to_owned(),
            InferredKind::Duration(..) => "Duration".to_owned(),
            InferredKind::Text(..) => "String".to_owned(),
            InferredKind::Json => return "Option<Json>".to_owned(),
            InferredKind::Secret => "Secret".to_owned(),
            InferredKind::List => "Vec<String>".to_owned(),
            InferredKind::Map => "BTreeMap<String, String>".to_owned(),
            InferredKind::OneOf(choices) => {
                let name = unique(type_name(key), &mut self.taken);
                enums.push((name.clone(), key.to_owned(), choices.clone()));
                name
            }
        };
        if item.inferred.default.is_some() { name } else { format!("Option<{name}>") }
    }
}

/// What all settings of a section itself share.
fn common(section: &Section, of: impl Fn(&Item) -> Option<String>) -> Option<String> {
    let mut values = section.members.iter().filter_map(|(_, member)| match member {
        Member::Setting(item) => Some(of(item)),
        Member::Section(_) => None,
    });
    let first = values.next()??;
    values.all(|value| value.as_ref() == Some(&first)).then_some(first)
}

/// What the settings of a section share.
struct Shared<'a> {
    page: Option<&'a str>,
    console: Option<&'a str>,
    /// The paths of all settings.
    paths: &'a [String],
}

impl Shared<'_> {
    /// Returns the path or key by which a deprecated setting names its replacement, if that is a setting.
    fn replacement(&self, item: &Item, named: &str) -> Option<String> {
        let sections = item.path.split_last().map(|(_, sections)| sections.join("."))?;
        let in_section = format!("{sections}.{named}");
        let is_setting = |path: &str| self.paths.iter().any(|known| known == path);
        match named.contains('.') {
            true => is_setting(named).then(|| named.to_owned()),
            false => is_setting(&in_section).then(|| named.to_owned()),
        }
    }
}

fn setting(out: &mut String, item: &Item, key: &str, field: &str, kind: &str, shared: &Shared<'_>) {
    doc_comment(out, item);
    let mut attributes = vec![format!("key = {key:?}"), format!("title = {:?}", item.title)];
    match &item.inferred.kind {
        InferredKind::Duration(unit, bounds) => {
            attributes.push(format!("unit = {unit:?}"));
            let longest = match *unit {
                "days" => MOST_DAYS,
                _ => i64::from(u32::MAX),
            };
            attributes.extend(range(bounds, 0, longest));
        }
        InferredKind::Integer(bounds) => attributes.extend(range(bounds, i64::MIN, i64::MAX)),
        InferredKind::Text(low, high) => {
            attributes.extend(low.map(|low| format!("min_len = {low}")));
            attributes.extend(high.map(|high| format!("max_len = {high}")));
        }
        _ => {}
    }
    let default = item.inferred.default.as_ref().filter(|default| !default.is_empty());
    attributes.extend(default.map(|default| format!("default = {default}")));
    if shared.page != Some(item.page.as_str()) {
        attributes.push(format!("page = {:?}", item.page));
    }
    if let Some(own) = item.console.as_deref().filter(|own| shared.console != Some(*own)) {
        attributes.push(format!("console = {own:?}"));
    }
    if let Some(deprecation) = &item.inferred.deprecated
        && let Some(since) = &deprecation.since
    {
        let instead = deprecation.replacement.as_ref().and_then(|named| shared.replacement(item, named));
        let instead =
            instead.map(|replacement| format!(", replacement = {replacement:?}")).unwrap_or_default();
        let reason = sentence(&markdown(&deprecation.reason));
        attributes.push(format!("deprecated(since = {since:?}, reason = {reason:?}{instead})"));
    }
    let mut todos = item.todos();
    if let Some(deprecation) = item.inferred.deprecated.as_ref().filter(|found| found.since.is_none()) {
        todos.push(format!("deprecated since which version? the page says: {}", deprecation.reason));
    }
    if !todos.is_empty() {
        attributes.push(format!("todo = {:?}", format!("{} ({})", todos.join("; "), item.at.origin)));
    }
    let _ = writeln!(out, "    #[setting({})]", attributes.join(", "));
    let _ = writeln!(out, "    pub {field}: {kind},");
}

/// The longest duration in days that milliseconds in 64 bits can count.
const MOST_DAYS: i64 = 213_503_982_334;

/// Returns the attribute `range`. An open side gets the type's own bound.
fn range(bounds: &Bounds, least: i64, most: i64) -> Option<String> {
    if *bounds == Bounds::default() {
        return None;
    }
    let (low, high) = (bounds.low.unwrap_or(least).max(least), bounds.high.unwrap_or(most).min(most));
    (low <= high).then(|| format!("range = {low}..={high}"))
}

fn doc_comment(out: &mut String, item: &Item) {
    let mut blocks: Vec<Vec<String>> = Vec::new();
    match item.texts.description.is_empty() {
        true => blocks.push(vec![sentence(&item.title)]),
        false => blocks.extend(item.texts.description.iter().map(|text| wrapped(text, ""))),
    }
    if !item.values.is_empty() {
        let is_bool = item.inferred.kind == InferredKind::Bool;
        let lines = item.values.iter().flat_map(|(value, text)| {
            let value = if is_bool { value.to_lowercase() } else { value.clone() };
            let text = if text.is_empty() { "See above." } else { text };
            wrapped(&format!("- `{value}`: {text}"), "  ")
        });
        blocks.push(lines.collect());
    }
    blocks.extend(item.texts.note.iter().map(|text| wrapped(text, "")));
    let lines: Vec<String> = blocks.join(&String::new());
    for line in lines {
        let _ = writeln!(out, "    ///{}{line}", if line.is_empty() { "" } else { " " });
    }
}

/// A text of several lines as a literal, its line ends as they are.
fn literal(text: &str) -> String {
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return format!("{text:?}");
    }
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

fn sentence(title: &str) -> String {
    if title.ends_with(['.', '!', '?']) { title.to_owned() } else { format!("{title}.") }
}

/// A paragraph's lines; none but the first looks like the beginning of another block.
fn wrapped(text: &str, hang: &str) -> Vec<String> {
    let first_is_item = !hang.is_empty();
    let text = if first_is_item { text.to_owned() } else { harmless(text) };
    let mut lines: Vec<String> = Vec::new();
    for line in fill(&text, WIDTH) {
        match lines.last_mut() {
            Some(last) if begins_block(&line) => {
                last.push(' ');
                last.push_str(&line);
            }
            Some(_) => lines.push(format!("{hang}{line}")),
            None => lines.push(line),
        }
    }
    lines
}

fn begins_block(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['-', '*', '+', '#', '>', '|', '`', '~'])
        || digits.len() < line.len() && digits.starts_with(['.', ')'])
}

/// A paragraph that can't be taken for a list or a heading.
fn harmless(text: &str) -> String {
    let is_block = text.starts_with(['-', '+', '#', '>', '|']) || text.starts_with("* ");
    if is_block { format!("\\{text}") } else { text.to_owned() }
}

fn one_of(out: &mut String, name: &str, key: &str, choices: &[Choice]) {
    let _ = writeln!(
        out,
        "\n/// The values of `{key}`.\n#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]\npub enum {name} {{"
    );
    let mut taken = Vec::new();
    for choice in choices {
        let variant =
            unique(type_name(if choice.text.is_empty() { &choice.label } else { &choice.text }), &mut taken);
        let meaning = choice.meaning.split_whitespace().collect::<Vec<_>>().join(" ");
        let meaning =
            crate::docs::inline::rst_to_doc(&meaning).replace("(Default)", "").replace("(default)", "");
        let meaning = if meaning.trim().is_empty() { sentence(&choice.label) } else { meaning };
        for line in wrapped(&meaning, "") {
            let _ = writeln!(out, "    /// {line}");
        }
        let label =
            if choice.label == choice.text { String::new() } else { format!(", label = {:?}", choice.label) };
        let _ = writeln!(out, "    #[value(text = {:?}{label})]\n    {variant},", choice.text);
    }
    out.push_str("}\n");
}
