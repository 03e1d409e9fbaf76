//! Documents that are fetched: from a store of secrets, a database, a configuration service.
//!
//! A [`Source`] (or [`AsyncSource`], with the feature `tokio`) fetches one document. An [`External`] keeps it up to date
//! in the background, within time limits, and [`Layers::external`](crate::resolve::Layers::external) makes it a layer
//! like a file: with the same findings, masks and origins, such as `postgres://host/db version 42, line 7`. After
//! settings with a document are in use, a copy of it is written to a file that only its owner can read; a later start
//! without the source uses the copy, and a warning reports that.
//!
//! ```
//! use std::time::Duration;
//!
//! use settings_core::FileFormat;
//! use settings_core::external::{Document, External, ExternalConfig, FetchError, Source};
//! use settings_core::reference::ServerSettings;
//! use settings_core::resolve::{Layers, resolve};
//!
//! struct Constant;
//!
//! impl Source for Constant {
//!     fn name(&self) -> String {
//!         "constant://mail".to_owned()
//!     }
//!
//!     fn fetch(&mut self, known: Option<&str>, _limit: Duration) -> Result<Option<Document>, FetchError> {
//!         let text = "{\"EmailSettings\": {\"SMTPPort\": 587}}";
//!         let document = || Document::new("constant://mail version 1", "1", FileFormat::Json, text);
//!         Ok((known != Some("1")).then(document))
//!     }
//! }
//!
//! let mail = External::start(Constant, ExternalConfig::default())?;
//! let resolution = resolve::<ServerSettings>(Layers::new().external(&mail));
//! let port = resolution.setting("EmailSettings.SMTPPort")?;
//! assert_eq!(port.origin.to_string(), "constant://mail version 1, line 1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With [`Watch`](crate::store::watch::Watch), [`External::on_change`] makes the watch resolve the settings again:
//!
//! ```ignore
//! let own = vault.clone();
//! let watch = Watch::start(move || Layers::new().external(&own).read_file("config.toml"), Debounce::default())?;
//! let trigger = watch.trigger();
//! vault.on_change(move || trigger.read_now());
//! ```

mod copy;
mod document;
mod handle;
mod layers;
mod source;
mod state;

#[cfg(test)]
mod tests;

pub use document::{Document, FetchError};
pub use handle::External;
#[cfg(feature = "tokio")]
pub use source::AsyncSource;
pub use source::Source;
pub use state::{ExternalConfig, ExternalState, StartError};
