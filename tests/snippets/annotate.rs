use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;
use settings_core::{Secret, SettingValue, Settings};
