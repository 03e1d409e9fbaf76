//! `explain`: one setting in full.

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::show::overridden;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::listing::{Entry, PartEntry};
use settings_core::markdown::plain;
use settings_core::resolve::{Effective, Found, Part};
use settings_core::schema::{DefaultValue, Kind, Rule, Section, Setting, Strength};
use settings_core::value::expectation;
use settings_core::value::json::Tree;

/// Shows one setting in full, or an entry or field of one: documentation, names, values of all layers.
#[derive(Args, Debug)]
pub struct Explain {
    /// The path of the setting, as `show` lists it, or an address in it: Providers.google.ClientID, Upstreams[0].URL
    #[arg(value_name = "SETTING")]
    path: String,
    /// The format of the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The format of the answer.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// One line for each fact
    Human,
    /// The object that `show --format json` prints for it
    Json,
}

impl Explain {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let resolution = context.resolve_silently::<T>()?;
        let found = resolution.find(&self.path)?;
        context.report_about(resolution.report(), &found)?;
        let out = &mut *context.out;
        let effective = match found {
            Found::Setting(effective) => effective,
            Found::Part(part) => {
                match self.format {
                    Format::Json => {
                        writeln!(out, "{:#}", Tree::from(PartEntry::new(&part).to_json()))?;
                    }
                    Format::Human => explain_part(&part, out)?,
                }
                return Ok(Verdict::good_if(!resolution.report().has_errors()));
            }
        };
        match self.format {
            Format::Json => {
                writeln!(out, "{:#}", Tree::from(Entry::new(&effective, None).to_json()))?;
            }
            Format::Human => {
                documentation(&effective.path.to_string(), effective.setting, out)?;
                facts(&effective, T::SCHEMA, out)?;
                if let Some(idle) = resolution.idle(&effective) {
                    writeln!(out, "effect    none while {} is {}", idle.path, idle.shown)?;
                }
                layers(&effective, out)?;
            }
        }
        Ok(Verdict::good_if(!resolution.report().has_errors()))
    }
}

/// Explains an entry or field of a setting.
fn explain_part(part: &Part<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    match part.setting {
        Some(setting) => documentation(&part.address.to_string(), setting, out)?,
        None => writeln!(out, "{}", part.address)?,
    }
    let mut fact = |name: &str, text: &str| writeln!(out, "{name:10}{text}");
    fact("\naccepts", &format!(" {}", expectation(&part.kind)))?;
    match part.setting {
        Some(setting) if setting.required() => fact("default", "none: a value is required")?,
        Some(setting) => fact("default", &setting.default_shown())?,
        None => {}
    }
    if part.env_name.is_empty() {
        fact("variable", "none")?;
    } else {
        fact("variable", &part.env_name)?;
        fact("", &format!("{}_FILE names a file that holds the value", part.env_name))?;
        for way in entry_variables(&part.kind, &format!("{}_", part.env_name)) {
            fact("", &way)?;
        }
    }
    if let Some(rule) = merge_rule(&part.kind) {
        fact("layers", rule)?;
    }
    if part.kind.is_secret() {
        fact("secret", "its value is never shown")?;
    }
    writeln!(out, "\nvalue     {}\n          from {}", part.shown(), part.origin)?;
    for (origin, value) in part.overridden_shown() {
        writeln!(out, "          overrides {}", overridden(origin, &value))?;
    }
    Ok(())
}

/// Returns the variables that set parts of a value, which begin with `start`.
fn entry_variables(kind: &Kind, start: &str) -> Vec<String> {
    match kind.required() {
        Kind::Map { of, .. } => match of.required() {
            Kind::Section(section) => {
                let field =
                    section.members.first().map_or("FIELD", |member| member.key()).to_ascii_uppercase();
                vec![
                    format!("{start}KEY sets the entry KEY alone, as JSON"),
                    format!("{start}KEY_{field} sets a field of it"),
                ]
            }
            _ => vec![format!("{start}KEY sets the entry KEY alone")],
        },
        Kind::List(Kind::Section(section)) => {
            let field = section.members.first().map_or("FIELD", |member| member.key()).to_ascii_uppercase();
            vec![
                format!("{start}0 sets the first entry alone, as JSON"),
                format!("{start}0_{field} sets a field of it"),
            ]
        }
        _ => Vec::new(),
    }
}

