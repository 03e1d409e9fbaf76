//! Configuration whose single source of truth is code.

mod atomic;
#[cfg(feature = "docs")]
pub mod docs;
mod format;
#[cfg(feature = "json-schema")]
pub mod json_schema;
mod line_index;
pub mod listing;
pub mod mail;
pub mod markdown;
mod nearest;
mod private;
#[cfg(feature = "reference")]
pub mod reference;
pub mod resolve;
#[cfg(test)]
mod sample;
pub mod schema;
pub mod store;
pub mod template;
pub mod timestamp;
pub mod value;
mod workflow;

pub use format::{FileFormat, UnknownFormat};
pub use resolve::Settings;
pub use settings_derive::{SettingValue, Settings};
pub use value::{Secret, SettingValue};

#[doc(hidden)]
pub mod __private_0_1_0 {
    pub use crate::private::*;
}

// The derives name this crate by its outside name, and its own structs use them.
extern crate self as settings_core;

/// Refuses to compile where one environment variable would set settings of two programs that run in one environment.
///
/// Within one program the derive checks this.
///
/// ```
/// use settings_core::{Settings, separate_programs};
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct Server {
///     /// The port.
///     #[setting(default = 80)]
///     port: u16,
/// }
///
/// /// Its worker.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHATWORKER")]
/// struct Worker {
///     /// How many.
///     #[setting(default = 4)]
///     threads: u16,
/// }
///
/// separate_programs!(Server, Worker);
/// ```
#[macro_export]
macro_rules! separate_programs {
    ($($program:ty),+ $(,)?) => {
        const _: () = {
            const PROGRAMS: &[&$crate::schema::Section] = &[$(<$program as $crate::Settings>::SCHEMA),+];
            const SLOTS: usize = $crate::__private_0_1_0::assert::slots_of_all(PROGRAMS);
            if let ::core::option::Option::Some(message) = $crate::__private_0_1_0::assert::separate_programs::<SLOTS>(PROGRAMS) {
                ::core::panic!("{}", message.as_str())
            }
        };
    };
}
