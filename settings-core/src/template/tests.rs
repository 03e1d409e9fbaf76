#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::private::defaults;
use crate::resolve::{Environment, Layer, Layers, Settings, resolve};
use crate::sample::{Mail, Program};

#[test]
fn json_templates_resolve_to_the_defaults() {
    for text in [default_json(Program::SCHEMA), commented_json(Program::SCHEMA)] {
        let resolution = resolve::<Program>(Layers::new().file("config.default.json", text.clone()));
        assert_eq!(resolution.report().diagnostics(), [], "{text}");
        for effective in resolution.settings() {
            let left_out = ["Limits.Threads", "Limits.Key"].contains(&effective.path.to_string().as_str());
            let expected = if left_out { Layer::Defaults } else { Layer::File };
            assert_eq!(effective.layer(), expected, "{} in {text}", effective.path);
        }
        assert_eq!(resolution.into_result().unwrap(), defaults(Program::SCHEMA, Program::build));
        assert!(!text.contains("d3f4ult"), "{text}");
    }
}

#[cfg(any(feature = "toml", feature = "yaml"))]
#[test]
fn templates_in_other_formats_resolve_to_the_defaults() {
    use crate::format::FileFormat;
    let formats = [
        #[cfg(feature = "toml")]
        FileFormat::Toml,
        #[cfg(feature = "yaml")]
        FileFormat::Yaml,
    ];
    for (format, commented) in formats.into_iter().flat_map(|format| [(format, false), (format, true)]) {
        let text = config(format, Program::SCHEMA, commented);
        let resolution = resolve::<Program>(Layers::new().file_in(format, "config", text.clone()));
        assert_eq!(resolution.report().diagnostics(), [], "{text}");
        assert_eq!(resolution.setting("Mail.Port").unwrap().layer(), Layer::File, "{text}");
        assert_eq!(resolution.into_result().unwrap(), defaults(Program::SCHEMA, Program::build));
        let has_comments = text.lines().any(|line| line.trim_start().starts_with('#'));
        assert!(!text.contains("d3f4ult") && has_comments == commented, "{text}");
        assert!(!commented || text.contains("# The host that takes mail."), "{text}");
    }
}

#[cfg(feature = "toml")]
#[test]
fn plain_toml_is_exactly_this() {
    let text = config(crate::format::FileFormat::Toml, Mail::SCHEMA, false);
    let expected = "[Mail]\nServer = \"localhost\"\nPort = 25\nAuth = false\nPassword = \"\"\nSecurity = \"\"\nTimeout = 10\n";
    assert_eq!(text, expected);
}

#[cfg(feature = "yaml")]
#[test]
fn plain_yaml_is_exactly_this() {
    let text = config(crate::format::FileFormat::Yaml, Mail::SCHEMA, false);
    let expected = "Mail:\n  Server: \"localhost\"\n  Port: 25\n  Auth: false\n  Password: \"\"\n  Security: \"\"\n  Timeout: 10\n";
    assert_eq!(text, expected);
}

#[test]
fn plain_json_is_exactly_this() {
    let text = default_json(Mail::SCHEMA);
    let expected = r#"{
    "Mail": {
        "Server": "localhost",
        "Port": 25,
        "Auth": false,
        "Password": "",
        "Security": "",
        "Timeout": 10
    }
}
"#;
    assert_eq!(text, expected);
}

