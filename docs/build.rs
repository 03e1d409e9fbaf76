//! Regenerates the reference pages from the structs.
//!
//! A build script normally writes into `OUT_DIR` only. This one writes into the source tree, because the pages are
//! checked in: readers find them there, and a review shows the effect of a change. Files that are up to date are not
//! touched. With `SETTINGS_DOCS_CHECK=1` the script is pure: it writes nothing, and fails with a diff if a file is out
//! of date.

use settings_core::docs;
use settings_core::reference::ServerSettings;

fn main() -> Result<(), docs::BuildError> {
    docs::build::<ServerSettings>("reference", Vec::new())
}
