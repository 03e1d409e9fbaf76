//! The metadata of a program's settings, as constants: their names, kinds, defaults and documentation.
//!
//! A [`Section`] is one annotated struct, a [`Setting`] one leaf of it, and a [`Key`] the name of a setting in code.
//! `#[derive(Settings)]` writes them as plain data in the program's read-only memory. This module depends on no other
//! and does no I/O; everything else (resolution, documents, JSON Schema, templates) is computed from it.

mod address;
pub(crate) mod assert;
mod condition;
mod details;
mod documented;
mod dynamic;
mod empty;
mod key;
mod kind;
mod naming;
mod place;
mod removed;
mod rule;
mod section;
mod setting;
mod text;
mod tree;
mod unknown;
mod variant;

pub use address::{Address, InvalidAddress, Segment};
pub use condition::{Danger, Relevance};
pub use details::{Deprecated, Details};
pub use documented::DocumentedValue;
pub use dynamic::DynamicSection;
pub use empty::EmptyVariables;
pub use key::{Key, Names};
pub use kind::{Choice, CustomKind, Kind, SIZE_UNITS, Unit};
pub use naming::{Path, VariableStyle, env_name};
pub use place::PagePlace;
pub use removed::{AllowedChange, Removed};
pub use rule::{Rule, Strength};
pub use section::{Member, PageText, Section};
pub use setting::{DefaultValue, Setting, ValueDoc, documents_every_value};
pub use text::{Format, Pattern, TextFault, TextRules};
pub use tree::{Leaf, Leaves};
pub use unknown::Unknown;
pub use variant::Variant;

pub(crate) use naming::is_key;
#[cfg(feature = "docs")]
pub(crate) use place::{anchor, file_stem, page_name};
pub(crate) use setting::same;
