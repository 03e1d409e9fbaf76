//! The derives of `settings-core`: [`#[derive(Settings)]`](derive@Settings) for a struct of settings, and
//! [`#[derive(SettingValue)]`](derive@SettingValue) for an enum that is the type of a setting.
//!
//! Depend on `settings-core`, which exports both; this crate has the same version and is an implementation detail.
//!
//! Both derives turn attributes and doc comments into constant metadata, from which `settings-core` resolves values,
//! writes documents and a JSON Schema, and explains mistakes. Wrong annotations are compile errors at the wrong token. A
//! build shows all of a struct's mistakes, each with the way to fix it.

// The phases: tokens → `attr`, `doc` and `default` → the model in `ast` → the checks in `check` → the code in `expand`.
// All phases collect mistakes in one `ctxt::Ctxt`, and report them together, with the impls of `fallback` next to them.

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
/// Implements `Settings` (metadata in `SCHEMA`) and `Default` (every setting at its default), and adds a constant for
/// each setting: the field `smtp_port` of `EmailSettings` becomes `EmailSettings::SMTP_PORT`, a `settings_core::schema::Key`
/// that is as visible as the field.
///
/// On the struct:
///
/// | `#[settings(…)]` | meaning |
/// |---|---|
/// | `section = "EmailSettings"` | the section's key in `config.json`; by default, the struct's name |
/// | `env_prefix = "MM"` | this struct is a program's root; every variable begins with `MM_` |
/// | `root` | this struct is a program's root, and no environment variable sets its settings |
/// | `page = "SMTP"` | the reference page of its settings |
/// | `console = "Environment > SMTP"` | the System Console page that shows them |
/// | `unknown = "deny"` | the policy for unknown keys and variables in it: `allow`, `warn` or `deny` |
/// | `rule(check = \|settings\| …, message = "…", fields("A", "B"))` | a condition over several settings: `check` is a function of the struct that returns `true` if it holds, `fields` are keys of the section (or paths below it); also `severity = "warning"` and `help = "…"` |
/// | `page_text(page = "SMTP", rst = "…")` | the text of a reference page around its settings, in reStructuredText; a line `.. config:entry:: Section.Key` is the place of a setting |
/// | `removed(path = "OldKey", since = "12", reason = "…", replacement = "Section.Key")` | the record of a setting that is gone, which has no field: where it is still set, the report has an error; `replacement` is optional |
/// | `crate = "path::to::settings_core"` | the library's path, if it is not `::settings_core` |
///
/// A field with `#[setting]` is a setting. A field without it is a nested section;
/// `#[settings(section = "OtherKey")]` gives it another key. An `Option` of a section may be absent; a `Vec` or a map
/// of sections (`BTreeMap<String, Section>`) repeats, under the field's name in PascalCase.
///
/// | `#[setting(…)]` | meaning |
/// |---|---|
/// | `key = "SMTPPort"` | the key in `config.json`; by default, the field's name in PascalCase |
/// | `title = "SMTP server port"` | the heading; by default, the words of the field's name |
/// | `default = 10025` | the default: a literal, a constant, or an array or `{"key": value}` map of literals |
/// | `default_from = \|a, b\| …`, `default_rule = "…"` | a default that is computed from other settings of the section, named by their fields (as references), or from nothing; the rule describes it in words |
/// | `required` | no default: a layer must give a value, and a text that is not empty; `Default` has an empty value in its place |
/// | `unit = "seconds"` | the unit of a bare number of a `Duration`: `milliseconds`, `seconds`, `minutes`, `hours` or `days` |
/// | `range = 1..=65535` | bounds of a number, a `Duration` or a `ByteSize`, both included |
/// | `format = "url"` | the format of a text: `url`, `email`, `host`, `port`, `path` or `socket address` |
/// | `min_len = 1`, `max_len = 64`, `pattern = "[a-z]+"` | the length of a text in characters, and a regular expression for the whole text |
/// | `check = function` | a check of the value: a function from a reference to it to a `Result`, whose error is the message |
/// | `text = "a color such as #2389D7"` | the type is read by its `FromStr` and written by its `Display`; messages and documents name its values so |
/// | `alias = "Old.Path"`, `aliases = ["A", "B"]` | old names that still work and warn |
/// | `page = "…"`, `console = "…"` | a reference page or System Console page other than the section's |
/// | `added = "1.2"` | the version that introduced it: one of the crate's own up to now, or `"next"` |
/// | `deprecated(since = "1.2", until = "13", reason = "…", replacement = "Section.Key")` | setting it warns; `until`, the release that removes it, and `replacement` are optional |
/// | `allow_change(name = "default-changed", reason = "…")` | a breaking change that the gate of releases lets pass; may be repeated |
/// | `restart` | a change needs a restart of the server |
/// | `scope = "…"` | the place where it may be set, or the people for whom, in a word of the program's own |
/// | `hidden` | it works, but appears in no document |
/// | `todo = "…"` | an open question; documents do not show it, `settings docs todo` lists it |
///
/// serde's `deny_unknown_fields` on the struct is the same as `unknown = "deny"`. Its other attributes that change a name
/// or a value are compile errors.
///
/// The doc comment is the documentation: the text before its bullet list is the description, bullets of the form
/// `` - `true`: text `` are the value list, and the rest is a note.
///
/// ```
/// use std::time::Duration;
///
/// use settings_core::{SettingValue, Settings};
///
/// /// The destination of messages.
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
///     /// The time that a log file is kept.
///     #[setting(unit = "days", default = 7, range = 1..=365)]
///     keep: Duration,
/// }
///
/// /// The importance of a message.
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

/// Makes an enum without data, or a struct with one field, the type of a setting.
///
/// A struct with one unnamed field, `struct Port(u16);`, is read and written as its field is.
///
/// An enum is the value of a one-of setting.
/// Each variant needs a doc comment. `#[value(text = "STARTTLS")]` sets its text in `config.json`, which is the variant's
/// name by default. `#[value(label = "Not specified")]` sets its name in documents, which is the text by default, and
/// required if the text is empty. On the enum, `#[value(crate = "path::to::settings_core")]` is the library's path, if it
/// is not `::settings_core`.
#[proc_macro_derive(SettingValue, attributes(value))]
pub fn derive_setting_value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::setting_value(&input).into()
}

#[cfg(test)]
mod tests;
