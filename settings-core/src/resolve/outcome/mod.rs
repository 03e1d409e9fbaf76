//! The result: a typed value, the origin of every setting, and the report.

mod check_defaults;
mod effective;
mod find;
mod idle;
mod masked;
mod origin;
mod part;
mod registry;
mod resolution;
mod unescaped;

pub use check_defaults::check_defaults;
pub use effective::Effective;
pub use find::Found;
pub use idle::Idle;
pub(crate) use idle::is_value;
pub use origin::Origin;
pub use part::Part;
pub use registry::{Refused, Registry};
pub(crate) use resolution::resolve_in;
pub use resolution::{Resolution, UnknownPath, defaults, resolve};
