use settings_core::SettingValue;

/// The check has no value.
#[derive(SettingValue)]
#[value(check)]
struct NoFunction(u16);

/// The check has two.
#[derive(SettingValue)]
#[value(check = is_even, check = is_even)]
struct Twice(u16);

/// A misspelt name.
#[derive(SettingValue)]
#[value(chek = is_even)]
struct Misspelt(u16);

/// An attribute of an enum.
#[derive(SettingValue)]
#[value(ignore_case)]
struct IgnoreCase(String);

/// An attribute of a variant.
#[derive(SettingValue)]
#[value(text = "a")]
struct Text(String);

/// An attribute of a setting.
#[derive(SettingValue)]
#[value(range = 1..=5)]
struct Range(u16);

/// An attribute on the field.
#[derive(SettingValue)]
struct OnField(#[setting(range = 1..=5)] u16);

/// Another one on the field.
#[derive(SettingValue)]
struct ValueOnField(#[value(check = is_even)] u16);

/// serde's name.
#[derive(SettingValue)]
#[serde(try_from = "u16")]
struct BySerde(u16);

/// A check of an enum.
#[derive(SettingValue)]
#[value(check = is_even)]
enum Level {
    /// Little.
    Low,
}

/// No field.
#[derive(SettingValue)]
struct Unit;

/// Two fields.
#[derive(SettingValue)]
struct Pair {
    a: u8,
    b: u8,
}

fn is_even(port: &u16) -> Result<(), String> {
    let _ = port;
    Ok(())
}

fn main() {}
