//! Templates of configuration files in formats other than JSON.

use super::{commented_json, default_json};
#[cfg(any(feature = "toml", feature = "yaml"))]
use super::{comments, is_named, written};
use crate::format::FileFormat;
use crate::schema::Section;
#[cfg(any(feature = "toml", feature = "yaml"))]
use crate::schema::{Member, Path, Setting};
#[cfg(any(feature = "toml", feature = "yaml"))]
use crate::value::Value;

/// Formats every setting at its default as a configuration file, with comments that describe the settings if
/// `commented`; then optional sections, and one entry of each list and map of sections, are commented out. Resolves
/// without a finding.
pub fn config(format: FileFormat, root: &'static Section, commented: bool) -> String {
    match format {
        FileFormat::Json if commented => commented_json(root),
        FileFormat::Json => default_json(root),
        #[cfg(any(feature = "toml", feature = "yaml"))]
        _ => Writer { format, commented, root }.root(root),
    }
}

#[cfg(any(feature = "toml", feature = "yaml"))]
struct Writer {
    format: FileFormat,
    commented: bool,
    root: &'static Section,
}

#[cfg(any(feature = "toml", feature = "yaml"))]
impl Writer {
    fn root(&self, root: &'static Section) -> String {
        let mut out = String::new();
        if root.key.is_empty() {
            self.comment(&mut out, &comments::of_section(root), 0);
            self.entries(&mut out, root, &[]);
        } else {
            self.section(&mut out, root.key, root, &[]);
        }
        if out.trim().is_empty() {
            // a blank file is an error
            out.push_str("# every setting has its default\n");
        }
        out
    }

