use settings_core::Settings;

/// A section.
#[derive(Settings)]
struct Inner {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// One key in two variants.
#[derive(Settings)]
#[settings(tag = "Type")]
enum Inside {
    /// One.
    One(Inner),
    /// Two.
    Two {
        /// A port.
        #[setting(default = 25)]
        port: u16,
    },
}

/// One key in two variants.
#[derive(Settings)]
#[settings(tag = "Type", content = "Options")]
enum Adjacent {
    /// One.
    One(Inner),
    /// Two.
    Two(Inner),
}

/// The key of the tag.
#[derive(Settings)]
#[settings(tag = "Port")]
enum Tag {
    /// One.
    One(Inner),
}

/// A variant whose data is not a section.
#[derive(Settings)]
enum NotASection {
    /// One.
    One(Missing),
}

struct Missing;

fn main() {}
