//! From candidates to the fields of a struct.

mod bridge;
mod builder;
pub(crate) mod by_serde;
mod choices;
mod computed;
mod deprecation;
mod element;
mod elements;
mod field;
mod inputs;
mod merged;
mod missing;
mod names;
mod pending;
mod refused;
mod rule_error;
mod rules;
mod separators;
mod settings;
mod within;

pub use builder::Builder;
pub(crate) use computed::Computed;
pub(crate) use inputs::{Inputs, code};
pub(crate) use merged::{Copies, Given};
pub use pending::PendingValue;
pub use rule_error::{RuleError, RuleOutcome};
pub use rules::Checkpoint;
pub use settings::Settings;
