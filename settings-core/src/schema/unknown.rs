//! What to say of names that no setting has.

/// What to say of keys and variables that no setting has. Where nobody says: an error where a setting's name is near, a
/// warning in a section of the program, a note outside of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing, be a setting's name ever so near.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}
