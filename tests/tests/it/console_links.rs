//! The reference pages and the System Console lead to each other.

#![allow(dead_code)] // the fields are read as text only

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use http::StatusCode;
use settings_console::Visitor;
use settings_core::Settings;
use settings_core::docs::{Dialect, Format, Style, from_schema_in, generate, render};
use settings_core::mail::EmailSettings;
use settings_tests::cli::{Folder, run};
use settings_tests::console::Site;

const CONSOLE: &str = "https://chat.example.com/admin/console";

/// A chat server.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "CHAT")]
struct Chat {
    email: EmailSettings,
    /// The servers behind it.
    upstreams: Vec<Upstream>,
    /// Those who may log users in.
    providers: BTreeMap<String, Upstream>,
    /// A limit.
    #[setting(key = "max-users", default = 5)]
    max_users: u32,
}

impl AsRef<EmailSettings> for Chat {
    fn as_ref(&self) -> &EmailSettings {
        &self.email
    }
}

/// A server behind it.
#[derive(Settings, Clone, Debug)]
struct Upstream {
    /// Its address.
    #[setting]
    address: String,
}

/// Returns the settings that links to the console lead to.
fn linked(text: &str) -> Vec<&str> {
    let start = format!("{CONSOLE}/s/");
    text.split(&start).skip(1).filter_map(|rest| rest.split(['>', ')']).next()).collect()
}

#[tokio::test]
async fn every_setting_of_the_pages_leads_to_its_place_in_the_console() {
    let site = Site::new::<Chat>("{}", &[]);
    let settings: BTreeSet<String> = Chat::SCHEMA.leaves().map(|leaf| leaf.path.to_string()).collect();
    for style in [Style::Table, Style::Directive, Style::Confval, Style::Heading] {
        for format in [Format::Rst, Format::Markdown] {
            let dialect = Dialect::of(Chat::SCHEMA).style(style).format(format).console_address(CONSOLE);
            let pages = from_schema_in(Chat::SCHEMA, &dialect);
            let text: String = pages.iter().map(|page| render(page, style, format)).collect();
            let links = linked(&text);
            let shown = Chat::SCHEMA.leaves_with_entries().filter(|leaf| !leaf.setting.hidden()).count();
            assert_eq!(links.len(), shown, "{style:?} {format:?}: {text}");
            for path in links {
                assert!(settings.contains(path), "{path}");
                let answer = site.get(&format!("/s/{path}")).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
                assert!(answer.header("location").ends_with(&format!("#{path}")), "{}", answer.whole());
            }
        }
    }
}

#[test]
fn pages_with_links_are_built_again_and_have_no_findings() {
    let folder = Folder::new("console-links");
    for style in ["table", "directive", "confval", "heading"] {
        let out = folder.path(style);
        let build = ["docs", "build", "--out", &out, "--style", style, "--console", CONSOLE];
        let built = run::<Chat>(&build, &[]);
        assert_eq!(built.code, 0, "{}", built.error);
        assert_eq!(run::<Chat>(&[&build[..], &["--check"]].concat(), &[]).code, 0);
        let plain = run::<Chat>(&["docs", "build", "--out", &out, "--style", style, "--check"], &[]);
        assert_eq!(plain.code, 1, "a page without links is another page");
        for page in ["smtp", "upstreams", "providers", "general"] {
            let page = format!("{out}/{page}.rst");
            let checked = run::<Chat>(&["docs", "check", &page], &[]);
            assert_eq!(checked.code, 0, "{page}: {}{}", checked.out, checked.error);
        }
    }
    let out = folder.path("stale");
    let stale = run::<Chat>(&["docs", "build", "--out", &out, "--console", CONSOLE, "--check"], &[]);
    assert!(stale.out.contains(&format!("--console {CONSOLE}")), "the command repairs it: {}", stale.out);
    for wrong in ["javascript:x", "https://chat example", "https://a>`__", "chat.example.com", "https://a/)x"]
    {
        let refused = run::<Chat>(&["docs", "build", "--out", "-", "--console", wrong], &[]);
        assert_eq!(refused.code, 2, "{wrong}");
        assert!(refused.error.contains("expected an address such as"), "{}", refused.error);
    }
}

#[tokio::test]
async fn every_setting_of_the_console_leads_to_its_place_in_the_pages() {
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let site = Site::with_gate::<Chat>("{}", &[], gate, |it| it.reference("https://docs.example.com"));
    let pages: BTreeMap<String, String> = generate::artefacts_in(Chat::SCHEMA, &Dialect::of(Chat::SCHEMA))
        .into_iter()
        .map(|artefact| (artefact.name.display().to_string(), artefact.content))
        .collect();
    let mut found = 0;
    for leaf in Chat::SCHEMA.leaves() {
        let path = leaf.path.to_string();
        let place = site.get(&format!("/s/{path}")).await;
        let page = site.get(place.header("location").trim_start_matches("..")).await.body;
        let shown = page.split(&format!("id=\"{path}\"")).nth(1).unwrap().split("</section>").next().unwrap();
        let Some(link) = shown.split("href=\"https://docs.example.com/").nth(1) else {
            panic!("{path}: no link in {shown}");
        };
        let (file, anchor) = link.split('"').next().unwrap().split_once(".html#").unwrap();
        let text = &pages[&format!("{file}.rst")];
        assert!(text.contains(&format!(".. _{anchor}:\n")), "{path}: {anchor} in {text}");
        found += 1;
    }
    assert!(found > 20, "{found}");
}
