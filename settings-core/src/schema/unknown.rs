//! The policy for unknown names.

/// The policy for keys and variables that no setting has.
///
/// Without a policy, such a name is an error if a setting's name is near, a warning inside a section of the program,
/// and a note elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No diagnostic, even if a setting's name is near.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}
