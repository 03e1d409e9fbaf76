//! Mail for a server with three settings of its own: a URL, a secret and a sender.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use settings_core::Settings;
use settings_core::json_schema::json_schema;
use settings_core::mail::catch::{CatchOptions, Catcher, Login};
use settings_core::mail::{ConnectionSecurity, MailConfig, MailUrlError, Mailbox, Mailer, MailerOptions};
use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::value::Secret;
use settings_tests::cli::Folder;

/// A server.
#[derive(Settings, Debug)]
#[settings(env_prefix = "CHAT")]
struct Server {
    mail: Mail,
}

/// Outgoing mail.
#[derive(Settings, Debug)]
struct Mail {
    /// The mail server, such as `smtps://chat@mail.example.com`.
    #[setting(key = "URL", required, check = is_mail_url)]
    url: String,
    /// The password.
    #[setting]
    password: Secret,
    /// The sender.
    #[setting(text = "a sender such as `Chat <chat@example.com>`", default = "Chat <chat@example.com>")]
    sender: Mailbox,
}

#[expect(clippy::ptr_arg, reason = "a check takes a reference to the field's type")]
fn is_mail_url(url: &String) -> Result<(), MailUrlError> {
    MailConfig::from_url(url, Secret::default()).map(drop)
}

impl Mail {
    fn config(&self) -> MailConfig {
        MailConfig::from_url(&self.url, self.password.clone()).unwrap().sender(self.sender.clone()).called(
            "Mail.URL",
            "Mail.Password",
            "Mail.Sender",
        )
    }
}

#[test]
fn its_schema_has_no_other_key() {
    let paths: Vec<_> = Server::SCHEMA.leaves().map(|leaf| leaf.path.to_string()).collect();
    assert_eq!(paths, ["Mail.URL", "Mail.Password", "Mail.Sender"]);
    let schema: Json = serde_json::from_str(&json_schema(Server::SCHEMA).to_string()).unwrap();
    let keys = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        keys("/properties/Mail/properties"),
        BTreeSet::from(["URL", "Password", "Sender"].map(str::to_owned))
    );
    assert!(!schema.to_string().contains("SMTP"), "{schema}");
}

#[test]
fn a_wrong_url_or_sender_is_refused_at_the_start() {
    for (variable, value, message) in [
        ("CHAT_MAIL_URL", "mail.example.com", "it has no scheme: expected smtps://"),
        (
            "CHAT_MAIL_URL",
            "smtps://chat:k4n4ry@mail.example.com",
            "a password, which has to be given separately",
        ),
        ("CHAT_MAIL_URL", "imaps://mail.example.com", "its scheme is unknown"),
        ("CHAT_MAIL_SENDER", "chat", "expected a sender such as `Chat <chat@example.com>`"),
    ] {
        let right = ("CHAT_MAIL_URL", "smtps://chat@mail.example.com");
        let environment =
            [(variable, value), right].into_iter().take(if variable == right.0 { 1 } else { 2 });
        let resolution = resolve::<Server>(Layers::new().environment(Environment::from_iter(environment)));
        let lines = resolution.report().to_lines();
        assert!(lines.lines().count() == 1 && lines.contains(message) && lines.contains(variable), "{lines}");
        assert!(!resolution.report().to_string().contains("k4n4ry"), "{lines}");
    }
}

#[tokio::test]
async fn a_mail_is_sent_by_three_settings() {
    for (scheme, security) in [
        ("smtps", ConnectionSecurity::Tls),
        ("smtp", ConnectionSecurity::StartTls),
        ("smtp+plain", ConnectionSecurity::None),
    ] {
        let options = CatchOptions::default().security(security).login(Login::Any);
        let mut catcher = Catcher::start(options).await.unwrap();
        let folder = Folder::new("mail-small");
        let file = folder.write("ca.pem", catcher.certificate_pem().unwrap_or_default());
        let url = format!("{scheme}://chat@{}", catcher.address());
        let environment = [("CHAT_MAIL_URL", url.as_str()), ("CHAT_MAIL_PASSWORD", "k4n4ry")];
        let layers = Layers::new().environment(Environment::from_iter(environment));
        let server = resolve::<Server>(layers).into_result().unwrap();
        let mut config = server.mail.config();
        if security != ConnectionSecurity::None {
            config = config.ca_file(file.as_ref());
        }
        let mailer = Mailer::new(config, MailerOptions::default()).unwrap();
        let message = mailer.message().unwrap().to("admin@example.com".parse().unwrap()).text("Hello!\n");
        let outcome = mailer.send(&message).await;
        assert!(outcome.is_delivered_to_all(), "{scheme}: {outcome}");
        let caught = catcher.next().await.unwrap();
        assert_eq!(
            (caught.sender.as_str(), caught.header("From").unwrap().as_str()),
            ("chat@example.com", "\"Chat\" <chat@example.com>")
        );
    }
}
