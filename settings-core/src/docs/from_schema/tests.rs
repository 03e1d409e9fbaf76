use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::docs::{Against, Dialect, Format, Style, check, read, render};
use crate::sample::proxy::Proxy;
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

/// A program with a page that another page includes.
#[derive(Settings)]
#[settings(env_prefix = "APP", page = "inner")]
#[settings(page_text(page = "inner", rst = "Inner\n=====\n\n.. config:entry:: Key\n"))]
#[settings(page_text(page = "outer", rst = "Outer\n=====\n\n.. include:: ./parts/inner.rst\n"))]
#[allow(dead_code)]
struct Included {
    /// A key.
    #[setting(default = 1)]
    key: i64,
}

#[test]
fn a_page_that_another_includes_defines_no_labels() {
    for page in from_schema(Included::SCHEMA) {
        let text = render(&page, Style::Table, Format::Rst);
        assert!(!text.contains(".. _key:"), "{}: {text}", page.name);
    }
}

/// A program without variables.
#[derive(Settings)]
#[settings(root, page = "A")]
#[allow(dead_code)]
struct Plain {
    /// A key.
    #[setting(default = 1)]
    key: i64,
}

#[test]
fn a_root_without_variables_names_none() {
    let pages = from_schema(Plain::SCHEMA);
    let text = render(&pages[0], Style::Table, Format::Rst);
    assert!(!text.contains("Environment variable") && text.contains("setting: ``Key``"), "{text}");
    let pages = from_schema_in(Plain::SCHEMA, &Dialect::reference());
    let text = render(&pages[0], Style::Table, Format::Rst);
    assert!(text.contains("Environment variable: N/A") && text.contains("``\".Key\""), "{text}");
    let layers = crate::resolve::Layers::new().environment([("KEY", "2")].into_iter().collect());
    let plain = crate::resolve::resolve::<Plain>(layers).into_result().unwrap();
    assert_eq!(plain.key, 1);
}

/// The pages of the proxy, as one text.
fn proxy(dialect: &crate::docs::Dialect) -> String {
    let pages = from_schema_in(Proxy::SCHEMA, dialect);
    pages.iter().map(|page| render(page, dialect.page_style(), dialect.page_format())).collect()
}

#[test]
fn entries_and_optional_sections_are_documented() {
    let pages = from_schema(Proxy::SCHEMA);
    let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
    assert_eq!(names, ["General", "Upstreams", "Limits", "Cache"]);
    let text = proxy(&Dialect::of(Proxy::SCHEMA));
    for words in [
        "General settings\n================\n\nSet them in ``config.json``, or by the environment variable",
        "List input: each entry has the settings below. Default is",
        ".. _upstreams-0-url:\n\nUpstreams: ",
        "- ``config.json`` setting: ``Upstreams[0].URL``",
        "- Environment variable: ``PROXY_UPSTREAMS_0_URL``",
        "``Upstreams[0].Retries.<name>.Count``",
        "``PROXY_UPSTREAMS_0_RETRIES_<NAME>_COUNT``",
        "each value is a whole number from 1 to 9. The path of one",
        "``Limits.PerMinute.<name>``",
        "``PROXY_LIMITS_PERMINUTE_<NAME>``",
        "The section ``Cache`` is optional: it exists if at least one of its settings is set.",
        "Size input in bytes, or with a unit: ``500KB``, ``10MiB``. From",
        "``1KiB`` to ``1GiB``. Default is ``10MiB``.",
        "Default is ``1m30s``.",
        "Not set by default.",
        "Default is ``\" \"``.",
        "**Required**: there is no default.",
    ] {
        let is_there = text.contains(words) || unfolded(&text).contains(words);
        assert!(is_there, "{words:?} is missing:\n{text}");
    }
    assert!(
        !text.contains("All settings of the proxy") && !text.contains("N/A") && !text.contains("Concealed")
    );
}

/// The left cells' text with single blanks.
fn unfolded(text: &str) -> String {
    let cells = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(left, _)| left.trim()));
    cells.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_style_is_read_back_without_a_finding() {
    for dialect in [Dialect::of(Proxy::SCHEMA), Dialect::new("/etc/proxy.yaml"), Dialect::reference()] {
        for style in [Style::Table, Style::Directive, Style::Confval, Style::Heading] {
            for page in from_schema_in(Proxy::SCHEMA, &dialect) {
                let text = render(&page, style, Format::Rst);
                let back = read("page.rst", text.as_bytes()).unwrap();
                assert_eq!(check(&back, Some(Proxy::SCHEMA), Against::Both), [], "{style:?}\n{text}");
                let paths: Vec<_> = crate::docs::facts::documented_everywhere(&back)
                    .iter()
                    .filter_map(|setting| {
                        setting.tables.first()?.path().one().map(|(path, _)| path.to_owned())
                    })
                    .collect();
                let expected = visible_leaves(Proxy::SCHEMA).filter(|leaf| page_of(leaf) == page.name);
                let expected: Vec<_> = expected.map(|leaf| leaf.path.to_string()).collect();
                let is_directive = style == Style::Directive;
                assert!(is_directive || paths == expected, "{style:?}: {paths:?}, not {expected:?}\n{text}");
            }
        }
    }
}

