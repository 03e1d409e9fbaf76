#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::PathBuf;

use crate::reference::ServerSettings;
use crate::resolve::{Code, Layers, Resolution, Severity, resolve};

/// Directories of the test's own, removed at the end.
struct Folders(PathBuf);

impl Folders {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("settings-secrets-{name}-{}", std::process::id())))
    }

    fn write(&self, folder: &str, name: &str, text: &str) -> &Self {
        std::fs::create_dir_all(self.0.join(folder)).unwrap();
        std::fs::write(self.0.join(folder).join(name), text).unwrap();
        self
    }

    fn resolve(&self, folders: &[&str]) -> Resolution<ServerSettings> {
        let read = |layers: Layers, folder: &&str| layers.secrets_dir(self.0.join(folder)).unwrap();
        resolve(folders.iter().fold(Layers::new(), read))
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn told(resolution: &Resolution<ServerSettings>) -> (Code, Severity, String) {
    let [only] = resolution.report().diagnostics() else { panic!("{}", resolution.report()) };
    (only.code, only.severity, only.message.clone())
}

#[test]
fn two_files_of_one_directory_do_not_set_the_same_setting() {
    let folders = Folders::new("twice");
    folders.write("a", "EmailSettings.SMTPPort", "26").write("a", "mm_emailsettings_smtpport", "27");
    folders.write("b", "EmailSettings.SMTPPort", "28");
    let resolution = folders.resolve(&["a"]);
    let (code, severity, message) = told(&resolution);
    assert_eq!((code, severity), (Code::DuplicateSecret, Severity::Error));
    for name in ["`mm_emailsettings_smtpport`", "`EmailSettings.SMTPPort`"] {
        assert!(message.contains(name), "{message}");
    }
    // of two directories the later is the stronger, as of two files
    folders.write("c", "MM_EMAILSETTINGS_SMTPPORT", "29");
    let resolution = folders.resolve(&["b", "c"]);
    assert_eq!(resolution.report().diagnostics(), []);
    assert_eq!(resolution.value().unwrap().email.smtp_port, 29);
}

#[test]
fn old_names_work_and_warn() {
    for name in ["MM_SERVICESETTINGS_ENABLESECURITYFIXALERT", "ServiceSettings.EnableSecurityFixAlert"] {
        let folders = Folders::new(name);
        folders.write("a", name, "false\n");
        let resolution = folders.resolve(&["a"]);
        let (code, severity, message) = told(&resolution);
        assert_eq!((code, severity), (Code::Alias, Severity::Warning), "{message}");
        assert!(message.contains("is an old name of `EmailSettings.EnableSecurityFixAlert`"), "{message}");
        assert!(!resolution.value().unwrap().email.enable_security_fix_alert);
        // its own name is stronger, whichever comes first
        folders.write("a", "EmailSettings.EnableSecurityFixAlert", "true");
        let resolution = folders.resolve(&["a"]);
        assert!(told(&resolution).2.contains("is ignored"), "{}", resolution.report());
        assert!(resolution.value().unwrap().email.enable_security_fix_alert);
    }
}
