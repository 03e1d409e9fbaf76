//! The words in which a rule says what is wrong.

use std::fmt;

/// The error of a rule over several settings: what is wrong, and the entry that it is about.
///
/// ```
/// use settings_core::resolve::{Layers, RuleError, resolve};
/// use settings_core::Settings;
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(
///     root,
///     rule(check = names_differ, message = "the names of upstreams differ", fields("Upstreams"))
/// )]
/// struct Server {
///     upstreams: Vec<Upstream>,
/// }
///
/// /// An upstream.
/// #[derive(Settings)]
/// struct Upstream {
///     /// The name.
///     #[setting(required)]
///     name: String,
/// }
///
/// fn names_differ(server: &Server) -> Result<(), RuleError> {
///     for (number, upstream) in server.upstreams.iter().enumerate() {
///         let mut before = server.upstreams.iter().take(number);
///         if before.any(|other| other.name == upstream.name) {
///             let words = format!("the name {:?} is taken", upstream.name);
///             return Err(RuleError::new(words).at(format!("Upstreams[{number}].Name")));
///         }
///     }
///     Ok(())
/// }
///
/// let file = r#"{"Upstreams": [{"Name": "a"}, {"Name": "a"}]}"#;
/// let report = resolve::<Server>(Layers::new().file("config.json", file)).into_result().err().unwrap_or_default();
/// assert!(report.to_lines().starts_with("config.json:1:40: error[rule]: the name \"a\" is taken"), "{report}");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleError {
    words: String,
    path: Option<String>,
}

impl RuleError {
    /// An error in words, which must not show a secret.
    pub fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), path: None }
    }

    /// Points at the entry of this path below the section: `Upstreams[1].Name`.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub(super) fn words(&self) -> Option<&str> {
        Some(self.words.as_str()).filter(|words| !words.is_empty())
    }

    pub(super) fn place(&self) -> Option<&str> {
        self.path.as_deref()
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for RuleError {}

impl From<String> for RuleError {
    fn from(words: String) -> Self {
        Self::new(words)
    }
}

impl From<&str> for RuleError {
    fn from(words: &str) -> Self {
        Self::new(words)
    }
}

/// The outcomes that the check of a rule may return.
#[diagnostic::on_unimplemented(
    message = "the check of a rule returns `bool` or `Result<(), RuleError>`, not `{Self}`",
    label = "not the outcome of a rule",
    note = "the error may also be `String` or `&str`, the words alone"
)]
pub trait RuleOutcome {
    /// Returns the error if the rule is broken; without words, the message of the rule says what is wrong.
    fn outcome(self) -> Result<(), RuleError>;
}

impl RuleOutcome for bool {
    fn outcome(self) -> Result<(), RuleError> {
        if self { Ok(()) } else { Err(RuleError::default()) }
    }
}

impl<E: Into<RuleError>> RuleOutcome for Result<(), E> {
    fn outcome(self) -> Result<(), RuleError> {
        self.map_err(Into::into)
    }
}
