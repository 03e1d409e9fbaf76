use settings_core::SettingValue;

/// A level.
#[derive(SettingValue)]
enum Data {
    /// Low.
    Low(u8),
    /// High.
    High { by: u8 },
    Undocumented,
}

/// A level.
#[derive(SettingValue)]
enum Texts {
    /// Nothing.
    #[value(text = "")]
    Nothing,
    /// Low.
    #[value(text = "Low", label = " ")]
    A,
    /// Low too.
    #[value(text = "Low")]
    B,
    /// By its name.
    C,
    /// By its text.
    #[value(text = "C")]
    D,
    /// High.
    #[value(label = "High")]
    E,
    /// High too.
    #[value(label = "High")]
    F,
}

/// No level.
#[derive(SettingValue)]
enum Empty {}

/// Any level.
#[derive(SettingValue)]
enum Generic<T> {
    /// Low.
    Low,
    /// Of a type.
    Of(T),
}

/// A struct.
#[derive(SettingValue)]
struct Struct {}

fn main() {}
