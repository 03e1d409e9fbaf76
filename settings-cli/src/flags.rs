//! Flags of a server's own command, made from its settings.

use std::fmt;
use std::marker::PhantomData;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint};

use settings_core::Settings;
use settings_core::markdown::plain;
use settings_core::resolve::Layers;
use settings_core::schema::{Format, Kind, Leaf, Section, Unit};
use settings_core::value::{Value, to_json};

use crate::arguments::text_of;

/// A flag for each setting of `T` that `S` selects, as a part of a server's own clap command.
///
/// Everything comes from the struct: the name (`--http-listen` for `HTTP.Listen`), the help, the accepted values, hints
/// for the completion of shells, the default and the variable. The values that are given become the strongest layer, with
/// the flag as origin. Secrets have no flag, since other users of a machine see arguments.
///
/// ```
/// use clap::Parser;
/// use settings_cli::{Flags, Selection, Sources};
/// use settings_core::Settings;
/// use settings_core::resolve::{Environment, resolve};
///
/// /// Settings of the server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct ServerSettings {
///     /// The HTTP interface.
///     http: HttpSettings,
/// }
///
/// /// The HTTP interface.
/// #[derive(Settings)]
/// #[settings(section = "HTTP")]
/// struct HttpSettings {
///     /// The port that the server listens on.
///     #[setting(key = "Port", default = 8065)]
///     port: u16,
/// }
///
/// /// The flags of `chat`: a section, or single settings by their paths.
/// struct HttpFlags;
///
/// impl Selection for HttpFlags {
///     const PATHS: &[&str] = &["HTTP"];
/// }
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     sources: Sources,
///     #[command(flatten)]
///     flags: Flags<ServerSettings, HttpFlags>,
/// }
///
/// let cli = Cli::parse_from(["chat", "--http-port", "8080"]);
/// let layers = cli.sources.with_flags(&cli.flags).layers(Environment::default())?;
/// let resolution = resolve::<ServerSettings>(layers);
/// let port = resolution.setting("HTTP.Port")?;
/// assert_eq!((port.shown(), port.origin.to_string()), ("8080".to_owned(), "--http-port".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Flags<T, S = All> {
    given: Vec<Given>,
    of: PhantomData<fn() -> (T, S)>,
}

/// The choice of settings that have flags.
pub trait Selection {
    /// The paths of sections, with all settings below them, and of settings.
    const PATHS: &[&str];
    /// True if only settings with `#[setting(flag)]` have one.
    const MARKED: bool = false;
}

/// The selection of the settings with `#[setting(flag)]`.
///
/// ```
/// use clap::Parser;
/// use settings_cli::{Flags, Marked};
/// use settings_core::Settings;
///
/// /// Settings of the server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct ServerSettings {
///     /// The port that the server listens on.
///     #[setting(default = 8065, flag)]
///     port: u16,
///     /// The number of workers.
///     #[setting(default = 4)]
///     workers: u16,
/// }
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     flags: Flags<ServerSettings, Marked>,
/// }
///
/// assert!(Cli::try_parse_from(["chat", "--port", "80"]).is_ok());
/// assert!(Cli::try_parse_from(["chat", "--workers", "8"]).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Marked;

impl Selection for Marked {
    const PATHS: &[&str] = &[""];
    const MARKED: bool = true;
}

/// The selection of all settings.
#[derive(Clone, Copy, Debug)]
pub struct All;

impl Selection for All {
    const PATHS: &[&str] = &[""];
}

/// A value of a flag.
#[derive(Clone)]
pub(crate) struct Given {
    path: String,
    text: String,
    flag: String,
}

impl Given {
    pub(crate) fn add_to(&self, layers: Layers) -> Layers {
        layers.set(&self.path, &self.text, &self.flag)
    }
}

impl fmt::Debug for Given {
    /// Omits the text, as every listing of values does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("flag", &self.flag).finish_non_exhaustive()
    }
}

