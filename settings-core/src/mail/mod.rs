//! Mail sent by the resolved settings.

mod settings;
pub use settings::{ConnectionSecurity, EmailSettings};
