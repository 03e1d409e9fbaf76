//! Names that follow from a field's name, and the characters of names.

use proc_macro2::Ident;

/// `smtp_server` → `SmtpServer`, `r#type` → `Type`.
pub(crate) fn pascal_case(ident: &Ident) -> String {
    words(ident)
        .map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|first| first.to_uppercase().chain(chars).collect::<String>())
                .unwrap_or_default()
        })
        .collect()
}

/// `smtp_server` → `Smtp server`.
pub(crate) fn title(ident: &Ident) -> String {
    let text = words(ident).collect::<Vec<_>>().join(" ");
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `smtp_server` → `SMTP_SERVER`, `r#type` → `TYPE`; none where that is not a name.
pub(crate) fn constant(ident: &Ident) -> Option<Ident> {
    let name = ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name).to_uppercase();
    let mut constant: Ident = syn::parse_str(&name).ok()?;
    constant.set_span(ident.span());
    Some(constant)
}

fn words(ident: &Ident) -> impl Iterator<Item = String> {
    let name = ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name).to_owned();
    name.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Returns why `key` cannot be the key of a setting or section.
pub(crate) fn key_fault(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("a key cannot be empty".to_owned());
    }
    let wrong = key.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_'))?;
    Some(match wrong {
        '.' => format!("`{key}` contains a dot, which separates keys in a path: write a single key"),
        _ => format!(
            "`{key}` contains {wrong:?}, which an environment variable cannot: use ASCII letters, digits and `_`"
        ),
    })
}

/// The form of a key in a variable's name: two keys with one form claim one variable.
pub(crate) fn env_form(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn ident(name: &str) -> Ident {
        name.strip_prefix("r#")
            .map_or_else(|| Ident::new(name, Span::call_site()), |raw| Ident::new_raw(raw, Span::call_site()))
    }

    #[test]
    fn names_follow_from_the_field() {
        assert_eq!(pascal_case(&ident("smtp_server")), "SmtpServer");
        assert_eq!(pascal_case(&ident("r#type")), "Type");
        assert_eq!(pascal_case(&ident("_port__2")), "Port2");
        assert_eq!(title(&ident("smtp_server_timeout")), "Smtp server timeout");
        for (field, name) in [("smtp_server", "SMTP_SERVER"), ("r#type", "TYPE"), ("größe_", "GRÖSSE_")] {
            assert_eq!(constant(&ident(field)).map(|name| name.to_string()).as_deref(), Some(name));
        }
    }

    #[test]
    fn keys_contain_the_characters_of_variables() {
        assert_eq!(key_fault("SMTPPort_2"), None);
        assert!(key_fault("").is_some());
        assert!(key_fault("Email.Port").is_some_and(|fault| fault.contains("a dot")));
        assert!(key_fault("SMTP-Port").is_some_and(|fault| fault.contains("'-'")));
        assert!(key_fault("Größe").is_some());
    }

    #[test]
    fn keys_that_differ_in_case_claim_one_variable() {
        assert_eq!(env_form("SMTPPort"), env_form("smtpport"));
    }
}
