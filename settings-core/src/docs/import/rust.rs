//! The Rust source of imported settings.

use std::fmt::Write;

use crate::docs::fill::fill;

use super::infer::{Choice, InferredKind};
use super::item::{Item, Left};
use super::names::{field, type_name, unique};
use super::tree::{Member, Section};

const ROOT: &str = "ImportedSettings";
const WIDTH: usize = 100;

/// The whole file.
pub(super) fn source(
    root: &Section,
    prefix: Option<&str>,
    page_texts: &[(String, String)],
    left: &[Left],
) -> String {
    let mut writer = Writer {
        body: String::new(),
        taken: ["Settings", "SettingValue", "Secret", "Duration", "BTreeMap", "String", "Vec", "Option"]
            .map(str::to_owned)
            .to_vec(),
    };
    let name = unique(ROOT.to_owned(), &mut writer.taken);
    writer.section(root, &name, None, prefix, page_texts);
    let mut out = String::from("//! Settings taken over from reference pages.\n\n");
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
            "\n// Documented, but not settings here; their texts stay on their pages, in the `page_text`s:\n",
        );
        for left in left {
            let _ = writeln!(out, "// - {} ({}): {}", left.name.replace('\n', " "), left.at.origin, left.why);
        }
    }
    out
}

struct Writer {
    body: String,
    taken: Vec<String>,
}

impl Writer {
    fn section(
        &mut self,
        section: &Section,
        name: &str,
        key: Option<&str>,
        prefix: Option<&str>,
        page_texts: &[(String, String)],
    ) {
        let page = common(section, |item| Some(item.page.clone()));
        let console = common(section, |item| item.console.clone());
        let mut attributes = Vec::new();
        attributes.extend(key.map(|key| format!("section = {key:?}")));
        attributes.extend(prefix.map(|prefix| format!("env_prefix = {prefix:?}")));
        attributes.extend(page.as_ref().map(|page| format!("page = {page:?}")));
        attributes.extend(console.as_ref().map(|console| format!("console = {console:?}")));
        let doc = match key {
            Some(key) => format!("The settings of `{key}`."),
            None => "All settings.".to_owned(),
        };
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
                    setting(&mut fields, item, key, &field, &kind, page.as_deref(), console.as_deref());
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
        for (page, rst) in page_texts {
            let _ = writeln!(self.body, "#[settings(page_text(page = {page:?}, rst = {}))]", literal(rst));
        }
        let _ = writeln!(self.body, "pub struct {name} {{\n{fields}}}");
        for (name, key, choices) in enums {
            one_of(&mut self.body, &name, &key, &choices);
        }
        for (inner, name, key) in later {
            self.section(inner, &name, Some(key), None, &[]);
        }
    }

    /// The field's type. A setting without a default is optional.
    fn type_of(&mut self, item: &Item, key: &str, enums: &mut Vec<(String, String, Vec<Choice>)>) -> String {
        let name = match &item.inferred.kind {
            InferredKind::Bool => "bool".to_owned(),
            InferredKind::Integer(_) => "i64".to_owned(),
            InferredKind::Float => "f64".to_owned(),
            InferredKind::Duration(_) => "Duration".to_owned(),
            InferredKind::Text => "String".to_owned(),
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

/// The value that all direct settings of a section share.
fn common(section: &Section, of: impl Fn(&Item) -> Option<String>) -> Option<String> {
    let mut values = section.members.iter().filter_map(|(_, member)| match member {
        Member::Setting(item) => Some(of(item)),
        Member::Section(_) => None,
    });
    let first = values.next()??;
    values.all(|value| value.as_ref() == Some(&first)).then_some(first)
}

fn setting(
    out: &mut String,
    item: &Item,
    key: &str,
    field: &str,
    kind: &str,
    page: Option<&str>,
    console: Option<&str>,
) {
    doc_comment(out, item);
    let mut attributes = vec![format!("key = {key:?}"), format!("title = {:?}", item.title)];
    if let InferredKind::Duration(unit) = item.inferred.kind {
        attributes.push(format!("unit = {unit:?}"));
    }
    if let InferredKind::Integer(Some((low, high))) = item.inferred.kind {
        attributes.push(format!("range = {low}..={high}"));
    }
    let default = item.inferred.default.as_ref().filter(|default| !default.is_empty());
    attributes.extend(default.map(|default| format!("default = {default}")));
    if page != Some(item.page.as_str()) {
        attributes.push(format!("page = {:?}", item.page));
    }
    if let Some(own) = item.console.as_deref().filter(|own| console != Some(*own)) {
        attributes.push(format!("console = {own:?}"));
    }
    if !item.todo.is_empty() {
        attributes.push(format!("todo = {:?}", format!("{} ({})", item.todo.join("; "), item.at.origin)));
    }
    let _ = writeln!(out, "    #[setting({})]", attributes.join(", "));
    let _ = writeln!(out, "    pub {field}: {kind},");
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
