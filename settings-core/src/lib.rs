//! Configuration whose single source of truth is code.

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "docs")]
pub mod docs;
#[cfg(feature = "json-schema")]
pub mod json_schema;
pub mod mail;
mod markdown;
mod nearest;
pub mod reference;
pub mod resolve;
#[cfg(feature = "docs")]
pub mod rst;
#[cfg(test)]
mod sample;
pub mod schema;
pub mod store;
pub mod template;
pub mod value;
mod workflow;

pub use resolve::Settings;
pub use settings_derive::{SettingValue, Settings};
pub use value::{Secret, SettingValue};

// The derives name this crate by its outside name, and its own structs use them.
extern crate self as settings_core;
