//! `explain`: one setting in full.

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::show::overridden;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::listing::Entry;
use settings_core::markdown::plain;
use settings_core::resolve::Effective;
use settings_core::schema::{DefaultValue, Kind, Rule, Strength, env_name};
use settings_core::value::expectation;
use settings_core::value::json::Tree;

/// Shows one setting in full: documentation, names, values of all layers.
#[derive(Args, Debug)]
pub struct Explain {
    /// The path of the setting, as `show` lists it
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
        let resolution = context.resolve::<T>()?;
        let effective = resolution.setting(&self.path)?;
        let out = &mut *context.out;
        match self.format {
            Format::Json => {
                writeln!(out, "{:#}", Tree::from(Entry::new(&effective, None).to_json()))?;
            }
            Format::Human => {
                documentation(&effective, out)?;
                facts(&effective, T::SCHEMA.env_prefix.unwrap_or_default(), out)?;
                layers(&effective, out)?;
            }
        }
        Ok(Verdict::good_if(!resolution.report().has_errors()))
    }
}

fn documentation(effective: &Effective<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let setting = effective.setting;
    writeln!(out, "{} ({})\n", effective.path, setting.title)?;
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

fn facts(effective: &Effective<'_>, prefix: &str, out: &mut dyn Write) -> Result<(), Failure> {
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
    fact("variable", &effective.env_name)?;
    fact("", &format!("{}_FILE names a file that holds the value", effective.env_name))?;
    if matches!(setting.kind.required(), Kind::Map(_)) {
        fact("", &format!("{}_KEY sets the entry KEY alone", effective.env_name))?;
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
        fact("old name", &format!("{path}, {}", env_name(prefix, &path)))?;
    }
    for (name, text) in [("added", setting.added()), ("scope", setting.scope())] {
        if let Some(text) = text {
            fact(name, text)?;
        }
    }
    if setting.restart() {
        fact("restart", "a change needs a restart")?;
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
    Ok(())
}

const fn label(rule: &Rule) -> &'static str {
    match rule.strength {
        Strength::Error => "refused",
        Strength::Warning => "warns",
    }
}
