use settings_core::Settings;

/// A section.
#[derive(Settings)]
struct Inner {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// A section.
#[derive(Settings)]
struct Other {
    /// A port.
    #[setting(key = "PORT", default = 25)]
    port: u16,
}

/// A key of a setting and of a flattened section.
#[derive(Settings)]
struct Twice {
    /// A port.
    #[setting(default = 25)]
    port: u16,
    #[settings(flatten)]
    inner: Inner,
}

/// A key of two flattened sections.
#[derive(Settings)]
struct Both {
    #[settings(flatten)]
    inner: Inner,
    #[settings(flatten)]
    other: Other,
}

/// Not a section.
#[derive(Settings)]
struct NotASection {
    #[settings(flatten)]
    inner: Missing,
}

struct Missing;

/// A type without a default.
#[derive(Settings)]
struct NoDefault {
    #[settings(skip)]
    inner: Missing,
}

fn main() {}
