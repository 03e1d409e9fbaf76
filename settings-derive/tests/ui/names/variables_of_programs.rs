use settings_core::Settings;

/// A section.
#[derive(Settings)]
struct Owner {
    /// A setting.
    #[setting(env = "PORT")]
    port: String,
}

/// One variable for two settings of a program.
#[derive(Settings)]
#[settings(env_prefix = "A")]
struct Clash {
    owner: Owner,
    /// A setting.
    #[setting(env = "PORT")]
    port: String,
}

/// A variable that follows from a path, and one that is named.
#[derive(Settings)]
#[settings(env_prefix = "A")]
struct Derived {
    /// A setting.
    #[setting]
    port: String,
    /// A setting.
    #[setting(env = "A_PORT")]
    other: String,
}

/// A variable that names the file of another setting.
#[derive(Settings)]
#[settings(env_prefix = "TOKEN")]
struct File {
    /// A setting.
    #[setting(key = "File")]
    token: String,
    /// A setting.
    #[setting(env = "TOKEN")]
    other: String,
}

/// Words kept apart.
#[derive(Settings)]
#[settings(env_prefix = "A", env_case = "SCREAMING_SNAKE_CASE")]
struct Words {
    /// A setting.
    #[setting(key = "MaxIdle")]
    idle: String,
    /// A setting.
    #[setting(key = "max_idle")]
    other: String,
}

/// A section that repeats.
#[derive(Settings)]
#[settings(root)]
struct Repeats {
    owners: Vec<Owner>,
}

fn main() {}
