//! Recognition of files that are written in another format.

/// Returns the name of the format that a text looks like, if that is not JSON.
///
/// Decides by the first line that is neither empty nor a comment.
pub(super) fn other_format(text: &str) -> Option<&'static str> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().map(str::trim);
    let line = lines
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .find(|line| !line.starts_with("//"))?;
    let is_name = |name: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c);
        !name.is_empty()
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(is_part)
    };
    if line.starts_with("<?xml") || line.starts_with("<!--") {
        return Some("XML");
    }
    if line == "---" || line.starts_with("%YAML") {
        return Some("YAML");
    }
    if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        return (is_name(table.trim_start_matches('[')) && line.ends_with(']')).then_some("TOML or INI");
    }
    let assignment = line.split_once('=').filter(|(name, _)| is_name(name.trim_end()));
    if let Some((name, _)) = assignment {
        let is_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_env = name.strip_prefix("export ").is_some() || name.chars().all(is_variable);
        return Some(if is_env { "an env file" } else { "TOML" });
    }
    let entry = line.split_once(':').filter(|(name, _)| is_name(name));
    entry.filter(|(_, value)| value.is_empty() || value.starts_with(' ')).map(|_| "YAML")
}

#[cfg(test)]
mod tests {
    use super::other_format;

    #[test]
    fn formats_are_recognized_by_their_first_line() {
        for (text, format) in [
            ("# mail\nsmtp_server = \"a\"\n", Some("TOML")),
            ("[EmailSettings]\nSMTPServer = \"a\"\n", Some("TOML or INI")),
            ("[[servers]]\n", Some("TOML or INI")),
            ("EmailSettings:\n  SMTPServer: a\n", Some("YAML")),
            ("---\na: 1\n", Some("YAML")),
            ("MM_EMAILSETTINGS_SMTPPORT=25\n", Some("an env file")),
            ("export MM_X=25\n", Some("an env file")),
            ("<?xml version=\"1.0\"?>", Some("XML")),
            ("{\"a\": 1}", None),
            ("[1]", None),
            ("[\"a\"]", None),
            ("[true]x", None),
            ("<<<<<<< HEAD\n{}", None),
            ("{a: 1}", None),
            ("hunter2", None),
            ("http://x:1/", None),
            ("", None),
        ] {
            assert_eq!(other_format(text), format, "{text}");
        }
    }
}
