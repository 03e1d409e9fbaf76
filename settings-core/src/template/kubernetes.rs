//! Templates of Kubernetes objects that give a container its variables.

use super::variables::{Variable, variables};
use crate::schema::Section;

/// Returns a `ConfigMap` with every setting that is not secret at its default, one variable a setting.
///
/// A container uses it with `envFrom: [{configMapRef: {name: …}}]`. `name` is the object's.
pub fn config_map(root: &'static Section, name: &str) -> String {
    let about = "Settings that are not secret, at their defaults.";
    object(root, name, "ConfigMap", ("", "data"), &[about], false)
}

/// Returns a `Secret` with every setting that is secret, one entry a setting, to fill in.
///
/// A container uses it with `envFrom: [{secretRef: {name: …}}]`, or mounted as a folder, which
/// [`Layers::secrets_dir`](crate::resolve::Layers::secrets_dir) reads. `name` is the object's.
pub fn secret(root: &'static Section, name: &str) -> String {
    let about = "Settings that are secret. Fill in what is used, remove what is not, and keep the file";
    let more = "out of version control.";
    object(root, name, "Secret", ("type: Opaque\n", "stringData"), &[about, more], true)
}

fn object(
    root: &'static Section,
    name: &str,
    kind: &str,
    (more, field): (&str, &str),
    about: &[&str],
    is_secret: bool,
) -> String {
    let mut out: String = about.iter().map(|line| format!("# {line}\n")).collect();
    out.push_str(&format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {}\n{more}", quote(name)));
    let wanted: Vec<_> = variables(root).filter(|variable| variable.is_secret == is_secret).collect();
    let is_empty = wanted.iter().all(|variable| variable.is_mentioned);
    // nothing but comments would be null
    out.push_str(&format!("{field}:{}\n", if is_empty { " {}" } else { "" }));
    for (at, Variable { name, lead, text, is_mentioned, .. }) in wanted.into_iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for line in lead {
            out.push_str(&format!("  # {line}\n"));
        }
        let mark = if is_mentioned { "# " } else { "" };
        out.push_str(&format!("  {mark}{name}: {}\n", quote(&text.unwrap_or_default())));
    }
    out
}

/// A double-quoted scalar (YAML 1.2, 7.3.1), on one line, with escapes for characters that YAML doesn't call printable
/// and for the line breaks of YAML 1.1.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' => {
                out.push(c);
            }
            '\u{10000}'.. => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