impl<T, S> fmt::Debug for Flags<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flags").field(&self.given).finish()
    }
}

impl<T, S> Clone for Flags<T, S> {
    fn clone(&self) -> Self {
        Self { given: self.given.clone(), of: PhantomData }
    }
}

impl<T, S> Default for Flags<T, S> {
    /// Returns flags of which none is given.
    fn default() -> Self {
        Self { given: Vec::new(), of: PhantomData }
    }
}

impl<T, S> Flags<T, S> {
    /// Sets the settings whose flags were given, above all other layers.
    #[must_use]
    pub fn add_to(&self, layers: Layers) -> Layers {
        self.given.iter().fold(layers, |layers, given| given.add_to(layers))
    }

    pub(crate) fn given(&self) -> &[Given] {
        &self.given
    }
}

impl<T: Settings, S: Selection> Args for Flags<T, S> {
    /// Adds the flags.
    ///
    /// # Panics
    /// If the selection names neither a section nor a setting, which is a mistake in the program.
    fn augment_args(command: Command) -> Command {
        let flags = selected::<S>(T::SCHEMA).into_iter();
        command.args(flags.map(|leaf| argument(&leaf, T::SCHEMA)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<T: Settings, S: Selection> FromArgMatches for Flags<T, S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = selected::<S>(T::SCHEMA).into_iter().filter_map(|leaf| {
            let text = text_of(matches, &id(&leaf))?;
            Some(Given { path: leaf.path.to_string(), text, flag: format!("--{}", name(&leaf)) })
        });
        Ok(Self { given: given.collect(), of: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.given.extend(Self::from_arg_matches(matches)?.given);
        Ok(())
    }
}

/// Returns the settings below the selected paths that can have a flag.
#[expect(clippy::panic, reason = "a mistake in the program's own selection, as clap's assertions find them")]
fn selected<S: Selection>(root: &'static Section) -> Vec<Leaf> {
    let paths = S::PATHS;
    let is_below = |leaf: &Leaf, path: &str| {
        let own = leaf.path.to_string();
        path.is_empty() || own.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let Some(path) = paths.iter().find(|path| !root.leaves().any(|leaf| is_below(&leaf, path))) {
        panic!("`{path}` is neither a section nor a setting of the program");
    }
    let is_marked = |leaf: &Leaf| !S::MARKED || leaf.setting.flag();
    let is_selected = |leaf: &Leaf| is_marked(leaf) && paths.iter().any(|path| is_below(leaf, path));
    root.leaves().filter(|leaf| is_selected(leaf) && !leaf.setting.kind.is_secret()).collect()
}

/// Returns the id of the argument, which no field of a program's own arguments can have.
fn id(leaf: &Leaf) -> String {
    format!("setting {}", leaf.path)
}

/// Returns the name of the flag: `smtp-server-timeout` for `SMTPServerTimeout`.
fn name(leaf: &Leaf) -> String {
    leaf.path.keys().iter().map(|key| words(key)).collect::<Vec<_>>().join("-")
}

/// Splits a key at capital letters, in capitals before the last one that a small letter follows.
fn words(key: &str) -> String {
    let chars: Vec<char> = key.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let is_start = c.is_uppercase()
            && before.is_some_and(|before| {
                let is_last_capital =
                    before.is_uppercase() && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_ascii_digit() || is_last_capital
            });
        if is_start {
            out.push('-');
        }
        if c.is_alphanumeric() { out.extend(c.to_lowercase()) } else { out.push('-') }
    }
    out
}

/// Returns the argument of a setting.
fn argument(leaf: &Leaf, root: &Section) -> Arg {
    let setting = leaf.setting;
    let argument = Arg::new(id(leaf)).long(name(leaf)).help(help(leaf, root)).help_heading(heading(leaf));
    let argument = argument.hide(setting.hidden() || setting.deprecated().is_some());
    let argument = match setting.kind.required() {
        Kind::List(_) | Kind::Set(_) => argument.action(ArgAction::Append),
        _ => argument,
    };
    of_kind(argument, setting.kind.required())
}

/// Adds what clap and shells should know of the values.
fn of_kind(argument: Arg, kind: &Kind) -> Arg {
    match kind {
        Kind::Bool => argument
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(["true", "false"]),
        Kind::OneOf(choices) => {
            let value = |text: &'static str, doc: &str| match plain(doc) {
                doc if doc.is_empty() => PossibleValue::new(text),
                doc => PossibleValue::new(text).help(doc),
            };
            argument
                .value_parser(choices.iter().map(|choice| value(choice.text, choice.doc)).collect::<Vec<_>>())
        }
        Kind::Integer { min, .. } => argument.value_name("NUMBER").allow_negative_numbers(*min < 0),
        Kind::Float { min, .. } => argument.value_name("NUMBER").allow_negative_numbers(*min < 0.0),
        Kind::Duration { unit, .. } => argument.value_name(match unit {
            Unit::Milliseconds => "MILLISECONDS",
            Unit::Seconds => "SECONDS",
            Unit::Minutes => "MINUTES",
            Unit::Hours => "HOURS",
            Unit::Days => "DAYS",
        }),
        Kind::Size { .. } => argument.value_name("SIZE"),
        Kind::TextOf(rules) => match rules.format {
            Some(Format::Url) => argument.value_name("URL").value_hint(ValueHint::Url),
            Some(Format::Email) => argument.value_name("ADDRESS").value_hint(ValueHint::EmailAddress),
            Some(Format::Host) => argument.value_name("HOST").value_hint(ValueHint::Hostname),
            Some(Format::Port) => argument.value_name("PORT"),
            Some(Format::Path) => argument.value_name("PATH").value_hint(ValueHint::AnyPath),
            Some(Format::SocketAddress) => argument.value_name("ADDRESS").value_hint(ValueHint::Hostname),
            None => argument.value_name("TEXT"),
        },
        Kind::Map { .. } | Kind::Section(_) | Kind::Json => argument.value_name("JSON"),
        Kind::List(of) | Kind::Set(of) => match of {
            Kind::Section(_) | Kind::Json => argument.value_name("JSON"),
            _ => of_kind(argument, of),
        },
        _ => argument.value_name("TEXT"),
    }
}

/// Returns the first sentence of the description, with the default and the variables as clap shows them.
fn help(leaf: &Leaf, root: &Section) -> String {
    let setting = leaf.setting;
    let mut help = plain(setting.summary()).trim_end_matches('.').to_owned();
    let is_empty = |default: &Value<'_>| matches!(default, Value::Null) || *default == Value::Text("".into());
    if !setting.required() {
        let default = setting.default_value();
        if !is_empty(&default) {
            let default = to_json(&setting.kind, &default);
            help.push_str(&format!(" [default: {}]", default.trim_matches('"')));
        }
    }
    let variables = root.variables(&leaf.path, setting);
    if !variables.is_empty() {
        help.push_str(&format!(" [env: {}]", variables.join(", ")));
    }
    help
}

/// Returns the heading above the flags of a section.
fn heading(leaf: &Leaf) -> String {
    match leaf.path.keys().split_last() {
        Some((_, sections)) if !sections.is_empty() => sections.join("."),
        _ => "Settings".to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::words;

    #[test]
    fn keys_are_words_with_hyphens() {
        for (key, expected) in [
            ("Listen", "listen"),
            ("HTTP", "http"),
            ("SMTPServerTimeout", "smtp-server-timeout"),
            ("ClientID", "client-id"),
            ("EmailSettings", "email-settings"),
            ("max_users", "max-users"),
            ("maxUsers", "max-users"),
            ("TLS13Only", "tls13-only"),
            ("CORSOrigins", "cors-origins"),
        ] {
            assert_eq!(words(key), expected, "{key}");
        }
    }
}
