//! The security reports that the System Console was built against, each by its number.
//!
//! The reports that only a browser can show (8, 9, 16, 21) are in `console_browser` too.

#![allow(dead_code)] // the fields are read as text only

mod changes;
mod connection;
mod requests;
mod secrets;

use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;
use settings_core::{Secret, Settings};
use settings_tests::console::Site;

const CANARY: &str = "k4n4ry";

const FILE: &str =
    "{\n  // the port\n  \"EmailSettings\": {\"SMTPPort\": 587, \"SMTPPassword\": \"k4n4ry\"}\n}\n";

/// A program with secrets in every form.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "MM")]
struct Vaulted {
    email: EmailSettings,
    vault: Vault,
}

/// A vault.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Vault")]
struct Vault {
    /// A key.
    #[setting(key = "Key", alias = "OldKey")]
    key: Secret,
    /// Keys.
    #[setting(key = "Keys")]
    keys: Vec<Secret>,
    /// A database.
    #[setting(key = "Database", format = "url")]
    database: String,
    /// A name.
    #[setting(key = "Name")]
    name: String,
    /// A list of addresses of the console itself.
    #[setting(key = "Open", default = false)]
    open: bool,
}

impl AsRef<EmailSettings> for Vaulted {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

fn site() -> Site {
    Site::new::<ServerSettings>(FILE, &[])
}

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
