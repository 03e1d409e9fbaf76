use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(section = "Email_SMTP")]
struct Flat {
    /// A port.
    #[setting(key = "Port", default = 25)]
    port: u16,
}

/// Mail.
#[derive(Settings)]
#[settings(section = "Email")]
struct Nested {
    /// A port.
    #[setting(key = "SMTP_Port", default = 25)]
    port: u16,
}

/// One variable for two settings.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
struct OneVariable {
    flat: Flat,
    nested: Nested,
}

/// One path for two settings.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
struct OnePath {
    first: Flat,
    second: Flat,
}

/// The alias of one is the path of the other.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
struct TakenByAlias {
    nested: Nested,
    aliased: Aliased,
}

/// Mail.
#[derive(Settings)]
#[settings(section = "Aliased")]
struct Aliased {
    /// A port.
    #[setting(alias = "Email.SMTP_Port", default = 25)]
    port: u16,
}

/// The variable of one names the file of the other.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
struct TakenByFile {
    token: Token,
}

/// A token.
#[derive(Settings)]
struct Token {
    /// The token itself.
    #[setting(key = "Token")]
    token: String,
    /// The location.
    #[setting(key = "Token_File")]
    token_file: String,
}

/// One key for a setting and a section, in a section that repeats.
#[derive(Settings)]
struct Replica {
    /// A port.
    #[setting(default = 25)]
    aliased: u16,
    #[settings(section = "Own")]
    own: Flat,
    nested: Aliased,
    optional: Option<Aliased>,
    list: Vec<Aliased>,
}

/// It is reported once.
#[derive(Settings)]
#[settings(env_prefix = "MM")]
struct Repeats {
    replicas: Vec<Replica>,
    replica: Replica,
}

fn main() {}
