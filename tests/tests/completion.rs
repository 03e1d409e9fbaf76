//! Completion as shells ask for it, in a real bash.

use std::process::{Command, Output};

use settings_tests::cli::settings;

const OPERATED: &str = env!("CARGO_BIN_EXE_operated");
const MOUNTED: &str = env!("CARGO_BIN_EXE_mounted");

fn output(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success() && stderr.is_empty(), "{status} {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// What a bash that has read the program's lines offers for the last of these words.
fn bash(program: &str, words: &[&str]) -> Vec<String> {
    let script = r#"
        source <("$1" "${@:3:$2}" completion bash) || exit 3
        shift $((2 + $2))
        program=${1##*/}
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
        registered=$(complete -p "$program") || exit 4
        function=${registered##*-F }
        "${function%% *}" "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        [ "${#COMPREPLY[@]}" = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let below: &[&str] = if program == MOUNTED { &["config"] } else { &[] };
    let mut command = Command::new("bash");
    command
        .args(["--norc", "-c", script, "bash", program, &below.len().to_string()])
        .args(below)
        .arg(program);
    output(command.args(words)).lines().map(str::to_owned).collect()
}

#[test]
fn paths_of_settings_are_offered() {
    let all = bash(OPERATED, &["get", "ServiceSettings."]);
    let expected = ["ListenAddress", "MaxUsers", "AllowedHosts", "Greeting", "Quotas", "Licence"];
    assert_eq!(all, expected.map(|key| format!("ServiceSettings.{key}")));
    for command in [&["get"][..], &["explain"], &["set"], &["unset"], &["--color", "never", "get"]] {
        let words = [command, &["emailsettings.smtpp"]].concat();
        assert_eq!(
            bash(OPERATED, &words),
            ["EmailSettings.SMTPPort", "EmailSettings.SMTPPassword"],
            "{words:?}"
        );
    }
    assert_eq!(bash(OPERATED, &["get", "Nothing"]), [""; 0]);
}

#[test]
fn commands_options_and_values_are_offered() {
    assert_eq!(bash(OPERATED, &["roll"]), ["rollback"]);
    assert_eq!(bash(OPERATED, &["template", "--format", "s"]), ["systemd", "secret"]);
    assert!(bash(OPERATED, &["watch", "--"]).contains(&"--poll".to_owned()));
    assert_eq!(bash(OPERATED, &["set", "EmailSettings.ConnectionSecurity", ""])[..2], ["TLS", "STARTTLS"]);
    assert_eq!(bash(OPERATED, &["set", "emailsettings.enablesmtpauth", "t"]), ["true"]);
    assert_eq!(bash(OPERATED, &["--unknown", "d"]), ["deny"]);
    assert_eq!(bash(OPERATED, &["--unknown", "Email"]), ["EmailSettings="]);
    assert_eq!(bash(OPERATED, &["--set", "ServiceSettings.Max"]), ["ServiceSettings.MaxUsers="]);
    assert_eq!(
        bash(OPERATED, &["--set", "EmailSettings.ConnectionSecurity=S"]),
        ["EmailSettings.ConnectionSecurity=STARTTLS"]
    );
}

#[test]
fn a_servers_own_program_offers_them_below_its_own_command() {
    assert_eq!(bash(MOUNTED, &[""])[..2], ["serve", "config"]);
    assert_eq!(bash(MOUNTED, &["config", "get", "ServiceSettings.L"]).len(), 2);
    // an argument of its own that only has the same id is left alone
    assert!(!bash(MOUNTED, &["serve", ""]).iter().any(|word| word.contains("Settings.")));
    let get = output(Command::new(MOUNTED).args(["config", "get", "ServiceSettings.MaxUsers"]).env_clear());
    assert_eq!(get, "100\n");
}

#[test]
fn other_shells_are_answered_with_summaries() {
    for (shell, parts) in [
        ("zsh", ["#compdef operated", "ServiceSettings.MaxUsers:How many users may be logged in."]),
        ("fish", ["complete --keep-order", "ServiceSettings.MaxUsers\tHow many users may be logged in."]),
    ] {
        let lines = output(Command::new(OPERATED).args(["completion", shell]).env_clear());
        assert!(lines.contains(parts[0]) && lines.contains(OPERATED), "{lines}");
        let words = ["--", "operated", "get", "ServiceSettings.M"];
        let asked = Command::new(OPERATED)
            .args(words)
            .env_clear()
            .envs([("SETTINGS_COMPLETE", shell), ("_CLAP_COMPLETE_INDEX", "2"), ("_CLAP_IFS", "\n")])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&asked.stdout).trim_end(), parts[1], "{shell}");
    }
    assert_eq!(settings(&["completion", "tcsh"], &[]).code, 2);
}
