//! The meaning of empty variables.

/// The meaning of an empty variable, as `NAME=` in an env file or `${NAME:-}` in the manifest of a container makes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyVariables {
    /// It counts as unset where the setting is optional, or where nothing is not a value: of a number, a bool, a
    /// duration, a choice, a map or a text in a format. It is the empty text of a text, and the empty list of a list.
    #[default]
    Unset,
    /// It is a value, which most settings refuse. An optional text is then the empty text.
    Value,
}
