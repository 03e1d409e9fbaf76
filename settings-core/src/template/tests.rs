#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::resolve::{Environment, Layer, Layers, Settings, defaults, resolve};
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
        assert_eq!(resolution.into_result().unwrap(), defaults::<Program>());
        assert!(!text.contains("d3f4ult"), "{text}");
    }
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
    environment.add_file(".env", &text).unwrap();
    let resolution = resolve::<Program>(Layers::new().environment(environment));
    assert_eq!(resolution.report().diagnostics(), [], "{text}");
    for effective in resolution.settings() {
        let commented_out =
            ["Limits.Banner", "Limits.Threads", "Limits.Key"].contains(&effective.path.to_string().as_str());
        let expected = if commented_out { Layer::Defaults } else { Layer::Environment };
        assert_eq!(effective.layer(), expected, "{} in {text}", effective.path);
        assert!(text.contains(&format!("{}=", effective.env_name)), "{text}");
    }
    assert_eq!(resolution.into_result().unwrap(), defaults::<Program>());
    assert!(text.contains("\nMM_MAIL_PASSWORD=\n") && !text.contains("d3f4ult"), "{text}");
    assert!(
        text.starts_with("# SMTP server\n# The host that takes mail.\n# Default: \"localhost\"\nMM_"),
        "{text}"
    );
}
