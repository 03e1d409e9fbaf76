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

/// The letter cases of keys, as written in `rename_all`.
pub(crate) const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

/// The letter case of keys that follow from fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The name in `rename_all`.
    pub(crate) fn name(self) -> &'static str {
        CASES.iter().find(|(_, case)| *case == self).map_or("", |(name, _)| name)
    }

    /// The key of a field without a `key` of its own.
    pub(crate) fn key(self, ident: &Ident) -> String {
        match self {
            Self::Lower => words(ident).collect::<String>().to_lowercase(),
            Self::Upper => words(ident).collect::<String>().to_uppercase(),
            Self::Pascal => pascal_case(ident),
            Self::Camel => {
                let pascal = pascal_case(ident);
                let mut chars = pascal.chars();
                chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
            }
            Self::Snake => words(ident).collect::<Vec<_>>().join("_").to_lowercase(),
            Self::ScreamingSnake => words(ident).collect::<Vec<_>>().join("_").to_uppercase(),
            Self::Kebab => words(ident).collect::<Vec<_>>().join("-").to_lowercase(),
            Self::ScreamingKebab => words(ident).collect::<Vec<_>>().join("-").to_uppercase(),
        }
    }
}

/// `AmazonS3` → `amazon_s3`, as a field would be called.
pub(crate) fn snake_case(ident: &Ident) -> Ident {
    let name = ident.to_string();
    let mut snake = String::new();
    for c in name.strip_prefix("r#").unwrap_or(&name).chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    // `_` before the name keeps a keyword from being one, and means nothing to the letter cases
    Ident::new(&format!("_{snake}"), ident.span())
}

/// `TLSCert` → `TLS cert`, `EnableSMTPAuth` → `Enable SMTP auth`, `public_url` → `Public url`.
pub(crate) fn title_of_key(key: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let chars: Vec<char> = key.chars().collect();
    let mut word = String::new();
    for (at, c) in chars.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).and_then(|at| chars.get(at)), chars.get(at + 1));
        let begins = c.is_uppercase()
            && (before.is_some_and(|before| !before.is_uppercase())
                // an acronym ends before the word whose capital this is, but not before its plural
                || after.is_some_and(|after| after.is_lowercase() && !is_plural(&chars, at + 1)));
        if !c.is_alphanumeric() || begins {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        word.extend(Some(*c).filter(|c| c.is_alphanumeric()));
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    let is_acronym = |word: &str| word.chars().filter(|c| c.is_uppercase()).count() > 1;
    let words: Vec<String> = words
        .into_iter()
        .enumerate()
        .map(|(at, word)| if at == 0 || is_acronym(&word) { word } else { word.to_lowercase() })
        .collect();
    let text = words.join(" ");
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Returns whether the letter is the `s` of `URLs`.
fn is_plural(chars: &[char], at: usize) -> bool {
    chars.get(at) == Some(&'s') && chars.get(at + 1).is_none_or(|next| !next.is_lowercase())
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
    if !key.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') || key.ends_with(['.', '-']) {
        return Some(format!("`{key}` does not begin and end with an ASCII letter, a digit or `_`"));
    }
    if key.contains("..") {
        return Some(format!("`{key}` contains two dots in a row: write one"));
    }
    let wrong = key.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    Some(format!(
        "`{key}` contains {wrong:?}, which a key cannot: use ASCII letters, digits, `_`, `-` and `.`"
    ))
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
    fn titles_keep_acronyms() {
        for (key, title) in [
            ("TLSCert", "TLS cert"),
            ("EnableSMTPAuth", "Enable SMTP auth"),
            ("SMTPServerTimeout", "SMTP server timeout"),
            ("PublicURL", "Public URL"),
            ("TrustedURLs", "Trusted URLs"),
            ("URLsAllowed", "URLs allowed"),
            ("Port", "Port"),
            ("public_url", "Public url"),
            ("maxConnections2", "Max connections2"),
            ("X", "X"),
        ] {
            assert_eq!(title_of_key(key), title, "{key}");
        }
    }

    #[test]
    fn keys_follow_from_fields_in_every_case() {
        let keys = CASES.map(|(_, case)| case.key(&ident("r#max_idle_time")));
        let expected = [
            "maxidletime",
            "MAXIDLETIME",
            "MaxIdleTime",
            "maxIdleTime",
            "max_idle_time",
            "MAX_IDLE_TIME",
            "max-idle-time",
            "MAX-IDLE-TIME",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn keys_contain_the_characters_of_variables() {
        assert_eq!(key_fault("SMTPPort_2"), None);
        assert!(key_fault("").is_some());
        assert_eq!((key_fault("smtp-port"), key_fault("smtp.port")), (None, None));
        for key in ["-port", "port-", ".port", "smtp..port", "port.", "a b", "a/b"] {
            assert!(key_fault(key).is_some(), "{key}");
        }
        assert!(key_fault("Größe").is_some());
    }

    #[test]
    fn keys_that_differ_in_case_claim_one_variable() {
        assert_eq!(env_form("SMTPPort"), env_form("smtpport"));
    }
}
