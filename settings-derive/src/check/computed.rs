//! Defaults that are computed from other settings.

use crate::ast::{Field, Member, Struct};
use crate::ctxt::Ctxt;
use crate::nearest::{list, nearest};

/// ```text
/// #[setting(default_from = |prot| *prot, default_rule = "the port")]
/// ```
pub(super) fn check(cx: &Ctxt, input: &Struct<'_>) {
    let names: Vec<String> = input.fields.iter().map(|field| field.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (at, field) in input.fields.iter().enumerate() {
        let Some(from) = field.leaf().and_then(|leaf| leaf.attrs.default_from.as_ref()) else { continue };
        for parameter in &from.parameters {
            let name = parameter.to_string();
            match input.fields.iter().position(|other| *other.ident == name) {
                None => {
                    let hint = nearest(&name, &names).map(|near| format!("; did you mean `{near}`?"));
                    let hint = hint.unwrap_or_else(|| format!(": expected one of {}", list(&names)));
                    cx.error(parameter, format!("the struct has no field `{name}`{hint}"));
                }
                Some(other) if other == at => {
                    cx.error(parameter, format!("`{name}` cannot be computed from itself"));
                }
                Some(other) if other > at && input.fields.get(other).is_some_and(is_computed) => {
                    let message = format!("`{name}` is computed too: move it before `{}`", field.ident);
                    cx.error(parameter, message);
                }
                Some(other)
                    if input
                        .fields
                        .get(other)
                        .is_some_and(|field| matches!(field.member, Member::Section(_))) =>
                {
                    cx.error(
                        parameter,
                        format!("`{name}` is a section: a default can only be computed from settings"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

fn is_computed(field: &Field<'_>) -> bool {
    field.leaf().is_some_and(|leaf| leaf.attrs.default_from.is_some())
}
