//! Dovecot's configuration: of it only the logins are used.

use std::path::Path;

use super::Programs;

/// The two first numbers of what `dovecot --version` prints.
pub(super) fn version(printed: &str) -> Result<(u32, u32), String> {
    let mut numbers = printed.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err(format!("Dovecot's version is unknown: {printed:?}")),
    }
}

/// Another language of configuration came with version 2.4. Wrong passwords are answered at once, however many there
/// were before.
pub(super) fn configuration(home: &Path, programs: &Programs) -> String {
    let home = home.display();
    let (user, group) = (programs.user, programs.group);
    let language = if programs.dovecot_version >= (2, 4) {
        format!(
            "dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
auth_username_format = %{{user}}
passdb passwd-file {{
  passwd_file_path = {home}/users
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {home}/mail
  }}
}}
"
        )
    } else {
        format!(
            "disable_plaintext_auth = no
auth_username_format = %u
passdb {{
  driver = passwd-file
  args = username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail
}}
"
        )
    };
    format!(
        "{language}base_dir = {home}/dovecot/run
state_dir = {home}/dovecot/state
log_path = {home}/dovecot/log
protocols =
ssl = no
auth_mechanisms = plain login cram-md5 scram-sha-256
auth_failure_delay = 0
default_internal_user = dovecot
default_login_user = dovenull
service auth {{
  unix_listener {home}/dovecot/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(dovecot_version: (u32, u32)) -> Programs {
        Programs {
            postfix: "/postfix".into(),
            daemons: "/daemons".into(),
            dovecot: "/dovecot".into(),
            dovecot_version,
            user: 1,
            group: 2,
        }
    }

    #[test]
    fn versions() {
        assert_eq!(version("2.3.19.1 (9b53102964)\n"), Ok((2, 3)));
        assert_eq!(version("2.4.1-4 (7d8c0e5759)"), Ok((2, 4)));
        assert!(version("dovecot").is_err());
    }

    #[test]
    fn each_version_is_spoken_to_in_its_language() {
        let old = configuration(Path::new("/home"), &programs((2, 3)));
        assert!(old.contains("driver = passwd-file") && !old.contains("dovecot_config_version"));
        let new = configuration(Path::new("/home"), &programs((2, 4)));
        assert!(new.starts_with("dovecot_config_version = 2.4.0\ndovecot_storage_version"));
        assert!(new.contains("passwd_file_path = /home/users") && !new.contains("disable_plaintext_auth"));
    }
}
