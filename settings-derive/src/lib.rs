//! `#[derive(Settings)]` and `#[derive(SettingValue)]`: attributes and doc comments become const metadata.
//!
//! Phases: tokens → `attr`, `doc` and `default` → the model in `ast` → the rules in `check` → `expand`. Mistakes are
//! gathered in a `ctxt::Ctxt` over all phases and reported together, beside the impls of `fallback`.

mod ast;
mod attr;
mod check;
mod ctxt;
mod default;
mod doc;
mod expand;
mod fallback;
mod naming;
mod nearest;
mod pattern;
mod ty;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct with named fields a section of settings.
///
/// Implements `Settings` (metadata in `SCHEMA`) and `Default` (every setting at its default).
///
/// On the struct:
///
/// | `#[settings(…)]` | means |
/// |---|---|
/// | `section = "EmailSettings"` | the section's key in `config.json`; the struct's name where left out |
/// | `env_prefix = "MM"` | this struct is a program's root; every variable begins with `MM_` |
/// | `root` | this struct is a program's root, and no environment variable sets its settings |
/// | `page = "SMTP"` | the reference page of its settings |
/// | `console = "Environment > SMTP"` | where the System Console shows them |
/// | `unknown = "deny"` | what to say of keys and variables in it that no setting has: `allow`, `warn` or `deny` |
/// | `rule(check = \|settings\| …, message = "…", fields("A", "B"))` | what must hold between settings: `check` is a function of the struct that returns `true` where all is well, `fields` are keys of the section (or paths below it); also `severity = "warning"` and `help = "…"` |
/// | `crate = "path::to::settings_core"` | the library, where a program knows it by another name |
///
/// A field with `#[setting]` is a setting; a field without it is a nested section, which
/// `#[settings(section = "OtherKey")]` puts under another key. An `Option` of a section may be absent; a `Vec` or a map
/// of sections (`BTreeMap<String, Section>`) repeats, under the field's name in PascalCase.
///
/// | `#[setting(…)]` | means |
/// |---|---|
/// | `key = "SMTPPort"` | its key in `config.json`; the field's name in PascalCase where left out |
/// | `title = "SMTP server port"` | its heading; the words of the field's name where left out |
/// | `default = 10025` | its default: a literal, a constant, or an array or `{"key": value}` map of literals |
/// | `default_from = \|a, b\| …`, `default_rule = "…"` | a default that is computed from other settings of the section, named by their fields (as references), or from nothing; the rule says in words how |
/// | `unit = "seconds"` | what a bare number of a `Duration` counts: `milliseconds` to `days` |
/// | `range = 1..=65535` | bounds of a number, a `Duration` or a `ByteSize`, both included |
/// | `format = "url"` | what a text stands for: `url`, `email`, `host`, `port`, `path` or `socket address` |
/// | `min_len = 1`, `max_len = 64`, `pattern = "[a-z]+"` | how long a text is in characters, and a regular expression for the whole of it |
/// | `alias = "Old.Path"`, `aliases = ["A", "B"]` | old names that still work and warn |
/// | `page = "…"`, `console = "…"` | where they are not the section's |
/// | `added = "1.2"` | the version that brought it: one of the crate's own up to now, or `"next"` |
/// | `deprecated(since = "1.2", reason = "…", replacement = "Section.Key")` | setting it warns; `replacement` may be left out |
/// | `restart` | a change needs a restart of the server |
/// | `scope = "…"` | where it may be set, or for whom, in a word of the program's own |
/// | `hidden` | it works, but stands in no document |
///
/// serde's `deny_unknown_fields` on the struct counts as `unknown = "deny"`; its other attributes that change a name or a
/// value are refused.
///
/// The doc comment is the documentation: what stands before its bullet list is the description, bullets of the form
/// `` - `true`: text `` are the value list, the rest is a note.
///
/// ```
/// use std::time::Duration;
///
/// use settings_core::{SettingValue, Settings};
///
/// /// Where messages go.
/// #[derive(Settings)]
/// #[settings(section = "LogSettings")]
/// struct LogSettings {
///     /// Turns the log file on or off.
///     ///
///     /// - `true`: messages are written to a file.
///     /// - `false`: messages are written to standard error.
///     #[setting(default = false)]
///     enable_file: bool,
///
///     /// The least important messages to keep.
///     #[setting(default = Level::Warning)]
///     level: Level,
///
///     /// How long a log file is kept.
///     #[setting(unit = "days", default = 7, range = 1..=365)]
///     keep: Duration,
/// }
///
/// /// How important a message is.
/// #[derive(SettingValue, Debug, PartialEq)]
/// enum Level {
///     /// Something may be wrong.
///     Warning,
///     /// Something failed.
///     Error,
/// }
///
/// let log = LogSettings::default();
/// assert_eq!(log.level, Level::Warning);
/// assert_eq!(log.keep, Duration::from_secs(7 * 86_400));
/// ```
#[proc_macro_derive(Settings, attributes(settings, setting))]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::settings(&input).into()
}

/// Makes an enum without data the value of a one-of setting.
///
/// Each variant needs a doc comment, and may say `#[value(text = "STARTTLS")]` (its text in `config.json`; the
/// variant's name where left out) and `#[value(label = "Not specified")]` (what documents call it; the text where
/// left out, required where the text is empty). On the enum, `#[value(crate = "path::to::settings_core")]` names the
/// library where a program knows it by another name.
#[proc_macro_derive(SettingValue, attributes(value))]
pub fn derive_setting_value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::setting_value(&input).into()
}
