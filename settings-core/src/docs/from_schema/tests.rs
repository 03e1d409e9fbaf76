use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::docs::{Against, Format, Style, check, read, render};
use crate::{Secret, SettingValue, Settings};

/// One of each kind.
///
/// With *marks* that `mean` nothing_ here | there.
#[derive(Settings)]
#[settings(
    section = "EverySettings",
    page = "Every kind",
    console = "Server > Every",
    rule(
        check = |every| every.on || every.number < 0,
        message = "off, and the number is *not* negative",
        help = "set `On`",
        fields("On", "Number")
    )
)]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Every {
    /// Turns it on.
    ///
    /// - `true`: It is on.
    /// - `false`: It is off, as [the guide](https://example.com/guide) says.
    ///
    /// Restart the server afterwards.
    #[setting(default = true)]
    on: bool,
    /// A bool without a list.
    #[setting(default = false)]
    bare: bool,
    /// A number.
    #[setting(default = -3, range = -5..=5)]
    number: i32,
    /// .. no:: directive
    ///
    /// # Heading
    /// e. g. text:
    /// 1. first
    /// 2. second
    ///
    /// ```toml
    /// [a]
    ///
    /// b = "`c` | *d*"
    /// ```
    #[setting(default = 0.5)]
    ratio: f64,
    /// A text with `code`, 2 * 3 * 4, and a
    /// second line.
    ///
    /// - first
    /// - second, which goes
    ///   on
    #[setting(default = "a *b* `c")]
    text: String,
    /// Nothing by default.
    #[setting]
    empty: String,
    /// A secret.
    #[setting]
    secret: Secret,
    /// Some texts.
    #[setting(default = ["a", "b"])]
    list: Vec<String>,
    /// Some numbers.
    #[setting(default = { "a": 1 })]
    map: BTreeMap<String, u8>,
    /// Perhaps a number.
    #[setting]
    perhaps: Option<u16>,
    /// The length.
    #[setting(unit = "minutes", default = 90)]
    long: Duration,
    /// The choice.
    #[setting(default = Which::Off)]
    which: Which,
    /// A newcomer.
    #[setting(added = "0.0.1", restart, scope = "the *whole* server")]
    young: String,
    /// Of old.
    #[setting(
        default = 1,
        deprecated(since = "0.0.1", reason = "Numbers have `one` name", replacement = "Number")
    )]
    old: i32,
    /// Hidden from the pages.
    #[setting(default = 1, hidden)]
    concealed: i32,
    /// A section of its own.
    inner: Inner,
}

/// Further in.
#[derive(Settings)]
#[settings(section = "Inner")]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Inner {
    /// Elsewhere in the console, and on a page of its own.
    #[setting(default = 1, console = "Server > Inner", page = "Inner")]
    deep: u8,
}

/// A choice.
#[derive(SettingValue)]
enum Which {
    /// Not at all.
    #[value(text = "", label = "Not specified")]
    Off,
    /// Entirely.
    Full,
}

/// The root.
#[derive(Settings)]
#[settings(env_prefix = "APP")]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Root {
    every: Every,
}

#[test]
fn every_kind_is_read_back_as_it_was() {
    let pages = from_schema(Root::SCHEMA);
    assert_eq!(pages.iter().map(|page| page.name.as_str()).collect::<Vec<_>>(), ["Every kind", "Inner"]);
    for page in &pages {
        for style in [Style::Table, Style::Directive] {
            let text = render(page, style, Format::Rst);
            let back = read("page.rst", text.as_bytes()).unwrap();
            assert_eq!(render(&back.page, Style::Table, Format::Rst), text);
            assert_eq!(check(&back, Some(Root::SCHEMA), Against::Both), [], "{text}");
        }
    }
}

