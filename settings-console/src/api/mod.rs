//! The HTTP API: the same settings, rights and checks as the pages.

mod body;
mod openapi;
pub(crate) mod problem;
mod read;
mod write;

pub(crate) use read::{findings, history, openapi, schema, setting, settings, version};
#[cfg(feature = "mail")]
pub(crate) use write::test_mail;
pub(crate) use write::{patch, rollback};
