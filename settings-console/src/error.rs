//! The reasons why settings are not read or not changed. None holds a secret.

use std::fmt;

use settings_core::resolve::{Diagnostic, Origin, Severity, Unreadable};
use settings_core::store::{StoreError, WriteError};

/// The reason why the settings can't be read. Holds no secret.
#[derive(Debug)]
pub(crate) enum OpenError {
    Unreadable(Unreadable),
    Store(StoreError),
    /// The layers were read, and nothing looked at them.
    Layers,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Layers => f.write_str("the settings were not read"),
        }
    }
}

/// The reason why a change is refused. Holds no secret.
#[derive(Debug)]
pub(crate) enum ChangeError {
    /// The file is not the one that the change was made to.
    Stale,
    /// Others have changed the same settings.
    Conflicts(Vec<Conflict>),
    /// Settings refuse their values, or the visitor may not change them.
    Refused(Vec<FieldError>),
    /// The history has no such version.
    UnknownVersion(String),
    /// The layers can't be read.
    Open(OpenError),
    /// The file can't be read or written.
    Store(StoreError),
}

/// A setting that another writer has changed meanwhile.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) path: String,
    pub(crate) title: &'static str,
    /// The state that the change was made to, and the one that the file has now.
    pub(crate) base: String,
    pub(crate) theirs: String,
}

/// A mistake in the change of one setting.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) setting: String,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) expected: Option<String>,
    pub(crate) help: String,
    pub(crate) origin: Option<Origin>,
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Write(WriteError::Conflict { .. }) | StoreError::Raced { .. } => Self::Stale,
            StoreError::UnknownVersion { .. } => Self::UnknownVersion(error.to_string()),
            error => match field_errors(&error) {
                errors if errors.is_empty() => Self::Store(error),
                errors => Self::Refused(errors),
            },
        }
    }
}

impl FieldError {
    pub(crate) fn new(setting: &str, code: &'static str, message: String) -> Self {
        let help = String::new();
        Self { setting: setting.to_owned(), code, message, expected: None, help, origin: None }
    }

    pub(crate) fn forbidden(path: &str) -> Self {
        let message = format!("`{path}` is read-only here");
        Self { help: "ask for the right to change it".to_owned(), ..Self::new(path, "forbidden", message) }
    }

    pub(crate) fn unconfirmed(path: &str, danger: &str) -> Self {
        let message = format!("`{path}`: the value must be confirmed: {danger}");
        let help = "tick its box when the change is reviewed".to_owned();
        Self { help, ..Self::new(path, "unconfirmed", message) }
    }

    fn from_diagnostic(found: &Diagnostic) -> Self {
        let setting = found.setting.clone().unwrap_or_default();
        let expected = found
            .message
            .split_once("expected ")
            .map(|(_, expected)| expected.split(", found ").next().unwrap_or(expected).to_owned());
        Self {
            expected,
            help: found.help.clone(),
            ..Self::new(&setting, found.code.name(), found.message.clone())
        }
    }
}

/// Returns the mistakes that settings have because of a change; none if the error is about the file.
pub(crate) fn field_errors(error: &StoreError) -> Vec<FieldError> {
    match error {
        StoreError::Shadowed { path, origin } => vec![FieldError {
            help: format!("change or remove it there: {origin}"),
            origin: Some((**origin).clone()),
            ..FieldError::new(path, "shadowed", error.to_string())
        }],
        StoreError::NotAList { path } | StoreError::Repeated { path } => {
            vec![FieldError::new(path, "wrong-type", error.to_string())]
        }
        error => {
            let report = error.report().unwrap_or_default();
            let errors = report.diagnostics().iter().filter(|found| found.severity == Severity::Error);
            errors.map(FieldError::from_diagnostic).collect()
        }
    }
}