#[test]
fn every_default_is_stated_where_it_is_found_again() {
    let text = render(&from_schema(Root::SCHEMA)[0], Style::Table, Format::Rst);
    let back = read("page.rst", text.as_bytes()).unwrap();
    let stated: Vec<(String, Option<String>)> = crate::docs::facts::documented(&back)
        .iter()
        .map(|setting| (setting.name(), setting.defaults().first().map(|default| default.value.clone())))
        .collect();
    let want = [
        ("EverySettings.On", Some("true")),
        ("EverySettings.Bare", Some("false")),
        ("EverySettings.Number", Some("-3")),
        ("EverySettings.Ratio", Some("0.5")),
        ("EverySettings.Text", Some("a *b* `c")),
        ("EverySettings.Empty", Some("")),
        ("EverySettings.Secret", Some("")),
        ("EverySettings.List", Some("[\"a\",\"b\"]")),
        ("EverySettings.Map", Some("{\"a\":1}")),
        ("EverySettings.Perhaps", None),
        ("EverySettings.Long", Some("90")),
        ("EverySettings.Which", Some("Not specified")),
        ("EverySettings.Young", Some("")),
        ("EverySettings.Old", Some("1")),
    ];
    let want: Vec<(String, Option<String>)> =
        want.iter().map(|(name, default)| ((*name).to_owned(), default.map(str::to_owned))).collect();
    assert_eq!(stated, want, "{text}");
}

#[test]
fn bounds_are_said_where_they_are_not_what_a_type_holds() {
    use crate::schema::{DefaultValue, Kind, Setting, Unit};
    use crate::value::{ByteSize, SettingValue as _};

    let whole = |min, max| Kind::Integer { min, max };
    let days = |min, max| Kind::Duration { unit: Unit::Days, min, max };
    for (kind, words) in [
        (u16::KIND, "Numerical input from 0 to 65535."),
        (u32::KIND, "Numerical input."),
        (i64::KIND, "Numerical input."),
        (whole(0, 3_000_000_000), "Numerical input from 0 to 3000000000."),
        (whole(5, u32::MAX.into()), "Numerical input of at least 5."),
        (whole(i32::MIN.into(), 5), "Numerical input of at most 5."),
        (f64::KIND, "Decimal input."),
        (f32::KIND, "Decimal input."),
        (Kind::Float { min: 0.0, max: 1.0 }, "Decimal input from 0.0 to 1.0."),
        (Kind::Float { min: 0.5, max: f64::MAX }, "Decimal input of at least 0.5."),
        (Kind::Duration { unit: Unit::Seconds, min: 0, max: u64::MAX / 1000 }, "Numerical value in seconds."),
        (days(1, u64::from(u32::MAX) + 5), "Numerical value in days from 1 to 4294967300."),
        (ByteSize::KIND, "Numerical value in bytes."),
        (Kind::Size { min: 1, max: 1_000_000 }, "Numerical value in bytes from 1 to 1000000."),
    ] {
        let hint = super::hint(&Setting::new("K", "k", kind, DefaultValue::None)).unwrap();
        assert_eq!(hint.text.as_str(), words, "{kind:?}");
    }
}

#[test]
fn markdown_of_doc_comments_becomes_markup_of_the_page() {
    let text = render(&from_schema(Root::SCHEMA)[0], Style::Table, Format::Rst);
    for words in [
        "With *marks* that ``mean`` nothing\\_ here \\| there.",
        "<https://example.com/guide>`__ says.",
        "Restart the server afterwards.",
        "Numerical input from -5 to 5. Default is ``-3``.",
        "Numerical value in minutes. Default is ``90``.",
        "- **Not specified**: **(Default)** Not at all.",
        "| - second, which goes on ",
    ] {
        assert!(
            text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words.trim_end()),
            "{words}\n{text}"
        );
    }
    let markdown = render(&from_schema(Root::SCHEMA)[0], Style::Table, Format::Markdown);
    assert!(markdown.contains("- Environment variable: `APP_EVERYSETTINGS_NUMBER`"), "{markdown}");
}

