//! One type's way from JSON and from text, and back.

mod secret;
pub use secret::Secret;
