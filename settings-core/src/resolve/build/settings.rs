//! The trait that `#[derive(Settings)]` implements.

use std::rc::Rc;
use std::sync::Arc;

use super::builder::Builder;
use crate::schema::Section;

/// A struct of settings. Derive it with `#[derive(Settings)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a section of settings",
    label = "not a section of settings",
    note = "derive `Settings` for a nested section, and mark the field of a setting with `#[setting(...)]`"
)]
pub trait Settings: Sized {
    /// The metadata of the struct.
    const SCHEMA: &'static Section;

    /// Takes one value a field from `builder`, in the order of the fields; `None` where a type contradicts its kind.
    #[doc(hidden)]
    fn build(builder: &mut Builder<'_>) -> Option<Self>;
}

macro_rules! pointers {
    ($($pointer:ident),+) => {$(
        impl<S: Settings> Settings for $pointer<S> {
            const SCHEMA: &'static Section = S::SCHEMA;

            fn build(builder: &mut Builder<'_>) -> Option<Self> {
                S::build(builder).map(Self::new)
            }
        }
    )+};
}

pointers!(Box, Rc, Arc);
