//! Templates of configuration files in formats other than JSON.

use super::{commented_json, default_json};
#[cfg(any(feature = "toml", feature = "yaml"))]
use super::{comments, is_named, written};
use crate::format::FileFormat;
use crate::schema::Section;
#[cfg(any(feature = "toml", feature = "yaml"))]
use crate::schema::{Member, Path};

/// Formats every setting at its default as a configuration file, with comments that describe the settings if
/// `commented`. Resolves without a finding.
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
        for member in section.members {
            if let Member::Setting(setting) = member
                && is_named(setting)
            {
                let value = written(setting).and_then(|value| self.value(&setting.kind, &value));
                if value.is_none() && !self.commented {
                    continue;
                }
                let path = Path::new(keys.iter().copied().chain([setting.key]).collect());
                self.gap(out);
                self.comment(
                    out,
                    &comments::of_setting(setting, self.root.variable(&path, setting).as_deref()),
                    keys.len(),
                );
                self.indent(out, keys.len());
                let key = self.key(setting.key);
                match (value, self.format) {
                    (Some(value), FileFormat::Json) => out.push_str(&value),
                    #[cfg(feature = "toml")]
                    (Some(value), FileFormat::Toml) => out.push_str(&format!("{key} = {value}")),
                    #[cfg(feature = "yaml")]
                    (Some(value), FileFormat::Yaml) => out.push_str(&format!("{key}: {value}")),
                    #[cfg(feature = "toml")]
                    (None, FileFormat::Toml) => out.push_str(&format!("# {key} = …")),
                    (None, _) => out.push_str(&format!("# {key}: …")),
                }
                out.push('\n');
            }
        }
        for member in section.members {
            if let Member::Section { key, section, optional } = member {
                if !*optional {
                    self.section(out, key, section, keys);
                } else if self.commented {
                    self.gap(out);
                    self.comment(out, &comments::of_section(section), keys.len());
                    self.indent(out, keys.len());
                    out.push_str(&format!("# {}\n", self.header(key, keys)));
                }
            }
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
        out.push_str(&self.header(key, keys));
        // without entries, a section of YAML would be null
        let is_empty =
            body.lines().all(|line| line.trim_start().is_empty() || line.trim_start().starts_with('#'));
        #[cfg(feature = "yaml")]
        if is_empty && self.format == FileFormat::Yaml {
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
                let keys: Vec<_> = keys.iter().copied().chain([key]).map(|key| self.key(key)).collect();
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
