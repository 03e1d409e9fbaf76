//! Configuration whose single source of truth is code.

#[cfg(feature = "docs")]
pub mod docs;
pub mod mail;
#[cfg(feature = "docs")]
pub mod rst;
pub mod schema;
pub mod value;
