//! Regenerates the reference from the structs.

use settings_core::docs;
use settings_core::reference::ServerSettings;

fn main() -> Result<(), docs::BuildError> {
    docs::build::<ServerSettings>("reference", Vec::new())
}
