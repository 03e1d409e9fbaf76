mod hidden {
    /// Settings of the chat server.
    #[derive(settings_core::Settings)]
    #[settings(env_prefix = "CHAT")]
    pub struct ChatSettings {
        /// The port that the server listens on.
        #[setting(default = 8065)]
        pub port: u16,
    }
}
use hidden::*;