/// Returns the rule by which layers are merged.
fn merge_rule(kind: &Kind) -> Option<&'static str> {
    match kind.required() {
        Kind::Map { of, .. } => Some(match of.required() {
            Kind::Section(_) => "merged by entry and field; null removes an entry, or all of them",
            _ => "merged by entry; null removes an entry that can't be null, or all of them",
        }),
        Kind::List(Kind::Section(_)) => Some(
            "merged by entry, in the order of the list, and by field; null removes an entry, or all of them",
        ),
        Kind::List(_) | Kind::Set(_) => Some("a list replaces that of a weaker layer"),
        _ => None,
    }
}

fn documentation(path: &str, setting: &Setting, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{path} ({})\n", setting.title)?;
    writeln!(out, "{}", plain(setting.description))?;
    for value in setting.documented_values() {
        let mark = if setting.is_default(value.value) { "(default) " } else { "" };
        writeln!(out, "  {}: {mark}{}", value.label, plain(value.text))?;
    }
    if !setting.note().is_empty() {
        writeln!(out, "{}", plain(setting.note()))?;
    }
    Ok(())
}

fn facts(effective: &Effective<'_>, root: &Section, out: &mut dyn Write) -> Result<(), Failure> {
    let setting = effective.setting;
    let mut fact = |name: &str, text: &str| writeln!(out, "{name:10}{text}");
    fact("\naccepts", &format!(" {}", expectation(&setting.kind)))?;
    let default = effective.default_shown();
    match setting.default {
        DefaultValue::Computed { rule, .. } => fact("default", &format!("{} (now {default})", plain(rule)))?,
        _ if setting.required() => fact("default", "none: a value is required")?,
        _ => fact("default", &default)?,
    }
    for key in setting.computed_from() {
        fact("", &format!("computed from {}", effective.path.old_name(key)))?;
    }
    if effective.env_name.is_empty() {
        fact("variable", "none")?;
    } else {
        fact("variable", &effective.env_name)?;
        fact("", &format!("{}_FILE names a file that holds the value", effective.env_name))?;
    }
    for weaker in setting.variables().iter().skip(1) {
        fact("", &format!("{weaker} is the same, where the names above are not set"))?;
    }
    if setting.variables().is_empty() && !effective.env_name.is_empty() {
        let start = format!("{}{}", effective.env_name, root.variable_style.separator);
        for way in entry_variables(&setting.kind, &start) {
            fact("", &way)?;
        }
    }
    if let Some(rule) = merge_rule(&setting.kind) {
        fact("layers", rule)?;
    }
    if let Some(console) = effective.console() {
        fact("console", console)?;
    }
    if let Some(page) = effective.page() {
        fact("page", page)?;
    }
    for rule in effective.rules() {
        fact(label(rule), &format!("where {}", rule.message))?;
        if !rule.help.is_empty() {
            fact("", rule.help)?;
        }
    }
    for alias in setting.aliases() {
        let path = effective.path.old_name(alias).to_string();
        let variable = root.variable_of_path(effective.path.old_name(alias).keys());
        fact("old name", &[Some(path), variable].into_iter().flatten().collect::<Vec<_>>().join(", "))?;
    }
    for (name, text) in [("added", setting.added()), ("scope", setting.scope())] {
        if let Some(text) = text {
            fact(name, text)?;
        }
    }
    if setting.restart() {
        fact("restart", "a change needs a restart")?;
    }
    if let Some(danger) = setting.danger() {
        let when = danger.when.map(|value| format!("when it is {value}: ")).unwrap_or_default();
        fact("danger", &format!("{when}{}", danger.text))?;
    }
    if setting.kind.is_secret() {
        fact("secret", "its value is never shown")?;
    }
    if setting.hidden() {
        fact("hidden", "documents leave it out")?;
    }
    if let Some(todo) = setting.todo() {
        fact("to do", todo)?;
    }
    if let Some(deprecated) = setting.deprecated() {
        fact("deprecated", &format!(" since {}: {}", deprecated.since, deprecated.reason))?;
        if let Some(replacement) = deprecated.replacement {
            fact("", &format!("set {} instead", effective.path.old_name(replacement)))?;
        }
    }
    Ok(())
}

fn layers(effective: &Effective<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "\nvalue     {}\n          from {}", effective.shown(), effective.origin)?;
    if effective.absent {
        writeln!(out, "          the program has none: its section is optional, and absent")?;
    }
    for (origin, value) in effective.overridden_shown() {
        writeln!(out, "          overrides {}", overridden(origin, &value))?;
    }
    for part in &effective.parts {
        writeln!(out, "          {} = {} from {}", part.address, part.shown(), part.origin)?;
    }
    Ok(())
}

const fn label(rule: &Rule) -> &'static str {
    match rule.strength {
        Strength::Error => "refused",
        Strength::Warning => "warns",
    }
}
