//! The trait that `#[derive(Settings)]` implements.

use super::builder::Builder;
use crate::schema::Section;

/// A struct of settings. Derive it with `#[derive(Settings)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no section of settings",
    label = "no section of settings",
    note = "derive `Settings` for a nested section, and mark the field of a setting with `#[setting(...)]`"
)]
pub trait Settings: Sized {
    /// What the struct's settings are.
    const SCHEMA: &'static Section;

    /// Takes one value a field from `builder`, in the order of the fields; `None` where a type contradicts its kind.
    #[doc(hidden)]
    fn build(builder: &mut Builder<'_>) -> Option<Self>;
}
