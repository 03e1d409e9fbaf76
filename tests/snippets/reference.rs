mod my_server { pub use settings_core::reference::ServerSettings; }
use settings_core::Settings;
use settings_core::mail::EmailSettings;
