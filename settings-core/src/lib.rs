//! Configuration whose single source of truth is code.

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "docs")]
pub mod docs;
pub mod mail;
mod nearest;
pub mod reference;
pub mod resolve;
#[cfg(feature = "docs")]
pub mod rst;
pub mod schema;
pub mod value;

pub use resolve::Settings;
pub use settings_derive::{SettingValue, Settings};
pub use value::{Secret, SettingValue};

// The derives name this crate by its outside name, and its own structs use them.
extern crate self as settings_core;
