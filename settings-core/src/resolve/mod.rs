//! Layers, merging, origins and diagnostics.

mod builder;

pub use builder::Builder;

use crate::schema::Section;

/// A struct of settings. Derive it with `#[derive(Settings)]`.
pub trait Settings: Sized {
    /// What the struct's settings are.
    const SCHEMA: &'static Section;

    /// Takes one value a field from `builder`, in the order of the fields.
    #[doc(hidden)]
    fn build(builder: &mut Builder<'_>) -> Self;
}
