//! `config.json` templates.

use super::{comments, written};
use crate::schema::{Member, Path, Section, Setting, Variant};
use crate::value::json::write_string;
use crate::value::to_json;

const INDENT: &str = "    ";

/// Returns every setting at its default, as plain JSON: `config.default.json`. It resolves without a diagnostic.
pub fn default_json(root: &'static Section) -> String {
    Writer::write(root, false)
}

/// Returns every setting at its default, with description, values, default and variable in `//` comments. Optional
/// sections, the settings of variants that are not the default, and one entry of each list and map of sections, are
/// commented out.
pub fn commented_json(root: &'static Section) -> String {
    Writer::write(root, true)
}

struct Writer {
    out: String,
    commented: bool,
    root: &'static Section,
}

/// One line (or block) of an object, and whether it is only a comment.
enum Entry {
    Written {
        lead: Vec<String>,
        key: &'static str,
        value: String,
    },
    Absent {
        lead: Vec<String>,
    },
    /// Lines to use without their comment marks; the entry before them ends in a comma.
    CommentedOut {
        lead: Vec<String>,
    },
    Below {
        lead: Vec<String>,
        key: &'static str,
        section: &'static Section,
    },
}

impl Writer {
    fn write(root: &'static Section, commented: bool) -> String {
        let mut writer = Self { out: String::new(), commented, root };
        if root.key.is_empty() {
            if commented {
                writer.comment(&comments::of_section(root), 0);
            }
            writer.object(root, &[]);
        } else {
            let entry = Entry::Below { lead: writer.lead_of_section(root), key: root.key, section: root };
            writer.out.push('{');
            writer.entries(vec![entry], &[]);
            writer.out.push('}');
        }
        writer.out.push('\n');
        writer.out
    }

