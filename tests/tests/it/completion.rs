//! Completion in the real shells: what is typed into them, and the line that comes of it.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use settings_tests::cli::{Folder, settings};
use settings_tests::real::left_out;
use settings_tests::shell::{Kind, Shell};

const OPERATED: &str = env!("CARGO_BIN_EXE_operated");
const MOUNTED: &str = env!("CARGO_BIN_EXE_mounted");

/// Starts each shell with the completion of `operated`, reached by a path with a blank and a quote.
fn shells(test: &str) -> (Folder, Vec<(Kind, Shell)>) {
    let folder = Folder::new(test);
    let inside = PathBuf::from(folder.path("it's \"the\" $server"));
    std::fs::create_dir(&inside).unwrap();
    let program = inside.join("operated");
    symlink(OPERATED, &program).unwrap();
    let start = |kind| match Shell::start(kind, test, program.to_str().unwrap(), Path::new("/nowhere"), "") {
        Ok(shell) => Some((kind, shell)),
        Err(why) => {
            left_out(test, &why);
            None
        }
    };
    let shells = Kind::ALL.into_iter().filter_map(start).collect();
    (folder, shells)
}

#[test]
fn paths_of_settings_are_offered() {
    let (_folder, shells) = shells("paths");
    for (kind, mut shell) in shells {
        let all = shell.offers("operated get ServiceSettings.");
        let expected = ["ListenAddress", "MaxUsers", "AllowedHosts", "Greeting", "Quotas", "Licence"];
        assert_eq!(all, expected.map(|key| format!("ServiceSettings.{key}")), "{kind:?}");
        for command in ["get", "explain", "set", "unset", "--color never get", "get \"", "get '"] {
            let line =
                format!("operated {command} emailsettings.smtpp").replace("\" ", "\"").replace("' ", "'");
            let paths = shell.offers(&line).into_iter();
            let paths: Vec<_> = paths.map(|path| path.replace(['"', '\''], "")).collect();
            assert_eq!(paths, ["EmailSettings.SMTPPort", "EmailSettings.SMTPPassword"], "{kind:?}: {line}");
        }
        assert_eq!(shell.offers("operated get Nothing"), [""; 0], "{kind:?}");
    }
}

#[test]
fn completion_corrects_letter_case() {
    let (_folder, shells) = shells("case");
    for (kind, mut shell) in shells {
        for (typed, completed) in [
            ("operated get emailsettings.smtppo", "operated get EmailSettings.SMTPPort "),
            ("operated explain SERVICE", "operated explain ServiceSettings."),
            ("operated roll", "operated rollback "),
        ] {
            // fish puts in what several have in common only as it is typed
            if kind != Kind::Fish || !completed.ends_with('.') {
                assert_eq!(shell.tab(typed), completed, "{kind:?}");
            }
        }
    }
}

#[test]
fn commands_options_and_values_are_offered() {
    let (_folder, shells) = shells("values");
    for (kind, mut shell) in shells {
        for (line, offered) in [
            ("operated roll", &["rollback"][..]),
            ("operated template --format s", &["systemd", "secret"]),
            ("operated set EmailSettings.ConnectionSecurity S", &["STARTTLS"]),
            ("operated set emailsettings.enablesmtpauth t", &["true"]),
            ("operated set -- emailsettings.enablesmtpauth ", &["true", "false"]),
            ("operated --unknown d", &["deny"]),
            ("operated --unknown Email", &["EmailSettings="]),
            ("operated --set ServiceSettings.Max", &["ServiceSettings.MaxUsers="]),
        ] {
            assert_eq!(shell.offers(line), offered, "{kind:?}: {line}");
        }
        assert!(shell.offers("operated watch --").contains(&"--poll".to_owned()), "{kind:?}");
    }
}

#[test]
fn values_after_an_equals_sign_are_completed() {
    let (_folder, shells) = shells("equals");
    for (kind, mut shell) in shells {
        for (typed, completed) in [
            // a value follows, so there is no blank
            ("operated --set ServiceSettings.Max", "operated --set ServiceSettings.MaxUsers="),
            ("operated --unknown Email", "operated --unknown EmailSettings="),
            (
                "operated --set emailsettings.connectionsecurity=S",
                "operated --set emailsettings.connectionsecurity=STARTTLS ",
            ),
            (
                "operated --set EmailSettings.EnableSMTPAuth=f",
                "operated --set EmailSettings.EnableSMTPAuth=false ",
            ),
            ("operated --set=EmailSettings.EnableSMTPAuth=", "operated --set=EmailSettings.EnableSMTPAuth="),
            ("operated --unknown EmailSettings=d", "operated --unknown EmailSettings=deny "),
            ("operated --unknown=EmailSettings=d", "operated --unknown=EmailSettings=deny "),
            ("operated template --format=sy", "operated template --format=systemd "),
            (
                "operated --set a:b=c get ServiceSettings.Lis",
                "operated --set a:b=c get ServiceSettings.ListenAddress ",
            ),
            (
                "operated --set a= get ServiceSettings.Lis",
                "operated --set a= get ServiceSettings.ListenAddress ",
            ),
        ] {
            assert_eq!(shell.tab(typed), completed, "{kind:?}: {typed}");
        }
    }
}

#[test]
fn files_and_folders_are_completed() {
    let (folder, shells) = shells("files");
    std::fs::create_dir(folder.path("conf.d")).unwrap();
    folder.write("conf.d/first.json", "{}");
    for (kind, mut shell) in shells {
        for option in ["--config ", "--config="] {
            let line = |end: &str| format!("operated {option}{}", folder.path(end));
            assert_eq!(shell.tab(&line("con")), line("conf.d/"), "{kind:?}");
            assert_eq!(shell.tab(&line("conf.d/fi")), line("conf.d/first.json "), "{kind:?}");
        }
    }
}

#[test]
fn paths_are_offered_with_summaries() {
    let (_folder, shells) = shells("summaries");
    // bash shows none
    for (_, mut shell) in shells.into_iter().filter(|(kind, _)| *kind != Kind::Bash) {
        shell.lists("operated get ServiceSettings.", "How many users may be logged in.");
    }
}

#[test]
fn a_servers_own_program_offers_them_below_its_own_command() {
    for kind in Kind::ALL {
        let folder = Path::new(MOUNTED).parent().unwrap();
        let mut shell = match Shell::start(kind, "mounted", "mounted", folder, "config") {
            Ok(shell) => shell,
            Err(why) => {
                left_out("a server's own program", &why);
                continue;
            }
        };
        assert!(shell.offers("mounted ").starts_with(&["serve".into(), "config".into()]), "{kind:?}");
        let paths = shell.offers("mounted config get ServiceSettings.L");
        assert_eq!(paths, ["ServiceSettings.ListenAddress", "ServiceSettings.Licence"], "{kind:?}");
        // an argument of its own that only has the same id is left alone
        assert!(!shell.offers("mounted serve ").iter().any(|word| word.contains("Settings.")), "{kind:?}");
    }
    let get = Command::new(MOUNTED).args(["config", "get", "ServiceSettings.MaxUsers"]).env_clear().output();
    assert_eq!(get.unwrap().stdout, b"100\n");
}

#[test]
fn a_shell_that_is_not_known_is_refused() {
    let run = settings(&["completion", "tcsh"], &[]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("bash, zsh, fish"), "{}", run.error);
}
