use settings_core::reference::ServerSettings;
macro_rules! warn { ($($text:tt)*) => { eprintln!($($text)*) } }
fn apply(settings: &ServerSettings, needs_restart: bool) {}
