use settings_core::Settings;

/// A root.
#[derive(Settings)]
#[settings(env_prefix = "")]
struct Empty {}

/// A root.
#[derive(Settings)]
#[settings(env_prefix = nothing)]
struct Word {}

/// A root.
#[derive(Settings)]
#[settings(env_prefix = none, root)]
struct Both {}

/// A root.
#[derive(Settings)]
#[settings(env_prefix = "A", env_case = "snake_case")]
struct Case {}

/// A root.
#[derive(Settings)]
#[settings(env_prefix = "A", env_separator = "-")]
struct Separator {}

/// A section.
#[derive(Settings)]
#[settings(env_separator = "__", env_case = "SCREAMING_SNAKE_CASE")]
struct Section {}

/// A root.
#[derive(Settings)]
#[settings(root, env_separator = "__")]
struct Closed {}

/// A section.
#[derive(Settings)]
struct Names {
    /// A setting.
    #[setting(env = "DATABASE-URL")]
    hyphen: String,
    /// A setting.
    #[setting(env = "")]
    empty: String,
    /// A setting.
    #[setting(env = "1ST")]
    digit: String,
    /// A setting.
    #[setting(env = "PORT=25")]
    assignment: String,
    /// A setting.
    #[setting(env = "TOKEN_FILE")]
    file: String,
    /// A setting.
    #[setting(env = 25)]
    number: String,
    /// A setting.
    #[setting(env = ["A", A])]
    list: String,
    /// A setting.
    #[setting(env)]
    nothing: String,
    /// A setting.
    #[setting(variable = "PORT")]
    variable: String,
    /// A setting.
    #[setting(env_prefix = "PORT")]
    prefix: String,
}

/// A section.
#[derive(Settings)]
struct Twice {
    /// A setting.
    #[setting(env = ["PORT", "PORT"])]
    port: String,
    /// A setting.
    #[setting(env = "Port")]
    other: String,
    #[settings(env_case = "UPPERCASE")]
    nested: Names,
}

fn main() {}
