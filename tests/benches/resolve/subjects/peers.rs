//! Other configuration crates, each as its documentation shows it.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use ::conf::Conf;
use ::config::{Config, File};
use figment::Figment;
use figment::providers::{Env, Format, Json, Serialized, Toml};
use serde::Serialize;
use serde::de::{DeserializeOwned, value};
use serde_json::{from_str, to_value};
use settings_core::FileFormat;

use super::plain::{self, Level};
use super::{Input, Visitor};

mod confique {
    pub mod nine {
        use crate::subjects::plain::Level;

        include!(concat!(env!("OUT_DIR"), "/nine_confique.rs"));
    }

    pub mod full {
        use crate::subjects::plain::Level;

        include!(concat!(env!("OUT_DIR"), "/full_confique.rs"));
    }
}

mod conf {
    pub mod nine {
        use crate::subjects::plain::Level;

        include!(concat!(env!("OUT_DIR"), "/nine_conf.rs"));
    }

    pub mod full {
        use crate::subjects::peers::json;
        use crate::subjects::plain::Level;

        include!(concat!(env!("OUT_DIR"), "/full_conf.rs"));
    }
}

/// A list or a map in a variable, for conf.
fn json<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    from_str(text)
}

impl FromStr for Level {
    type Err = value::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use serde::Deserialize as _;
        use serde::de::IntoDeserializer as _;
        Self::deserialize(text.into_deserializer())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

pub fn nine(input: &Input, visitor: &mut impl Visitor) {
    peer(input, visitor, "confique", || confique::<confique::nine::Nine>(input));
    peer(input, visitor, "conf", || {
        let document: serde_json::Value = from_str(&input.file)?;
        Ok(conf::nine::Nine::conf_builder().args(["program"]).doc("config.json", document).try_parse()?)
    });
    untyped::<plain::nine::Nine>(input, visitor);
}

pub fn full(input: &Input, visitor: &mut impl Visitor) {
    if input.format != FileFormat::Yaml {
        peer(input, visitor, "confique", || confique::<confique::full::Full>(input));
    }
    if input.format != FileFormat::Json {
        return untyped::<plain::full::Full>(input, visitor);
    }
    peer(input, visitor, "conf", || {
        let document: serde_json::Value = from_str(&input.file)?;
        Ok(conf::full::Full::conf_builder().args(["program"]).doc("config.json", document).try_parse()?)
    });
    untyped::<plain::full::Full>(input, visitor);
}

/// The libraries that know no struct of their own.
fn untyped<S: Serialize + DeserializeOwned + Default>(input: &Input, visitor: &mut impl Visitor) {
    if input.format == FileFormat::Yaml {
        // their YAML is that of libraries that are no longer maintained
        return;
    }
    let merged = |figment: Figment| {
        let figment = match input.format {
            FileFormat::Toml => figment.merge(Toml::string(&input.file)),
            _ => figment.merge(Json::string(&input.file)),
        };
        figment.merge(Env::prefixed("MM_").split("_"))
    };
    peer(input, visitor, "figment, defaults of serde", || Ok(merged(Figment::new()).extract::<S>()?));
    peer(input, visitor, "figment, defaults as provider", || {
        Ok(merged(Figment::from(Serialized::defaults(S::default()))).extract::<S>()?)
    });
    let format = match input.format {
        FileFormat::Toml => ::config::FileFormat::Toml,
        _ => ::config::FileFormat::Json,
    };
    let file = || File::from_str(&input.file, format);
    let env = || {
        let variables = ::config::Environment::with_prefix("MM").prefix_separator("_").separator("_");
        variables.try_parsing(true)
    };
    peer(input, visitor, "config, defaults of serde", || {
        Ok(Config::builder().add_source(file()).add_source(env()).build()?.try_deserialize::<S>()?)
    });
    peer(input, visitor, "config, defaults as source", || {
        let defaults = Config::try_from(&S::default())?;
        let builder = Config::builder().add_source(defaults).add_source(file()).add_source(env());
        Ok(builder.build()?.try_deserialize::<S>()?)
    });
}

fn confique<C: ::confique::Config>(input: &Input) -> Result<C, Box<dyn Error>> {
    let file: C::Layer = match input.format {
        FileFormat::Toml => toml::from_str(&input.file)?,
        _ => from_str(&input.file)?,
    };
    Ok(C::builder().env().preloaded(file).load()?)
}

fn peer<T: Serialize>(
    input: &Input,
    visitor: &mut impl Visitor,
    name: &str,
    run: impl Fn() -> Result<T, Box<dyn Error>>,
) {
    let run = || run().unwrap_or_else(|error| panic!("{name}: {error}"));
    visitor.subject(name, run, |value| to_value(value).expect("it is JSON"), &input.expected);
}
