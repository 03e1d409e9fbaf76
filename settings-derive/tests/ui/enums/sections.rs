use settings_core::Settings;

/// A section.
#[derive(Settings)]
struct Inner {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// Content without a tag.
#[derive(Settings)]
#[settings(content = "Options")]
enum Content {
    /// One.
    One(Inner),
}

/// One key for both.
#[derive(Settings)]
#[settings(tag = "Type", content = "type")]
enum OneKey {
    /// One.
    One(Inner),
}

/// An untagged enum with a variant that cannot be present.
#[derive(Settings)]
enum Unit {
    /// One.
    One(Inner),
    /// Two.
    Two,
}

/// Two variants with one key, and two defaults.
#[derive(Settings)]
enum Twice {
    /// One.
    #[settings(default_variant)]
    One(Inner),
    /// Two.
    #[settings(key = "One", default_variant)]
    Two(Inner),
}

/// Misplaced attributes.
#[derive(Settings)]
#[settings(env_prefix = "A", key = "B", untagged)]
enum Misplaced {
    /// One.
    #[settings(tag = "Type", default)]
    One(Inner),
    Two(Inner),
    /// Three.
    Three(Inner, Inner),
    /// Four.
    Four {
        port: u16,
        /// A port.
        #[setting(default = 70_000)]
        wide: u16,
    },
}

/// serde's attributes.
#[derive(Settings)]
#[serde(tag = "type")]
enum Serde {
    /// One.
    #[serde(rename = "one")]
    One(Inner),
}

/// A generic enum.
#[derive(Settings)]
enum Generic<T> {
    /// One.
    One(T),
}

fn main() {}
