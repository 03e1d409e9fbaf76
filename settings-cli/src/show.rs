//! `show` and `get`: effective values with their origins, secrets redacted.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use settings_core::Settings;
use settings_core::listing::{Running, listing};
use settings_core::resolve::{Effective, Found, Origin, Resolution};
use settings_core::schema::Kind;
use settings_core::template;
use settings_core::value::json::Tree;
use settings_core::value::{Value, to_text};

use crate::{Context, Failure, Outcome, Verdict};

/// Shows every setting's effective value.
#[derive(Args, Debug)]
pub struct Show {
    /// Show the origin of each value, and the values that it overrides
    #[arg(long)]
    origin: bool,
    /// The format of the listing
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// A listing (--format json) that the server made when it started, to show changes that wait for a restart
    #[arg(long, value_name = "FILE")]
    running: Option<PathBuf>,
}

/// Prints the effective value of a setting, or of an entry or field of one.
#[derive(Args, Debug)]
pub struct Get {
    /// The path of the setting, as `show` lists it, or an address in it: Providers.google.ClientID, Upstreams[0].URL
    #[arg(value_name = "SETTING")]
    path: String,
}

/// The format of the listing.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// One line for each setting
    Human,
    /// An array of objects
    Json,
    /// NAME=value lines for an env file
    Env,
    /// export lines for a POSIX shell
    Shell,
}

impl Show {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let running = self.running.as_deref().map(read_listing).transpose()?;
        if running.is_some() && matches!(self.format, Format::Env | Format::Shell) {
            return Err(Failure::Usage("--running does not apply to lists of variables".to_owned()));
        }
        let resolution = context.resolve::<T>()?;
        let out = &mut *context.out;
        match self.format {
            Format::Json => {
                let entries = listing(&resolution, running.as_ref());
                let entries: Tree = entries.iter().map(|entry| entry.to_json()).collect();
                writeln!(out, "{entries:#}")?;
            }
            Format::Env => {
                for effective in resolution.settings() {
                    variable(&effective, Form::EnvFile, out)?;
                }
            }
            Format::Shell => {
                for effective in resolution.settings() {
                    variable(&effective, Form::Shell, out)?;
                }
            }
            Format::Human => human(&resolution, self.origin, running.as_ref(), out)?,
        }
        Ok(Verdict::good_if(!resolution.report().has_errors()))
    }
}

fn read_listing(path: &Path) -> Result<Running, Failure> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    text.parse().map_err(|error| Failure::Usage(format!("{name}: {error}")))
}

fn human<T>(
    resolution: &Resolution<T>,
    origins: bool,
    running: Option<&Running>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let settings: Vec<_> = resolution.settings().collect();
    let waiting = running.map(|running| waiting(resolution, running)).unwrap_or_default();
    let width = settings.iter().map(|effective| effective.path.to_string().len()).max().unwrap_or(0);
    for effective in &settings {
        let path = effective.path.to_string();
        let absent = if effective.absent { "  (its section is absent)" } else { "" };
        writeln!(out, "{path:width$} = {}{absent}", effective.shown())?;
        if let Some(value) = waiting.get(path.as_str()) {
            writeln!(out, "{:width$}   waits for a restart: the server runs with {value}", "")?;
        }
        if origins {
            writeln!(out, "{:width$}   from {}", "", effective.origin)?;
            for (origin, value) in effective.overridden_shown() {
                writeln!(out, "{:width$}   overrides {}", "", overridden(origin, &value))?;
            }
            for part in &effective.parts {
                if part.origin != Origin::Default {
                    writeln!(out, "{:width$}   {} from {}", "", part.address, part.origin)?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the settings that wait for a restart, each with the value that the server runs with.
fn waiting<T>(resolution: &Resolution<T>, running: &Running) -> HashMap<String, Tree> {
    let waiting = listing(resolution, Some(running)).into_iter();
    let waiting = waiting.filter(|entry| entry.pending_restart == Some(true));
    waiting
        .filter_map(|entry| Some((running.value(&entry.name)?.clone(), entry.name)))
        .map(|(value, name)| (name, value))
        .collect()
}

pub(crate) fn overridden(origin: &Origin, value: &str) -> String {
    match origin {
        Origin::Default => format!("default {value}"),
        _ => format!("{value} from {origin}"),
    }
}

/// The reader of a list of variables.
#[derive(Clone, Copy)]
enum Form {
    EnvFile,
    Shell,
}

impl Form {
    fn assignment(self, name: &str, text: &str) -> String {
        match self {
            Self::EnvFile => format!("{name}={}", template::quote(text)),
            Self::Shell => format!("export {name}='{}'", text.replace('\'', r"'\''")),
        }
    }
}

fn variable(effective: &Effective<'_>, form: Form, out: &mut dyn Write) -> Result<(), Failure> {
    let name = &effective.env_name;
    if effective.setting.kind.is_secret() {
        writeln!(out, "# {name} is secret and not shown")?;
        return Ok(());
    }
    if effective.holds_password() {
        writeln!(out, "# {name} holds a password and is not shown")?;
        return Ok(());
    }
    match template::variable_text(&effective.setting.kind, &effective.value) {
        // one variable of an absent section would make it present
        Some(text) if effective.absent => {
            writeln!(out, "# {}", form.assignment(name, &text).replace('\n', "\n# "))?;
        }
        Some(text) => {
            if matches!(form, Form::EnvFile) && text.contains('\n') {
                writeln!(out, "# {name} holds line breaks: a shell reads them with --format shell only")?;
            }
            writeln!(out, "{}", form.assignment(name, &text))?;
        }
        None => writeln!(out, "# {name} has a value that no variable can hold")?,
    }
    Ok(())
}

/// Writes a value, a secret as it is shown.
fn write_value(kind: &Kind, value: &Value<'_>, shown: &str, out: &mut dyn Write) -> Result<(), Failure> {
    match value {
        _ if kind.is_secret() => writeln!(out, "{}", shown.trim_matches('"'))?,
        Value::Text(text) => writeln!(out, "{text}")?,
        value => writeln!(out, "{}", to_text(kind, value))?,
    }
    Ok(())
}

impl Get {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let resolution = context.resolve_silently::<T>()?;
        let found = resolution.find(&self.path)?;
        context.report_about(resolution.report(), &found)?;
        let out = &mut *context.out;
        match found {
            Found::Setting(setting) => {
                write_value(&setting.setting.kind, &setting.value, &setting.shown(), out)?
            }
            Found::Part(part) => write_value(&part.kind, &part.value, &part.shown(), out)?,
        }
        Ok(Verdict::good_if(!resolution.report().has_errors()))
    }
}
