use settings_core::Settings;

/// Mail.
#[derive(Settings)]
struct Mail {
    /// Whether to log in.
    #[setting(default = false)]
    log_in: bool,
    /// No setting.
    #[setting(relevant_if(is = true))]
    no_setting: String,
    /// No value.
    #[setting(relevant_if(setting = "LogIn"))]
    no_value: String,
    /// Two values.
    #[setting(relevant_if(setting = "LogIn", is = true, is_not = false))]
    two_values: String,
    /// A misspelt setting.
    #[setting(relevant_if(setting = "LogInn", is = true))]
    misspelt: String,
    /// Itself.
    #[setting(default = false, relevant_if(setting = "Itself", is = true))]
    itself: bool,
    /// Not a call.
    #[setting(relevant_if = "LogIn")]
    no_call: String,
}

fn main() {}
