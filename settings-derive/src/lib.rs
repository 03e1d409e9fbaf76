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
mod time;
mod ty;
mod variants;

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
/// | `section = "EmailSettings"` | the section's key in `config.json`; by default, its key follows from the field that nests it |
/// | `env_prefix = "MM"` | this struct is a program's root; the variables that follow from paths begin with `MM_`; `env_prefix = none` is for variables without a prefix |
/// | `env_case = "SCREAMING_SNAKE_CASE"` | keeps the words of a key apart in variables: `MM_LIMITS_MAX_IDLE`; by default, `UPPERCASE` |
/// | `env_separator = "__"` | the text between two keys of a variable: `MM_LIMITS__MAXIDLE`; by default, `_` |
/// | `root` | this struct is a program's root, and no variable follows from a path |
/// | `rename_all = "snake_case"` | the letter case of all keys that follow from fields, as serde names it: `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case` or `SCREAMING-KEBAB-CASE` |
/// | `page = "SMTP"` | the reference page of its settings |
/// | `console = "Environment > SMTP"` | the System Console page that shows them |
/// | `unknown = "deny"` | the policy for unknown keys and variables in it: `allow`, `warn` or `deny` |
/// | `list_separator = " "` | on a root: the separator of a list's elements in variables and on command lines, a comma by default |
/// | `empty_variables = "value"` | on a root: an empty variable is a value; by default (`unset`), it counts as unset where nothing is not a value |
/// | `rule(check = \|settings\| …, message = "…", fields("A", "B"))` | a condition over several settings: `check` is a function of the struct that returns `true` if it holds, or a `Result` whose error (`RuleError`, `String`) says what is wrong, `fields` are keys of the section (or paths below it); also `severity = "warning"` and `help = "…"` |
/// | `page_text(page = "SMTP", rst = "…")` | the text of a reference page around its settings, in reStructuredText; a line `.. config:entry:: Section.Key` is the place of a setting |
/// | `removed(path = "OldKey", since = "12", reason = "…", replacement = "Section.Key")` | the record of a setting that is gone, which has no field: where it is still set, the report has an error; `replacement` is optional |
/// | `crate = "path::to::settings_core"` | the library's path, if it is not `::settings_core` |
///
/// A field with `#[setting]` is a setting. A field without it is a nested section: an `Option` of one may be absent, a
/// `Vec` or a map (`BTreeMap<String, Section>`) of one repeats. Its key is the first of these: `#[settings(section =
/// "OtherKey")]` on the field, the `section` of its struct, the field's name in the letter case of `rename_all`.
///
/// `#[settings(flatten)]` on a nested section makes its settings those of the struct around it. A field with
/// `#[settings(skip)]` is neither a setting nor a section, and has its type's `Default`.
///
/// | `#[setting(…)]` | meaning |
/// |---|---|
/// | `key = "SMTPPort"` | the key in `config.json`; by default, the field's name in PascalCase |
/// | `env = "DATABASE_URL"`, `env = ["A", "B"]` | the variables that set it in place of the one that follows from its path, the strongest first |
/// | `title = "SMTP server port"` | the heading; by default, the words of `key` (`TLSCert` is "TLS cert"), or of the field's name |
/// | `default = 10025` | the default: a literal (`"1m30s"` for a `Duration`), a constant, or an array or `{"key": value}` map of literals |
/// | `default_from = \|a, b\| …`, `default_rule = "…"` | a default that is computed from other settings of the section, named by their fields (as references), or from nothing; the rule describes it in words |
/// | `required` | no default: a layer must give a value, and a text that is not empty; `Default` has an empty value in its place |
/// | `unit = "seconds"` | the unit of a bare number of a `Duration`: `milliseconds`, `seconds`, `minutes`, `hours` or `days` |
/// | `range = 1..=65535` | bounds of a number, a `Duration` (`"1s"..="5m"`) or a `ByteSize` (`"1KiB"..="1GiB"`), both included |
/// | `format = "url"` | the format of a text: `url`, `email`, `host`, `port`, `path` or `socket address` |
/// | `min_len = 1`, `max_len = 64`, `pattern = "[a-z]+"` | the length of a text in characters, and a regular expression for the whole text |
/// | `check = function` | a check of the value: a function from a reference to it (for a `String`, also from `&str`) to a `Result`, whose error is the message |
/// | `text = "a color such as #2389D7"` | the type is read by its `FromStr` and written by its `Display`; messages and documents name its values so |
/// | `with = module` | with `text`: the type is read by `module::from_text`, a function from `&str` to a `Result`; with `default_from`, it is written by `module::to_text`, a function from a reference to a `String` |
/// | `serde` | the type is read by its `Deserialize` from JSON; the default is a literal of its JSON |
/// | `alias = "Old.Path"`, `aliases = ["A", "B"]` | old names that still work and warn |
/// | `page = "…"`, `console = "…"` | a reference page or System Console page other than the section's |
/// | `added = "1.2"` | the version that introduced it: one of the crate's own up to now, or `"next"` |
/// | `deprecated(since = "1.2", until = "13", reason = "…", replacement = "Section.Key")` | setting it warns; `until`, the release that removes it, and `replacement` are optional |
/// | `allow_change(name = "default-changed", reason = "…")` | a breaking change that the gate of releases lets pass; may be repeated |
/// | `danger(text = "…", when = true)` | the System Console asks for a confirmation, with this text, before it saves that value; without `when`, before every change |
/// | `relevant_if(setting = "Key", is = true)` | it has an effect only with that value of another setting of the struct (with `is_not`, with every other value); front ends say so while it has none |
/// | `restart` | a change needs a restart of the server |
/// | `scope = "…"` | the place where it may be set, or the people for whom, in a word of the program's own |
/// | `hidden` | it works, but appears in no document |
/// | `flag` | a server's command has a flag for it, where it takes those of marked settings (`settings_cli::Marked`) |
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
///
/// An enum with data is a section too. Each variant holds one section, `S3(S3Settings)`, named fields with the attributes of
/// a struct's, or nothing. `#[settings(…)]` on it takes `section`, `page`, `console`, `rename_all`, `crate`, and:
///
/// | `#[settings(…)]` | meaning |
/// |---|---|
/// | nothing | the only section that is present selects the variant: `{"S3": {"Bucket": "a"}}` |
/// | `tag = "Type"` | a setting selects it, next to those of the variant: `{"Type": "S3", "Bucket": "a"}` |
/// | `tag = "Type", content = "Options"` | the settings of the variant are in a section: `{"Type": "S3", "Options": {"Bucket": "a"}}` |
///
/// On a variant, `key = "s3"` is its key, or the text that selects it; `default_variant` marks the one where no layer
/// selects any.
#[proc_macro_derive(Settings, attributes(settings, setting))]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::settings(&input).into()
}

/// Makes an enum without data, or a struct with one field, the type of a setting.
///
/// A struct with one field, `struct Port(u16);`, is read and written as its field is. `#[value(check = function)]` on it
/// refuses values: the function takes a reference to the field and returns a `Result` with the reason.
///
/// An enum is the value of a one-of setting. `#[value(ignore_case)]` on it accepts its texts in any letter case.
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
