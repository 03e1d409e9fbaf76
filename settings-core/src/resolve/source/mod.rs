//! The layers as text: files, secrets, variables, explicit values. All reading of files is here.

mod environment;
mod layer;
mod layers;
mod overrides;
mod policy;
mod reading;
mod secrets;
mod text;

pub use environment::{Environment, Variable};
pub use layer::Layer;
pub use layers::Layers;
pub(crate) use overrides::Override;
pub(crate) use policy::{Policies, severity};
pub use reading::Unreadable;
pub use reading::read_stdin;
pub(crate) use reading::{read_bytes, read_limited};
pub(crate) use secrets::SecretFile;
pub(crate) use text::Source;
