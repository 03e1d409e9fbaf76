use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(rule(check = |mail| mail.port, message = "no port", fields("Port")))]
struct NoBool {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// All.
#[derive(Settings)]
#[settings(env_prefix = "MM", rule(check = |all| all.mail.port > 0, message = "no port", fields("Mail.Prot")))]
struct All {
    mail: Mail,
}

/// Mail.
#[derive(Settings)]
struct Mail {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

fn main() {}
