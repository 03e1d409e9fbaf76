use settings_core::Settings;

/// Mail.
#[derive(Settings)]
#[settings(section = "EmailSettings")]
struct Aliases {
    /// A port.
    #[setting(key = "Port", alias = "Port", default = 25)]
    own_key: u16,
    /// A host.
    #[setting(key = "Host", alias = "EmailSettings.Host")]
    own_path: String,
    /// A user.
    #[setting(key = "User", alias = "host")]
    anothers: String,
    /// A name.
    #[setting(key = "Name", alias = "Old.Name", aliases = ["Old.Name"])]
    twice: String,
    /// A group.
    #[setting(key = "Group", alias = "Old.Name")]
    taken: String,
    /// A folder.
    #[setting(key = "Folder", aliases = ["Old..Folder", "", "Old Folder"])]
    malformed: String,
}

fn main() {}
