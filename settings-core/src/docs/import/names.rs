//! Keys of `config.json` as Rust's names.

/// `EnableSMTPAuth` → `enable_smtp_auth`
pub(super) fn field(key: &str) -> String {
    let mut name = String::with_capacity(key.len() + 4);
    let chars: Vec<char> = key.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let after = chars.get(i + 1);
        let begins_word = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if begins_word && !name.ends_with('_') {
            name.push('_');
        }
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    match name.as_str() {
        "self" | "super" | "crate" | "_" => format!("{name}_"),
        _ if KEYWORDS.contains(&name.as_str()) => format!("r#{name}"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        _ => name,
    }
}

const KEYWORDS: [&str; 49] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while",
    "yield",
];

/// `EmailSettings` → `EmailSettings`, `full name` → `FullName`, `80` → `V80`
pub(super) fn type_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut chars = word.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.extend(chars);
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, 'V');
    }
    if name == "Self" { "Self_".to_owned() } else { name }
}

/// Returns `wanted`, with a number appended if the name is taken.
pub(super) fn unique(wanted: String, taken: &mut Vec<String>) -> String {
    let name = if taken.contains(&wanted) {
        (2..)
            .map(|number: u32| format!("{wanted}{number}"))
            .find(|name| !taken.contains(name))
            .unwrap_or_default()
    } else {
        wanted
    };
    taken.push(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fields_by_their_words() {
        assert_eq!(field("EnableSMTPAuth"), "enable_smtp_auth");
        assert_eq!(field("SMTPServer"), "smtp_server");
        assert_eq!(field("Forward80To443"), "forward80_to443");
        assert_eq!(field("Type"), "r#type");
        assert_eq!(field("Self"), "self_");
    }

    #[test]
    fn names_types_and_keeps_them_apart() {
        assert_eq!(type_name("full_name"), "FullName");
        assert_eq!(type_name("80"), "V80");
        let mut taken = Vec::new();
        assert_eq!(unique("A".into(), &mut taken), "A");
        assert_eq!(unique("A".into(), &mut taken), "A2");
    }
}
