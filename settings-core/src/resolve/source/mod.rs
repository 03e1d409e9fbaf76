//! The layers as text: files, secrets, variables, explicit values. All reading of files is here.

mod env_file;
mod environment;
mod expanded;
mod extras;
mod folder;
mod layer;
mod layers;
mod overrides;
mod places;
mod policy;
mod reading;
mod references;
mod secrets;
mod text;

pub(crate) use environment::Prefixed;
pub use environment::{Environment, Variable};
pub(crate) use expanded::Expanding;
#[cfg(feature = "external")]
pub(crate) use extras::Kept;
pub use layer::Layer;
pub use layers::Layers;
pub(crate) use overrides::Override;
pub use places::usual_files;
pub(crate) use policy::{Policies, severity};
pub(crate) use reading::{EMPTY, read_bytes};
pub use reading::{Unreadable, read_stdin};
pub use references::References;
pub(crate) use references::{Part, START as REFERENCE_START, parts};
pub(crate) use secrets::SecretFile;
pub(crate) use text::Source;
