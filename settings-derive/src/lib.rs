//! `#[derive(Settings)]` and `#[derive(SettingValue)]`.