#[test]
fn code_and_lists_of_doc_comments_keep_their_lines() {
    let text = render(&from_schema(Root::SCHEMA)[0], Style::Directive, Format::Rst);
    for line in
        ["\\.. no:: directive", "Heading", "\\e. g. text:", "\\1. first", "\\2. second", "b = \"`c` | *d*\""]
    {
        assert!(text.lines().any(|found| found.trim() == line), "{line}\n{text}");
    }
    let markdown = render(&from_schema(Root::SCHEMA)[0], Style::Table, Format::Markdown);
    assert!(markdown.contains("````toml\n[a]\n\nb = \"`c` | *d*\"\n````"), "{markdown}");
}

#[test]
fn what_a_reader_needs_beyond_the_value_is_shown_in_every_form() {
    let page = &from_schema(Root::SCHEMA)[0];
    let flat = |text: &str| text.replace(['|', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for style in [Style::Table, Style::Directive] {
        let text = flat(&render(page, style, Format::Rst));
        for words in [
            "*Since version 0.0.1*",
            "*Deprecated since version 0.0.1*",
            "**Deprecated**: Numbers have ``one`` name. Set ``EverySettings.Number`` instead.",
            "A change takes effect after a restart of the server. Scope: the *whole* server.",
            "- Refused: off, and the number is *not* negative. To fix it, set ``On``. (It looks at \
             ``EverySettings.On``, ``EverySettings.Number``.)",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert!(!text.contains("oncealed"), "hidden settings are not documented: {text}");
    }
    let markdown = flat(&render(page, Style::Table, Format::Markdown));
    for words in [
        "*Deprecated since version 0.0.1*",
        "**Deprecated**: Numbers have `one` name. Set `EverySettings.Number` instead.",
        "Scope: the *whole* server.",
        "- Refused: off, and the number is *not* negative.",
    ] {
        assert!(markdown.contains(words), "{words}\n{markdown}");
    }
}

/// A program whose page has words of its own.
#[derive(Settings)]
#[settings(
    env_prefix = "APP",
    page_text(
        page = "Web",
        rst = ":orphan:

The web
=======

Words before.

.. config:entry:: Web.Port
   :id: web-port
   :description: Its own words.

   .. config:body::

      - one
      - two

   *Everywhere*

Words of the port.

Hosts
-----

.. config:entry:: Web.Host

----

Words at the end.
"
    )
)]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Worded {
    web: Web,
}

/// The web.
#[derive(Settings)]
#[settings(page = "Web")]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Web {
    /// The host.
    #[setting]
    host: String,
    /// The port.
    #[setting(default = 80)]
    port: u16,
    /// A setting without a place.
    #[setting(default = 1)]
    rest: u8,
}

#[test]
fn a_pages_own_text_holds_its_settings() {
    let [page] = from_schema(Worded::SCHEMA).try_into().unwrap();
    let text = render(&page, Style::Table, Format::Rst);
    let begins: Vec<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with(['|', '+'])).collect();
    assert_eq!(
        begins,
        [
            ":orphan:",
            "The web",
            "=======",
            "Words before.",
            ".. config:setting:: web-port",
            "  :displayname: Port (Web)",
            "  :systemconsole: N/A",
            "  :configjson: .Web.Port",
            "  :environment: APP_WEB_PORT",
            "  :description: Its own words.",
            "  - one",
            "  - two",
            "Port",
            "~~~~",
            "*Everywhere*",
            "Words of the port.",
            "Hosts",
            "-----",
            ".. _web-host:",
            "Host",
            "~~~~",
            "----",
            "Words at the end.",
            ".. _web-rest:",
            "Rest",
            "~~~~",
        ],
        "{text}"
    );
    let back = read("web.rst", text.as_bytes()).unwrap();
    assert_eq!(render(&back.page, Style::Table, Format::Rst), text);
    assert_eq!(check(&back, Some(Worded::SCHEMA), Against::Both), []);
}
