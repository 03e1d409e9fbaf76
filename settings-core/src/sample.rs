//! A program with settings of every kind, for tests.

#[cfg(any(feature = "docs", feature = "json-schema"))]
pub(crate) mod proxy;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::resolve::Settings;
use crate::resolve::build::Builder;
use crate::schema::{Choice, DefaultValue, Details, Kind, Member, Section, Setting, ValueDoc};
use crate::value::{Secret, SettingValue, Value};

#[derive(Debug, PartialEq)]
pub(crate) struct Mail {
    pub(crate) server: String,
    pub(crate) port: u16,
    pub(crate) auth: bool,
    pub(crate) password: Secret,
    pub(crate) security: Security,
    pub(crate) timeout: Duration,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Limits {
    pub(crate) ratio: f64,
    pub(crate) hosts: Vec<String>,
    pub(crate) quotas: BTreeMap<String, u32>,
    pub(crate) banner: Option<String>,
    pub(crate) workers: Option<u8>,
    pub(crate) threads: u32,
    pub(crate) key: Secret,
    pub(crate) motto: String,
    pub(crate) offset: i64,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Program {
    pub(crate) mail: Mail,
    pub(crate) limits: Limits,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Security(pub(crate) String);

impl SettingValue for Security {
    const KIND: Kind = Kind::OneOf(&[
        Choice::new("", "Not specified", "no *encryption*"),
        Choice::new("TLS", "TLS", "encrypted from the start"),
        Choice::new("STARTTLS", "STARTTLS", ""),
    ]);

    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.0.as_str().into())
    }
}

impl Settings for Mail {
    const SCHEMA: &'static Section = &Section::new(
        "Mail",
        &[
            Member::Setting(
                Setting::new("Server", "server", Kind::Text, DefaultValue::Text("localhost"))
                    .title("SMTP server")
                    .doc("The **host** that takes mail.\n\nA name or an address.", &[]),
            ),
            Member::Setting(
                Setting::new("Port", "port", u16::KIND.with_range(1, 65535), DefaultValue::Integer(25))
                    .title("SMTP server port")
                    .details(&Details::new().aliases(&["Old.Mail.Port"])),
            ),
            Member::Setting(Setting::new("Auth", "auth", Kind::Bool, DefaultValue::Bool(false)).doc(
                "Logging in.",
                &[ValueDoc { value: "true", text: "logs in" }, ValueDoc { value: "false", text: "does not" }],
            )),
            Member::Setting(
                Setting::new("Password", "password", Kind::Secret, DefaultValue::Text(""))
                    .details(&Details::new().aliases(&["Pass"])),
            ),
            Member::Setting(Setting::new("Security", "security", Security::KIND, DefaultValue::Text(""))),
            Member::Setting(Setting::new(
                "Timeout",
                "timeout",
                Duration::KIND.with_range(1, 600),
                DefaultValue::Integer(10),
            )),
        ],
    )
    .page("SMTP")
    .doc("Outgoing *mail*.");

    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self {
            server: builder.take()?,
            port: builder.take()?,
            auth: builder.take()?,
            password: builder.take()?,
            security: builder.take()?,
            timeout: builder.take()?,
        })
    }
}

impl Settings for Limits {
    const SCHEMA: &'static Section = &Section::new(
        "Limits",
        &[
            Member::Setting(Setting::new("Ratio", "ratio", Kind::ANY_FLOAT, DefaultValue::Float(0.5))),
            Member::Setting(Setting::new(
                "Hosts",
                "hosts",
                Vec::<String>::KIND,
                DefaultValue::Json(r#"["a b", "it's"]"#),
            )),
            Member::Setting(Setting::new(
                "Quotas",
                "quotas",
                BTreeMap::<String, u32>::KIND,
                DefaultValue::Json(r#"{"mail": 7}"#),
            )),
            Member::Setting(Setting::new("Banner", "banner", Option::<String>::KIND, DefaultValue::None)),
            Member::Setting(Setting::new("Workers", "workers", Option::<u8>::KIND, DefaultValue::None)),
            Member::Setting(Setting::new(
                "Threads",
                "threads",
                u32::KIND,
                DefaultValue::Computed {
                    rule: "the number of `processors`",
                    value: || std::thread::available_parallelism().map_or(1, Into::into).to_string(),
                },
            )),
            Member::Setting(Setting::new("Key", "key", Kind::Secret, DefaultValue::Text("d3f4ult"))),
            Member::Setting(Setting::new(
                "Motto",
                "motto",
                Kind::Text,
                DefaultValue::Text(" say \"it's\" $HOME \\ # no\nmore"),
            )),
            Member::Setting(Setting::new("Offset", "offset", i64::KIND, DefaultValue::Integer(-3))),
        ],
    );

    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self {
            ratio: builder.take()?,
            hosts: builder.take()?,
            quotas: builder.take()?,
            banner: builder.take()?,
            workers: builder.take()?,
            threads: builder.take()?,
            key: builder.take()?,
            motto: builder.take()?,
            offset: builder.take()?,
        })
    }
}

impl Settings for Program {
    const SCHEMA: &'static Section = &Section::new(
        "",
        &[Member::section("Mail", Mail::SCHEMA), Member::section("Limits", Limits::SCHEMA)],
    )
    .env_prefix("MM")
    .doc("A server's settings.");

    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self { mail: builder.section()?, limits: builder.section()? })
    }
}