#[test]
fn a_confval_is_as_sphinx_reads_it() {
    let text = proxy(&Dialect::new("proxy.toml").style(Style::Confval));
    let expected = "\
.. _limits-body:

.. confval:: Limits.Body
   :type: size in bytes, or with a unit: ``500KB``, ``10MiB``
   :default: ``10MiB``

   **Body**

   The largest body.

   From ``1KiB`` to ``1GiB``.

   - ``proxy.toml`` setting: ``Limits.Body``
   - Environment variable: ``PROXY_LIMITS_BODY``
";
    assert!(text.contains(expected), "{text}");
    assert!(
        text.contains(
            ".. confval:: Upstreams[0].Mode\n   :type: ``fast``, ``safe``\n   :default: ``safe``\n"
        ),
        "{text}"
    );
}

#[test]
fn a_heading_has_its_places_in_a_list() {
    let text = proxy(&Dialect::new("proxy.toml").style(Style::Heading));
    let expected = "\
.. _limits-body:

Body
~~~~

The largest body.

Size input in bytes, or with a unit: ``500KB``, ``10MiB``. From ``1KiB`` to ``1GiB``. Default is ``10MiB``.

- ``proxy.toml`` setting: ``Limits.Body``
- Environment variable: ``PROXY_LIMITS_BODY``
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_wrong_default_with_a_unit_is_found() {
    let page = from_schema(Proxy::SCHEMA).swap_remove(2);
    let text = render(&page, Style::Table, Format::Rst);
    for (right, wrong) in [("``10MiB``.  ", "``20MiB``.  "), ("is ``1m30s``.", "is ``2m30s``.")] {
        let changed = text.replacen(right, wrong, 1);
        assert_ne!(changed, text, "{text}");
        let back = read("page.rst", changed.as_bytes()).unwrap();
        let found = check(&back, Some(Proxy::SCHEMA), Against::Both);
        assert!(
            matches!(found.as_slice(), [one] if one.rule == crate::docs::Rule::Default),
            "{found:?}\n{changed}"
        );
    }
    // 90 seconds, written in another way
    let same = text.replacen("is ``1m30s``.", "is ``90s``.  ", 1);
    let back = read("page.rst", same.as_bytes()).unwrap();
    assert_eq!(check(&back, Some(Proxy::SCHEMA), Against::Both), []);
}

/// A program whose variables keep words apart.
#[derive(Settings)]
#[settings(env_prefix = "W", env_case = "SCREAMING_SNAKE_CASE", env_separator = "__")]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Words {
    /// The limits.
    limits: WordLimits,
    /// The servers.
    servers: Vec<WordServer>,
}

/// Limits.
#[derive(Settings)]
#[settings(section = "Limits")]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct WordLimits {
    /// The longest pause.
    #[setting(default = 5)]
    max_idle: u8,
    /// The smallest and the largest size.
    #[setting(default = [1, 2])]
    sizes: (u8, u8),
    /// The database.
    #[setting(env = ["DATABASE_URL", "PG_URL"])]
    database: String,
    /// The labels.
    #[setting(env = "LABELS")]
    labels: BTreeMap<String, u8>,
}

/// One server.
#[derive(Settings)]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct WordServer {
    /// The address.
    #[setting(default = "")]
    base_address: String,
}

#[test]
fn pages_name_the_variables_that_the_program_reads() {
    let root = Words::SCHEMA;
    for style in [Style::Table, Style::Directive, Style::Confval, Style::Heading] {
        let pages = from_schema_in(root, &Dialect::new("app.toml"));
        let text: String = pages.iter().map(|page| render(page, style, Format::Rst)).collect();
        let variables = [
            "W_LIMITS__MAX_IDLE",
            "W_LIMITS__SIZES",
            "DATABASE_URL",
            "PG_URL",
            "LABELS",
            "W_SERVERS__0__BASE_ADDRESS",
        ];
        for variable in variables {
            assert!(text.contains(variable), "{style:?}, {variable}:\n{text}");
        }
        assert!(!text.contains("LABELS__<NAME>") && !text.contains("W_LIMITS__DATABASE"), "{text}");
        for page in &pages {
            let back = read("page.rst", render(page, style, Format::Rst).as_bytes()).unwrap();
            assert_eq!(check(&back, Some(root), Against::Both), [], "{style:?}");
        }
    }
    let schema = crate::json_schema::to_text(&crate::json_schema::json_schema(root));
    for text in [crate::template::commented_json(root), crate::template::env(root), schema] {
        for variable in ["W_LIMITS__MAX_IDLE", "DATABASE_URL", "PG_URL", "W_SERVERS__0__BASE_ADDRESS"] {
            assert!(text.contains(variable), "{variable}:\n{text}");
        }
    }
}

/// A program with a list whose variable is its own.
#[derive(Settings)]
#[settings(env_prefix = "N")]
#[expect(dead_code, reason = "only the metadata is looked at")]
struct Named {
    /// The ports by name.
    #[setting(env = "PORTS")]
    ports: BTreeMap<String, u16>,
}

#[test]
fn entries_of_a_setting_with_a_variable_of_its_own_have_none() {
    let root = Named::SCHEMA;
    let leaf = root.leaves().next().unwrap();
    assert_eq!(root.variable(&leaf.path, leaf.setting).as_deref(), Some("PORTS"));
    let entry = crate::schema::Path::new(vec!["Ports", crate::schema::Path::NAMED_ENTRY]);
    let setting = crate::schema::Setting::new("x", "x", u16::KIND, DefaultValue::None);
    assert_eq!(root.variable(&entry, &setting), None);
    let page = from_schema_in(root, &Dialect::new("app.toml")).swap_remove(0);
    let text = render(&page, Style::Heading, Format::Rst);
    assert!(text.contains("``PORTS``") && !text.contains("N_PORTS"), "{text}");
}
