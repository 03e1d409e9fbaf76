//! `schema` and `template`: settings for editors and for a first start.

use clap::{Args, ValueEnum};

use crate::{Context, Outcome, Verdict};
#[cfg(any(feature = "toml", feature = "yaml"))]
use settings_core::FileFormat;
use settings_core::Settings;
use settings_core::{json_schema, template};

/// Prints the JSON Schema of the configuration file, or the settings of this release.
#[derive(Args, Debug)]
pub struct Schema {
    /// Refuse old names of settings, which work and cause warnings
    #[arg(long)]
    strict: bool,
    /// Add the keywords that only editors know, such as markdownDescription
    #[arg(long, conflicts_with = "strict")]
    editor: bool,
    #[cfg(feature = "release")]
    #[command(flatten)]
    release: crate::release::Writing,
}

/// Prints a starting configuration.
#[derive(Args, Debug)]
pub struct Template {
    /// The format of the template
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Describe each setting in a comment
    #[arg(long)]
    commented: bool,
    /// The name of the Kubernetes object
    #[arg(long, default_value = "settings", value_parser = object_name)]
    name: String,
}

/// The format of the template.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A configuration file in JSON
    Json,
    /// A configuration file in TOML
    #[cfg(feature = "toml")]
    Toml,
    /// A configuration file in YAML
    #[cfg(feature = "yaml")]
    Yaml,
    /// NAME=value lines, each with a comment
    Env,
    /// An EnvironmentFile of systemd
    Systemd,
    /// A Kubernetes ConfigMap with the settings that are not secret
    #[value(name = "configmap")]
    ConfigMap,
    /// A Kubernetes Secret with the secret settings, to fill in
    Secret,
}

/// Parses a name of a Kubernetes object: a DNS subdomain (RFC 1123).
fn object_name(name: &str) -> Result<String, &'static str> {
    let is_label = |label: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        label.chars().all(inner) && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    if name.len() <= 253 && name.split('.').all(is_label) {
        return Ok(name.to_owned());
    }
    Err("expected lower-case letters, digits, `-` and `.`, starting and ending with a letter or digit")
}

impl Schema {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        #[cfg(feature = "release")]
        if self.release.is_wanted() {
            return self.release.run::<T>(context);
        }
        let options = json_schema::SchemaOptions::new().strict(self.strict);
        let options = options.editor(self.editor && !self.strict);
        let options = context.sources.unknown.iter().fold(options, |options, policy| match &policy.section {
            Some(section) => options.unknown_in(section, policy.unknown),
            None => options.unknown(policy.unknown),
        });
        let schema = json_schema::json_schema_with(T::SCHEMA, &options);
        context.out.write_all(json_schema::to_text(&schema).as_bytes())?;
        Ok(Verdict::Good)
    }
}

impl Template {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let text = match (self.format, self.commented) {
            (Format::Json, false) => template::default_json(T::SCHEMA),
            (Format::Json, true) => template::commented_json(T::SCHEMA),
            #[cfg(feature = "toml")]
            (Format::Toml, commented) => template::config(FileFormat::Toml, T::SCHEMA, commented),
            #[cfg(feature = "yaml")]
            (Format::Yaml, commented) => template::config(FileFormat::Yaml, T::SCHEMA, commented),
            (Format::Env, _) => template::env(T::SCHEMA),
            (Format::Systemd, _) => template::systemd_env(T::SCHEMA),
            (Format::ConfigMap, _) => template::config_map(T::SCHEMA, &self.name),
            (Format::Secret, _) => template::secret(T::SCHEMA, &self.name),
        };
        context.out.write_all(text.as_bytes())?;
        Ok(Verdict::Good)
    }
}
