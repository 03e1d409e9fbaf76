//! The readers of the layers: from names to settings, and to the places of their values.

mod candidates;
mod content;
pub(crate) mod expand;
pub(crate) mod file;
mod lookup;
pub(crate) mod overrides;
mod parts;
pub(crate) mod removed;
mod route;
pub(crate) mod secrets;
mod service_links;
mod sink;
mod spelling;
mod trail;
mod tree;
mod unclaimed;
pub(crate) mod variables;

pub(crate) use candidates::{Candidate, Candidates, ValuePlace};
pub(crate) use content::{Piece, text_at};
pub(crate) use lookup::by_path;
pub(crate) use parts::by_path_below;
pub(crate) use route::{Step, kind_at, member_kind};
pub(crate) use sink::Sink;
pub(crate) use spelling::{Below, Form, Meaning, address, find};
pub(crate) use trail::Trail;
pub(crate) use tree::{Applied, Content, Fault, Node};
