//! Attributes that may appear once, and the structs that hold them.

use proc_macro2::{Ident, Span};

use crate::ctxt::Ctxt;

/// A value and its place in the source.
#[derive(Clone)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// A slot for one attribute's value, and the name that set it.
pub(super) struct Slot<T> {
    first: Option<Ident>,
    value: Option<T>,
}

impl<T> Slot<T> {
    pub(super) fn empty() -> Self {
        Self { first: None, value: None }
    }

    /// Sets the value; the second time is a mistake that shows both places. An unreadable value (`None`) counts as set.
    pub(super) fn set(&mut self, cx: &Ctxt, name: &Ident, value: Option<T>) {
        if let Some(first) = &self.first {
            cx.error_at(name.span(), format!("`{name}` appears twice"));
            cx.error_at(first.span(), format!("`{name}` first appears here"));
            return;
        }
        self.first = Some(name.clone());
        self.value = value;
    }

    pub(super) fn take(self) -> Option<T> {
        self.value
    }
}

/// Declares a struct of attributes, the list of their names, and the function that reads them.
///
/// Each attribute is declared in one line: its name, its field, the type of its value, and the method of `Entry` that
/// reads it. Those under `many` may appear any number of times.
macro_rules! attributes {
    (
        $(#[$meta:meta])*
        pub(crate) struct $name:ident, $names:ident {
            $( $(#[$doc:meta])* $attribute:literal => $field:ident: $ty:ty = $read:expr, )*
            $( many { $( $(#[$list_doc:meta])* $list:ident: $item:ty = { $( $each:literal => $extend:expr ),+ $(,)? } )+ } )?
        }
    ) => {
        $(#[$meta])*
        pub(crate) struct $name {
            $( $(#[$doc])* pub(crate) $field: Option<$ty>, )*
            $( $( $(#[$list_doc])* pub(crate) $list: Vec<$item>, )+ )?
        }

        pub(crate) const $names: &[&str] = &[ $( $attribute, )* $( $( $( $each, )+ )+ )? ];

        impl $name {
            /// Reads the entries, and passes those with other names to `unknown`. Entries without a value are skipped:
            /// that has been reported.
            fn read(
                cx: &$crate::ctxt::Ctxt,
                entries: &[$crate::attr::Entry],
                mut unknown: impl FnMut(&$crate::attr::Entry),
            ) -> Self {
                $( let mut $field: $crate::attr::Slot<$ty> = $crate::attr::Slot::empty(); )*
                $( $( let mut $list: Vec<$item> = Vec::new(); )+ )?
                for entry in entries.iter().filter(|entry| !entry.value.is_empty()) {
                    match entry.name().as_str() {
                        $( $attribute => $field.set(cx, &entry.name, $read(entry, cx)), )*
                        $( $( $( $each => $list.extend($extend(entry, cx)), )+ )+ )?
                        _ => unknown(entry),
                    }
                }
                Self { $( $field: $field.take(), )* $( $( $list, )+ )? }
            }
        }
    };
}

pub(super) use attributes;
