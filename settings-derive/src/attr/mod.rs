//! Reads the text of attributes into typed values, without stopping at the first mistake.

mod container;
mod danger;
mod default_from;
mod entry;
mod field;
mod foreign;
mod history;
mod page_text;
mod range;
mod rule;
mod slot;
mod text;
mod variant;
mod variants;

pub(crate) use container::{Container, EnumContainer, NewtypeAttrs};
pub(crate) use danger::{Danger, RelevantIf};
pub(crate) use default_from::DefaultFrom;
pub(crate) use entry::{flat, found};
pub(crate) use field::{FieldAttrs, Setting, Written};
pub(crate) use foreign::{refuse_serde, respect_serde};
pub(crate) use history::{AllowedChange, Deprecated, Removed};
pub(crate) use page_text::PageTextAttrs;
pub(crate) use range::{Bound, Range, integer};
pub(crate) use rule::RuleAttrs;
pub(crate) use slot::Spanned;
pub(crate) use variant::VariantAttrs;
pub(crate) use variants::{EnumSection, VariantSection};

use entry::{Entry, all_entries, entries};
use slot::Slot;

#[cfg(test)]
pub(crate) use container::STRUCT;
#[cfg(test)]
pub(crate) use field::{SETTING, UNITS};
#[cfg(test)]
pub(crate) use text::FORMATS;
