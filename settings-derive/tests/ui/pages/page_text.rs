use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(
    page_text(page = "Mail", text = "words"),
    page_text(),
    page_text = "Mail",
    page_text(page = "Mail", rst = 7)
)]
struct Mail {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

/// Chat.
#[derive(Settings)]
#[settings(page_text(page = "Chat", rst = "
Chat
====

.. config:entry:: Port

.. config:entry:: Prot
"))]
struct Chat {
    /// A port.
    #[setting(default = 25)]
    port: u16,
}

fn main() {}
