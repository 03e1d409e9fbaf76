//! Writes the folder `reference` whenever the settings change.

use settings_core::Settings;
use settings_core::docs::generate::Artefact;
use settings_core::docs::{self, Dialect, Style};
use settings_core::template;

#[path = "src/settings.rs"]
#[expect(dead_code, unreachable_pub, reason = "only the schema is used here")]
mod settings;

fn main() -> Result<(), docs::BuildError> {
    println!("cargo::rerun-if-changed=src/settings.rs");
    let dialect = Dialect::new("chat.toml").style(Style::Heading);
    let env = Artefact::new("chat.env", template::env(settings::ChatSettings::SCHEMA));
    docs::build_in::<settings::ChatSettings>(&dialect, "reference", vec![env])
}
