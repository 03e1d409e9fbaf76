//! Const metadata: what a program's settings are, before any value is known.
//!
//! A [`Section`] is one annotated struct, a [`Setting`] one leaf of it. Both are written by
//! `#[derive(Settings)]` and are plain data in the program's read-only memory. This room depends on nothing
//! and does no I/O; everything else (resolution, documents, schema, templates) is derived from it.

pub(crate) mod assert;
mod documented;
mod dynamic;
mod key;
mod kind;
mod naming;
mod rule;
mod section;
mod setting;
mod text;
mod tree;
mod unknown;

pub use documented::DocumentedValue;
pub use dynamic::DynamicSection;
pub use key::{Key, Names};
pub use kind::{Choice, CustomKind, Kind, SIZE_UNITS, Unit};
pub use naming::{Path, env_name};
pub use rule::{Rule, Strength};
pub use section::{Member, PageText, Section};
pub use setting::{DefaultValue, Deprecated, Setting, ValueDoc, documents_every_value};
pub use text::{Format, TextFault, TextRules};
pub use tree::{Leaf, Leaves};
pub use unknown::Unknown;

pub(crate) use setting::same;
