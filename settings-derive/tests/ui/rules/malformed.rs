use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(
    rule(chek = |mail| mail.port > 0, message = "no port", fields("Port")),
    rule(check = |mail| mail.port > 0),
    rule(check = |mail| mail.port > 0, message = "", fields("Prot", "Sec..Port"), severity = "fatal"),
    rule(check = |mail| mail.port > 0, message = "no port", fields = ["Port"]),
    rule = "no port",
    rulle(check = |mail| mail.port > 0)
)]
struct Mail {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

fn main() {}
