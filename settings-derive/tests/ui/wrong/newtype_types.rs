use settings_core::SettingValue;

/// The check takes another type.
#[derive(SettingValue)]
#[value(check = is_even)]
struct OfAnotherType(u8);

/// The check returns another type.
#[derive(SettingValue)]
#[value(check = is_odd)]
struct OfABool(u16);

/// The check is not a function.
#[derive(SettingValue)]
#[value(check = 5)]
struct OfANumber(u16);

/// The check does not exist.
#[derive(SettingValue)]
#[value(check = missing)]
struct OfNothing(u16);

/// The words of the check are not text.
#[derive(SettingValue)]
#[value(check = wordless)]
struct Wordless(u16);

fn is_even(port: &u16) -> Result<(), String> {
    let _ = port;
    Ok(())
}

fn is_odd(port: &u16) -> bool {
    port % 2 == 1
}

fn wordless(_: &u16) -> Result<(), Vec<u8>> {
    Ok(())
}

fn main() {}
