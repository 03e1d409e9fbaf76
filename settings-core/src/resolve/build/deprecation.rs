//! The message for a deprecated setting that is set.

use crate::schema::Deprecated;

/// The message for a deprecated setting that is set.
pub(crate) fn deprecation(path: &str, deprecated: &Deprecated) -> String {
    match deprecated.since {
        "next" => format!("`{path}` will be deprecated: {}", deprecated.reason),
        since => format!("`{path}` is deprecated since {since}: {}", deprecated.reason),
    }
}
