//! The user who runs the program.

use std::env;

/// Returns the name of the user who runs the program, or who called `sudo`.
///
/// In a container or service the environment may not have it: there, the owner of the process is looked up.
pub(crate) fn user() -> Option<String> {
    let variables = ["SUDO_USER", "LOGNAME", "USER", "USERNAME"];
    variables.into_iter().find_map(|name| env::var(name).ok().filter(|user| !user.is_empty())).or_else(owner)
}

#[cfg(target_os = "linux")]
fn owner() -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(name_of(&id, &users).unwrap_or(format!("user {id}")))
}

#[cfg(not(target_os = "linux"))]
fn owner() -> Option<String> {
    None
}

/// Finds a user by number in the lines of `/etc/passwd`, which begin with `name:password:number:`.
#[cfg(target_os = "linux")]
fn name_of(id: &str, users: &str) -> Option<String> {
    let user = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id).then(|| name.to_owned())
    };
    users.lines().find_map(user)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{name_of, owner};

    #[test]
    fn a_user_is_found_by_number() {
        let users = "root:x:0:0:root:/root:/bin/bash\n# 7\nann:x:1000:1000::/home/ann:/bin/sh\n";
        assert_eq!(name_of("1000", users).as_deref(), Some("ann"));
        assert_eq!(name_of("0", users).as_deref(), Some("root"));
        assert_eq!(name_of("7", users), None);
        assert!(owner().is_some());
    }
}
