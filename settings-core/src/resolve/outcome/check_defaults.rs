//! Defaults against their own kinds and checks.

use super::registry::default_is_accepted;
use super::resolution::resolve_in;
use crate::resolve::build::Settings;
use crate::resolve::report::{Code, Diagnostic, Report, Severity};
use crate::resolve::source::Layers;
use crate::schema::{Kind, Member, Section, Setting};
use crate::value::json::write_string;
use crate::value::sample_key;

/// Resolves the defaults alone, and returns what their kinds, types and checks refuse, in optional and repeated sections
/// too.
///
/// An element of a repeated section that has required settings is not built, so that only its kinds are checked.
///
/// The compiler checks most defaults. The others are those of types that are parsed, of fields with `check`, and those that
/// are computed. [`test_defaults!`](crate::test_defaults) makes a test of it.
///
/// ```
/// use settings_core::Settings;
/// use settings_core::resolve::check_defaults;
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(root)]
/// struct Server {
///     /// The number of entries on a page.
///     #[setting(default = 25, check = is_multiple_of_ten)]
///     page_size: u32,
/// }
///
/// fn is_multiple_of_ten(size: &u32) -> Result<(), String> {
///     if size % 10 == 0 { Ok(()) } else { Err(format!("{size} is not a multiple of ten")) }
/// }
///
/// let report = check_defaults::<Server>();
/// assert!(report.to_lines().contains("`PageSize`: 25 is not a multiple of ten"), "{report}");
/// ```
pub fn check_defaults<T: Settings>() -> Report {
    let root = T::SCHEMA;
    let mut json = String::new();
    present(root, &mut json);
    if !root.key.is_empty() {
        json = format!("{{\"{}\": {json}}}", root.key);
    }
    let resolution = resolve_in::<T>(root, Layers::new().file("defaults", &json), usize::MAX);
    let of_default = |found: &&Diagnostic| {
        found.severity == Severity::Error && !matches!(found.code, Code::Missing | Code::Rule)
    };
    let mut faults: Vec<Diagnostic> =
        resolution.report().diagnostics().iter().filter(of_default).cloned().collect();
    for fault in &mut faults {
        // there is no such file
        fault.place = crate::resolve::report::Place::Program;
    }
    let prefix = if root.key.is_empty() { String::new() } else { format!("{}.", root.key) };
    unfit(root, &prefix, &mut faults);
    Report::new(faults)
}

/// Writes an object in which every section is present and every repeated section has one element.
fn present(section: &Section, out: &mut String) {
    out.push('{');
    let mut is_first = true;
    for member in section.members {
        let (key, of, (open, close)) = match member {
            Member::Section { key, section, .. } => (*key, *section, (String::new(), "")),
            Member::Setting(setting) => match repeated(setting) {
                Some((of, around)) => (setting.key, of, around),
                None => continue,
            },
        };
        out.push_str(if is_first { "" } else { ", " });
        is_first = false;
        write_string(out, key);
        out.push_str(": ");
        out.push_str(&open);
        present(of, out);
        out.push_str(close);
    }
    out.push('}');
}

/// The section that a setting repeats, and the JSON around one element.
fn repeated(setting: &Setting) -> Option<(&'static Section, (String, &'static str))> {
    match setting.kind {
        Kind::List(Kind::Section(of)) => Some((of, ("[".to_owned(), "]"))),
        Kind::Map { key, of: Kind::Section(of), .. } => {
            let mut open = "{".to_owned();
            write_string(&mut open, &sample_key(key)?);
            Some((of, (open + ": ", "}")))
        }
        _ => None,
    }
}

/// Finds the defaults that their own kinds refuse but a type may have taken.
fn unfit(section: &Section, prefix: &str, faults: &mut Vec<Diagnostic>) {
    for member in section.members {
        let path = format!("{prefix}{}", member.key());
        match member {
            Member::Section { section, .. } => unfit(section, &format!("{path}."), faults),
            Member::Setting(setting) if !setting.computed_from().is_empty() => {}
            Member::Setting(setting) => {
                let is_known = faults.iter().any(|fault| fault.setting.as_deref() == Some(path.as_str()));
                if let (Err(why), false) = (default_is_accepted(setting), is_known) {
                    let found = Diagnostic::error(Code::Contradiction, format!("`{path}`: {why}"));
                    faults.push(found.setting(path.clone()).help("fix the default"));
                }
                if let Kind::Section(section) = setting.kind.innermost() {
                    unfit(section, &format!("{path}[]."), faults);
                }
            }
        }
    }
}
