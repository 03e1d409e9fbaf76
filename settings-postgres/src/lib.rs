//! Settings and mail in PostgreSQL, for programs that run on several machines.
//!
//! The document, with its comments, is a row of a table, one row for each version, and none is ever overwritten.
//!
//! - A [`PostgresStorage`] is the place that a [`Store`](settings_core::store::Store) writes to. A write names the version
//!   that it was made from, in one statement; a lost race is run again on the newest version, and refused if the other
//!   writer changed the same setting.
//! - A [`PostgresSource`] follows the newest version, for an [`External`](settings_core::external::External), and with
//!   the feature `watch` a `Cluster` does so for a whole program. Each node reports the version that it runs, and the
//!   reason why it refuses one: [`PostgresStorage::nodes`].
//! - With the feature `encryption`, versions are stored encrypted.
//! - With the feature `outbox`, a `PostgresOutbox` keeps the mails of an
//!   [`Outbox`](settings_core::mail::outbox::Outbox), from which several machines deliver.
//!
//! The first program that writes or follows the settings creates the tables, and one that only reads them creates none;
//! [`schema()`] returns the statements for a database whose programs may not create any.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "watch")]
mod cluster;
mod config;
mod connection;
mod database;
mod document;
mod failure;
mod node;
#[cfg(feature = "outbox")]
mod outbox;
mod runtime;
mod schema;
#[cfg(feature = "encryption")]
mod seal;
mod source;
mod storage;

#[cfg(feature = "watch")]
pub use cluster::{Cluster, ClusterConfig, ClusterError};
pub use config::{ConfigError, PostgresConfig};
pub use node::{Node, NodeReport};
#[cfg(feature = "outbox")]
pub use outbox::{OutboxHealth, PostgresOutbox};
#[cfg(feature = "outbox")]
pub use schema::outbox_schema;
pub use schema::schema;
#[cfg(feature = "encryption")]
pub use seal::{KeyError, Keys};
pub use source::PostgresSource;
pub use storage::PostgresStorage;
