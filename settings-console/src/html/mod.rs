//! The pages.

mod commands;
mod control;
mod history;
mod home;
mod layout;
mod page;
mod review;
mod search;
mod setting;
mod sources;
#[cfg(feature = "mail")]
mod test;

pub(crate) use history::{Listed, history};
pub(crate) use home::{home, message};
pub(crate) use layout::{Frame, Notice, link_path};
pub(crate) use page::{Answer, page};
pub(crate) use review::{Purpose, Review, conflicts, review};
pub(crate) use search::search;
pub(crate) use sources::sources;
#[cfg(feature = "mail")]
pub(crate) use test::{Outcome, test};
