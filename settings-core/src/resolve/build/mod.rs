//! From candidates to the fields of a struct.

mod bridge;
mod builder;
mod computed;
mod deprecation;
mod element;
mod elements;
mod entries;
mod field;
mod inputs;
mod missing;
mod pending;
mod refused;
mod renamed;
mod rules;
mod settings;
mod within;

pub use builder::Builder;
pub(crate) use computed::Computed;
pub(crate) use inputs::Inputs;
pub use pending::Given;
pub use rules::Mark;
pub use settings::Settings;