    /// The recursion is as deep as the structs nest.
    fn object(&mut self, section: &'static Section, keys: &[&'static str]) {
        self.out.push('{');
        let mut known = None;
        let is_selected = |member: &&Member| super::unselected(member).is_none();
        let (selected, others): (Vec<_>, Vec<_>) = section.members.iter().partition(is_selected);
        let entries =
            selected.into_iter().chain(others).filter_map(|member| match super::unselected(member) {
                None => self.entry(member, keys),
                Some(variant) => {
                    let condition = (known.replace(variant) != Some(variant)).then_some(variant);
                    self.unselected(member, condition, keys)
                }
            });
        let entries: Vec<_> = entries.collect();
        self.entries(entries, keys);
        self.out.push('}');
    }

    fn entry(&self, member: &'static Member, keys: &[&'static str]) -> Option<Entry> {
        match member {
            Member::Section { key, section, optional: true, .. } => {
                let mut lead = self.lead_of_section(section);
                lead.extend(self.commented_out(key, section, keys));
                self.commented.then_some(Entry::CommentedOut { lead })
            }
            Member::Section { key, section, .. } => {
                Some(Entry::Below { lead: self.lead_of_section(section), key, section })
            }
            Member::Setting(setting) => {
                let lead = if self.commented {
                    let path = Path::new(keys.iter().copied().chain([setting.key]).collect());
                    comments::of_setting(setting, self.root.variable(&path, setting).as_deref())
                } else {
                    Vec::new()
                };
                match written(setting) {
                    Some(value) => {
                        let json = to_json(&setting.kind, &value);
                        let value = self.with_example(setting, keys, &json).unwrap_or(json);
                        Some(Entry::Written { lead, key: setting.key, value })
                    }
                    None if self.commented && super::is_named(setting) => {
                        let mut lead = lead;
                        lead.push(format!("\"{}\": …", setting.key));
                        Some(Entry::Absent { lead })
                    }
                    None => None,
                }
            }
        }
    }

    /// A member of a variant that is not the default, commented out, after the condition that selects the variant.
    fn unselected(
        &self,
        member: &'static Member,
        condition: Option<&'static Variant>,
        keys: &[&'static str],
    ) -> Option<Entry> {
        let mut lead = Vec::new();
        if let Some(variant) = condition {
            lead.extend(comments::of_variant(&format!("\"{}\"", variant.tag), variant));
            lead.push(String::new());
        }
        match self.entry(member, keys)? {
            _ if !self.commented => return None,
            Entry::Written { lead: about, key, value } => {
                lead.extend(about);
                let mut text = String::new();
                write_string(&mut text, key);
                text.push_str(&format!(": {value},"));
                let margin = INDENT.repeat(keys.len() + 1);
                lead.extend(text.lines().map(|line| line.strip_prefix(&margin).unwrap_or(line).to_owned()));
            }
            Entry::Below { lead: about, key, section } => {
                lead.extend(about);
                lead.extend(self.commented_out(key, section, keys));
            }
            Entry::Absent { lead: about } | Entry::CommentedOut { lead: about } => lead.extend(about),
        }
        Some(Entry::CommentedOut { lead })
    }

    /// The lines of a section, from its key on.
    fn commented_out(
        &self,
        key: &'static str,
        section: &'static Section,
        keys: &[&'static str],
    ) -> Vec<String> {
        let below: Vec<_> = keys.iter().copied().chain([key]).collect();
        let mut writer = Self { out: String::new(), ..*self };
        writer.key(&[], key, 0);
        writer.object(section, &below);
        writer.out.push(',');
        let margin = INDENT.repeat(below.len());
        writer.out.lines().map(|line| line.strip_prefix(&margin).unwrap_or(line).to_owned()).collect()
    }

    /// An empty list or map of sections with one entry in it, commented out.
    fn with_example(&self, setting: &'static Setting, keys: &[&'static str], json: &str) -> Option<String> {
        if !self.commented || !matches!(json, "[]" | "{}") {
            return None;
        }
        let (placeholders, section) = setting.kind.entries()?;
        let (placeholder, inner) = placeholders.split_first()?;
        let above: Vec<_> = keys.iter().copied().chain([setting.key]).collect();
        let mut writer = Self { out: String::new(), ..*self };
        writer.example(placeholder, inner, section, &above);
        let margin = INDENT.repeat(above.len() + 1);
        let mut value = json.get(..1)?.to_owned();
        for line in writer.out.lines() {
            let line = line.strip_prefix(&margin).unwrap_or(line);
            let mark = if line.is_empty() { "" } else { " " };
            value.push_str(&format!("\n{margin}//{mark}{line}"));
        }
        value.push_str(&format!("\n{}{}", INDENT.repeat(above.len()), json.get(1..)?));
        Some(value)
    }

    /// An entry at `placeholder`, and the entries in it.
    fn example(
        &mut self,
        placeholder: &'static str,
        inner: &[&'static str],
        section: &'static Section,
        above: &[&'static str],
    ) {
        let keys: Vec<_> = above.iter().copied().chain([placeholder]).collect();
        self.indent(keys.len());
        if placeholder == Path::NAMED_ENTRY {
            write_string(&mut self.out, placeholder);
            self.out.push_str(": ");
        }
        match inner.split_first() {
            None => self.object(section, &keys),
            Some((next, inner)) => {
                let (open, close) = if *next == Path::ENTRY { ('[', ']') } else { ('{', '}') };
                self.out.push(open);
                self.out.push('\n');
                self.example(next, inner, section, &keys);
                self.indent(keys.len());
                self.out.push(close);
            }
        }
        self.out.push('\n');
    }

    fn entries(&mut self, entries: Vec<Entry>, keys: &[&'static str]) {
        if entries.is_empty() {
            return;
        }
        self.out.push('\n');
        let depth = keys.len() + 1;
        let is_absent = |entry: &Entry| matches!(entry, Entry::Absent { .. } | Entry::CommentedOut { .. });
        let last = entries.iter().rposition(|entry| !is_absent(entry)).filter(|last| {
            let mut after = entries.iter().skip(last + 1);
            !after.any(|entry| matches!(entry, Entry::CommentedOut { .. }))
        });
        for (at, entry) in entries.into_iter().enumerate() {
            if at > 0 && self.commented {
                self.out.push('\n');
            }
            match entry {
                Entry::Absent { lead } | Entry::CommentedOut { lead } => {
                    self.comment(&lead, depth);
                    continue;
                }
                Entry::Written { lead, key, value } => {
                    self.key(&lead, key, depth);
                    self.out.push_str(&value);
                }
                Entry::Below { lead, key, section } => {
                    self.key(&lead, key, depth);
                    let below: Vec<_> = keys.iter().copied().chain([key]).collect();
                    self.object(section, &below);
                }
            }
            self.out.push_str(if Some(at) == last { "\n" } else { ",\n" });
        }
        self.indent(keys.len());
    }

    fn lead_of_section(&self, section: &Section) -> Vec<String> {
        if self.commented { comments::of_section(section) } else { Vec::new() }
    }

    fn key(&mut self, lead: &[String], key: &str, depth: usize) {
        self.comment(lead, depth);
        self.indent(depth);
        write_string(&mut self.out, key);
        self.out.push_str(": ");
    }

    fn comment(&mut self, lines: &[String], depth: usize) {
        for line in lines {
            self.indent(depth);
            self.out.push_str(if line.is_empty() { "//" } else { "// " });
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn indent(&mut self, depth: usize) {
        (0..depth).for_each(|_| self.out.push_str(INDENT));
    }
}