#[test]
fn comments_say_what_a_setting_does() {
    let text = commented_json(Program::SCHEMA);
    let expected = r#"// A server's settings.
{
    // Outgoing mail.
    "Mail": {
        // SMTP server
        // The host that takes mail.
        // Default: "localhost". Variable: MM_MAIL_SERVER
        "Server": "localhost",

        // SMTP server port
        // Default: 25. Accepts: a whole number from 1 to 65535. Variable: MM_MAIL_PORT
        "Port": 25,

        // Auth
        // Logging in.
        // - true: logs in
        // - false: does not
        // Default: false. Variable: MM_MAIL_AUTH
        "Auth": false,
"#;
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("// Default: the number of processors. Accepts"), "{text}");
    assert!(text.contains("        // \"Threads\": …\n"), "{text}");
}

#[test]
fn an_env_template_reads_back_to_the_defaults() {
    let text = env(Program::SCHEMA);
    let mut environment = Environment::default();
    environment.add_file(".env", &text);
    let resolution = resolve::<Program>(Layers::new().environment(environment));
    assert_eq!(resolution.report().diagnostics(), [], "{text}");
    for effective in resolution.settings() {
        let commented_out =
            ["Limits.Banner", "Limits.Threads", "Limits.Key"].contains(&effective.path.to_string().as_str());
        let expected = if commented_out { Layer::Defaults } else { Layer::Environment };
        assert_eq!(effective.layer(), expected, "{} in {text}", effective.path);
        assert!(text.contains(&format!("{}=", effective.env_name)), "{text}");
    }
    assert_eq!(resolution.into_result().unwrap(), defaults(Program::SCHEMA, Program::build));
    assert!(text.contains("\nMM_MAIL_PASSWORD=\n") && !text.contains("d3f4ult"), "{text}");
    assert!(
        text.starts_with("# SMTP server\n# The host that takes mail.\n# Default: \"localhost\"\nMM_"),
        "{text}"
    );
}

#[test]
fn kubernetes_objects_share_the_settings_between_them() {
    let (map, secret) = (config_map(Program::SCHEMA, "mail"), super::secret(Program::SCHEMA, "mail"));
    let start = r#"# Settings that are not secret, at their defaults.
apiVersion: v1
kind: ConfigMap
metadata:
  name: "mail"
data:
  # SMTP server
  # The host that takes mail.
  # Default: "localhost"
  MM_MAIL_SERVER: "localhost"
"#;
    assert!(map.starts_with(start), "{map}");
    assert!(map.contains(r##"MM_LIMITS_MOTTO: " say \"it's\" $HOME \\ # no\nmore""##), "{map}");
    assert!(map.contains("\n  # MM_LIMITS_THREADS: \"\"\n"), "{map}");
    assert!(secret.contains("\ntype: Opaque\nstringData:\n"), "{secret}");
    assert!(secret.contains("\n  MM_MAIL_PASSWORD: \"\"\n"), "{secret}");
    assert!(secret.contains("\n  # MM_LIMITS_KEY: \"\"\n") && !secret.contains("d3f4ult"), "{secret}");
    for leaf in Program::SCHEMA.leaves() {
        let name = format!("{}: ", leaf.path.env_name("MM"));
        let is_secret = leaf.setting.kind.is_secret();
        assert_eq!((map.contains(&name), secret.contains(&name)), (!is_secret, is_secret), "{name}");
    }
    let none = config_map(&const { crate::schema::Section::new("", &[]) }, "mail");
    assert!(none.ends_with("data: {}\n"), "{none}");
}

#[test]
fn systemd_reads_what_it_would_mistake_elsewhere() {
    let text = systemd_env(Program::SCHEMA);
    assert!(text.contains("\nMM_LIMITS_MOTTO=\" say \\\"it's\\\" \\$HOME \\\\ # no\nmore\"\n"), "{text}");
    assert!(text.contains("\nMM_MAIL_PASSWORD=\n"), "{text}");
}

/// Removes the comment marks of the block that begins with `opener`.
#[cfg(any(feature = "docs", feature = "json-schema"))]
fn used(text: &str, mark: &str, opener: &str) -> String {
    let mut is_inside = false;
    let mut found = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let margin = line.len() - line.trim_start().len();
        let (margin, rest) = line.split_at(margin);
        let Some(inside) = rest.strip_prefix(mark) else {
            is_inside = false;
            lines.push(line.to_owned());
            continue;
        };
        let inside = inside.strip_prefix(' ').unwrap_or(inside);
        is_inside |= !found && inside == opener;
        found |= is_inside;
        lines.push(if is_inside { format!("{margin}{inside}") } else { line.to_owned() });
    }
    assert!(found, "no {opener:?} in {text}");
    lines.join("\n")
}

#[cfg(any(feature = "docs", feature = "json-schema"))]
#[test]
fn commented_out_entries_and_sections_resolve_when_they_are_used() {
    use crate::format::FileFormat;
    use crate::sample::proxy::Proxy;
    let formats = [
        (FileFormat::Json, "//", ["{", "\"<name>\": {", "\"Cache\": {"]),
        #[cfg(feature = "toml")]
        (FileFormat::Toml, "#", ["[[Upstreams]]", "[Upstreams.Retries.\"<name>\"]", "[Cache]"]),
        #[cfg(feature = "yaml")]
        (FileFormat::Yaml, "#", ["Upstreams:", "Retries:", "Cache:"]),
    ];
    for (format, mark, openers) in formats {
        let text = config(format, Proxy::SCHEMA, true);
        for words in ["PROXY_UPSTREAMS_0_URL", "PROXY_UPSTREAMS_0_RETRIES_<NAME>_COUNT", "PROXY_CACHE_FOLDER"]
        {
            assert!(text.contains(words), "{words} is missing:\n{text}");
        }
        let layers =
            |text: &str| Layers::new().file_in(format, "config", text.to_owned()).set("Name", "x", "--set");
        let resolution = resolve::<Proxy>(layers(&text));
        assert_eq!(resolution.report().diagnostics(), [], "{text}");
        assert!(format!("{:?}", resolution.value()).contains("upstreams: [], "));
        let used = openers.iter().fold(text, |text, opener| used(&text, mark, opener));
        let resolution = resolve::<Proxy>(layers(&used));
        assert_eq!(resolution.report().diagnostics(), [], "{used}");
        let debug = format!("{:?}", resolution.value().unwrap());
        for shown in ["url: \"http://localhost\"", "\"<name>\": Retry { count: 3 }", "cache: Some(Cache"] {
            assert!(debug.contains(shown), "{shown} is missing: {debug}\n{used}");
        }
    }
}

#[cfg(any(feature = "docs", feature = "json-schema"))]
#[test]
fn env_templates_name_the_variables_of_entries_in_comments() {
    let text = env(crate::sample::proxy::Proxy::SCHEMA);
    for line in [
        "# PROXY_UPSTREAMS_0_URL=http://localhost",
        "# PROXY_UPSTREAMS_0_RETRIES_<NAME>_COUNT=3",
        "# PROXY_CACHE_FOLDER=/var/cache/proxy",
        "# Upstreams: Weight",
        "# Default: 10MiB. Accepts: a whole number of bytes, or with a unit such as 500KB or 10MiB, from",
    ] {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line} is missing:\n{text}");
    }
}