    /// Writes the settings of a section, then the sections in it. The recursion is as deep as the structs nest.
    fn entries(&self, out: &mut String, section: &'static Section, keys: &[&'static str]) {
        let is_example = |member: &&Member| matches!(member, Member::Setting(it) if self.has_example(it));
        let is_section = |member: &&Member| matches!(member, Member::Section { .. });
        let plain = |member: &&Member| !is_example(member) && !is_section(member);
        // a table of TOML ends the settings of the table around it
        let all = || section.members.iter();
        self.members(out, all().filter(plain), keys);
        self.members(out, all().filter(is_example), keys);
        self.members(out, all().filter(is_section), keys);
    }

    /// Writes members, those of variants that are not the default after the others, commented out.
    fn members(
        &self,
        out: &mut String,
        members: impl Iterator<Item = &'static Member>,
        keys: &[&'static str],
    ) {
        let mut known = None;
        let (active, others): (Vec<_>, Vec<_>) =
            members.partition(|member| super::unselected(member).is_none());
        for member in active.into_iter().chain(others) {
            let unselected = super::unselected(member);
            if unselected.is_some() && !self.commented {
                continue;
            }
            if let Some(variant) = unselected.filter(|variant| known.replace(*variant) != Some(*variant)) {
                self.gap(out);
                self.comment(out, &comments::of_variant(&self.key(variant.tag), variant), keys.len());
            }
            match member {
                Member::Setting(setting) if !is_named(setting) => {}
                Member::Setting(setting) => self.setting(out, setting, keys, unselected.is_some()),
                Member::Section { key, section, optional: false, .. } if unselected.is_none() => {
                    self.section(out, key, section, keys);
                }
                Member::Section { key, section, .. } if self.commented => {
                    let mut body = String::new();
                    self.section(&mut body, key, section, keys);
                    self.gap(out);
                    self.commented_out(out, &body, keys.len());
                }
                Member::Section { .. } => {}
            }
        }
    }

    /// Returns true for an empty list or map of sections that is shown by an entry.
    fn has_example(&self, setting: &Setting) -> bool {
        let is_empty = |value: Value<'_>| match value {
            Value::List(values) => values.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        };
        let has_entries = setting.kind.entries().is_some_and(|(placeholders, _)| !placeholders.is_empty());
        self.commented && has_entries && written(setting).is_some_and(is_empty)
    }

    fn setting(
        &self,
        out: &mut String,
        setting: &'static Setting,
        keys: &[&'static str],
        is_commented_out: bool,
    ) {
        let value = written(setting).and_then(|value| self.value(&setting.kind, &value));
        if value.is_none() && !self.commented {
            return;
        }
        let path = Path::new(keys.iter().copied().chain([setting.key]).collect());
        let variable = self.root.variable(&path, setting);
        self.gap(out);
        self.comment(out, &comments::of_setting(setting, variable.as_deref()), keys.len());
        if self.has_example(setting) && self.example(out, setting, keys) {
            return;
        }
        let key = self.key(setting.key);
        let (mark, value) = match value {
            Some(value) if is_commented_out => ("# ", value),
            Some(value) => ("", value),
            None => ("# ", "…".to_owned()),
        };
        let between = match self.format {
            #[cfg(feature = "toml")]
            FileFormat::Toml => " = ",
            _ => ": ",
        };
        self.indent(out, keys.len());
        out.push_str(&format!("{mark}{key}{between}{value}\n"));
    }

    /// Writes an entry of a list or map of sections, commented out. Returns false if the format can't express it.
    fn example(&self, out: &mut String, setting: &'static Setting, keys: &[&'static str]) -> bool {
        let Some((placeholders, section)) = setting.kind.entries() else { return false };
        let above: Vec<_> = keys.iter().copied().chain([setting.key]).collect();
        let inside: Vec<_> = above.iter().copied().chain(placeholders.iter().copied()).collect();
        let mut text = String::new();
        match self.format {
            #[cfg(feature = "toml")]
            FileFormat::Toml => {
                let lists = placeholders.iter().filter(|placeholder| **placeholder == Path::ENTRY).count();
                let is_last = placeholders.last() == Some(&Path::ENTRY);
                // Only the last key of a header can be a list.
                if lists > usize::from(is_last) {
                    return false;
                }
                let Some((last, before)) = inside.split_last() else { return false };
                let header = self.header(last, before);
                text.push_str(&if is_last { format!("[{header}]") } else { header });
                text.push('\n');
            }
            _ => {
                self.indent(&mut text, keys.len());
                text.push_str(&format!("{}:\n", self.key(setting.key)));
                for (number, placeholder) in placeholders.iter().enumerate() {
                    self.indent(&mut text, above.len() + number);
                    let is_list = *placeholder == Path::ENTRY;
                    let line = if is_list { "-".to_owned() } else { format!("{}:", self.key(placeholder)) };
                    text.push_str(&format!("{line}\n"));
                }
            }
        }
        let mut body = String::new();
        self.entries(&mut body, section, &inside);
        text.push_str(&body);
        self.commented_out(out, &text, keys.len());
        true
    }

    /// Writes lines as comments, their marks at the indent of `depth`.
    fn commented_out(&self, out: &mut String, text: &str, depth: usize) {
        let mut margin = String::new();
        self.indent(&mut margin, depth);
        for line in text.lines() {
            let line = line.strip_prefix(&margin).unwrap_or(line);
            let mark = if line.is_empty() { "#" } else { "# " };
            out.push_str(&format!("{margin}{mark}{line}\n"));
        }
    }

    fn section(&self, out: &mut String, key: &'static str, section: &'static Section, keys: &[&'static str]) {
        let below: Vec<_> = keys.iter().copied().chain([key]).collect();
        let mut body = String::new();
        self.entries(&mut body, section, &below);
        if !out.is_empty() {
            out.push('\n');
        }
        self.comment(out, &comments::of_section(section), keys.len());
        self.indent(out, keys.len());
        let is_empty =
            body.lines().all(|line| line.trim_start().is_empty() || line.trim_start().starts_with('#'));
        // without entries, a section of YAML would be null
        #[cfg(feature = "yaml")]
        let is_null = is_empty && self.format == FileFormat::Yaml;
        #[cfg(not(feature = "yaml"))]
        let is_null = false;
        if is_null && self.commented {
            out.push_str("# ");
        }
        out.push_str(&self.header(key, keys));
        if is_null && !self.commented {
            out.push_str(" {}");
        }
        let _ = is_empty;
        out.push('\n');
        out.push_str(&body);
    }

    fn header(&self, key: &str, keys: &[&str]) -> String {
        match self.format {
            #[cfg(feature = "toml")]
            FileFormat::Toml => {
                let keys = keys.iter().copied().chain([key]).filter(|key| *key != Path::ENTRY);
                let keys: Vec<_> = keys.map(|key| self.key(key)).collect();
                format!("[{}]", keys.join("."))
            }
            _ => {
                let _ = keys;
                format!("{}:", self.key(key))
            }
        }
    }

    fn key(&self, name: &str) -> String {
        match self.format {
            FileFormat::Json => name.to_owned(),
            #[cfg(feature = "toml")]
            FileFormat::Toml => crate::format::toml::key(name).into_owned(),
            #[cfg(feature = "yaml")]
            FileFormat::Yaml => crate::format::yaml::key(name).into_owned(),
        }
    }

    /// Formats a value; `None` if the format can't express it, as null in TOML.
    fn value(&self, kind: &crate::schema::Kind, value: &crate::value::Value<'_>) -> Option<String> {
        let json = crate::value::to_json(kind, value);
        let raw = crate::value::json::parse_value(&json).ok()?;
        match self.format {
            FileFormat::Json => None,
            #[cfg(feature = "toml")]
            FileFormat::Toml => crate::format::toml::value(raw).map(|value| value.into_string()),
            #[cfg(feature = "yaml")]
            FileFormat::Yaml => Some(crate::format::yaml::value(raw).into_string()),
        }
    }

    fn gap(&self, out: &mut String) {
        if self.commented && !out.is_empty() {
            out.push('\n');
        }
    }

    fn comment(&self, out: &mut String, lines: &[String], depth: usize) {
        for line in lines.iter().filter(|_| self.commented) {
            self.indent(out, depth);
            out.push_str(&format!("# {line}\n"));
        }
    }

    fn indent(&self, out: &mut String, depth: usize) {
        #[cfg(feature = "yaml")]
        if self.format == FileFormat::Yaml {
            (0..depth).for_each(|_| out.push_str("  "));
        }
        let _ = (out, depth);
    }
}
