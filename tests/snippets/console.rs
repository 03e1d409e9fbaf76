mod hidden {
    pub use settings_console::{Access, Console, Peer, Refusal, Visitor};
    pub use settings_core::resolve::{Environment, Layers};

    /// Settings of the chat server.
    #[derive(settings_core::Settings)]
    #[settings(env_prefix = "CHAT")]
    pub struct ChatSettings {
        /// The greeting.
        #[setting(default = "Welcome!")]
        pub greeting: String,
    }

    pub fn session_of(_: &http::HeaderMap) -> Option<String> {
        None
    }
}
use hidden::*;
