//! Markdown pages: two renderers read the same, and text stays text.

use settings_core::Settings;
use settings_core::docs::{self, Dialect, Format, Style};
use settings_core::reference::ServerSettings;
use settings_core::schema::{DynamicSection, Kind, Section};
use settings_tests::random::Random;

/// The page by pulldown-cmark and by comrak.
fn rendered(markdown: &str) -> [String; 2] {
    let mut first = String::new();
    pulldown_cmark::html::push_html(&mut first, pulldown_cmark::Parser::new(markdown));
    let mut options = comrak::Options::default();
    options.render.r#unsafe = true;
    [first, comrak::markdown_to_html(markdown, &options)].map(|html| normal(&html))
}

/// HTML without the line breaks that a renderer is free to write around tags.
fn normal(html: &str) -> String {
    html.replace(">\n", ">").replace("\n<", "<").replace("&quot;", "\"")
}

/// The text of HTML, its blanks single.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    for (number, part) in html.split('<').enumerate() {
        let shown = if number == 0 { part } else { part.split_once('>').map_or("", |(_, after)| after) };
        text.push_str(shown);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn pages(root: &'static Section) -> Vec<String> {
    let pages = docs::from_schema(root);
    pages.iter().map(|page| docs::render(page, Style::Table, Format::Markdown)).collect()
}

#[track_caller]
fn read_alike(page: &str) -> String {
    let [first, second] = rendered(page);
    assert_eq!(first, second, "two renderers differ:\n{page}");
    first
}

#[test]
fn pages_of_programs_read_alike() {
    let dialect = Dialect::new("server.toml");
    let plain = docs::from_schema_in(ServerSettings::SCHEMA, &dialect);
    let plain = plain.iter().map(|page| docs::render(page, Style::Table, Format::Markdown));
    for page in pages(ServerSettings::SCHEMA).into_iter().chain(plain) {
        let html = read_alike(&page);
        assert!(html.matches("<h2>").count() > 1 && html.matches("<li>").count() > 5, "{html}");
    }
}

fn section(title: &str, description: &str, meaning: &str) -> &'static Section {
    let section = DynamicSection::new("Section", description)
        .setting("Key", description, Kind::Text, "\"`a`\"")
        .one_of("Choice", title, &[("a`b", meaning), ("<c>", title)], "<c>")
        .finish();
    Box::leak(Box::new(Section::new(
        "",
        Box::leak(Box::new([settings_core::schema::Member::section("Section", section)])),
    )))
}

const PIECES: [&str; 40] = [
    "*",
    "**",
    "_",
    "__",
    "`",
    "``",
    "```",
    "<b>",
    "</b>",
    "&amp;",
    "&",
    "[x](y)",
    "[",
    "]",
    "(",
    ")",
    "\\",
    "#",
    "- ",
    "1. ",
    "|",
    "~~",
    "text",
    "word",
    " ",
    " ",
    "\n",
    "\n\n",
    "!",
    "<https://x.test>",
    ">",
    "+",
    "=",
    "---",
    "===",
    "é",
    ".",
    ":",
    "  ",
    "<!--",
];

fn random_text(random: &mut Random, pieces: &[&str]) -> String {
    (0..random.below(12)).map(|_| random.pick(pieces)).collect()
}

/// Doc comments of any form.
#[test]
fn any_doc_comment_reads_alike() {
    for seed in 0..3000 {
        let mut random = Random::seeded(0x51ab_0000_0000 + seed);
        let [title, description, meaning] = [(); 3].map(|()| random_text(&mut random, &PIECES));
        for page in pages(section(&title, &description, &meaning)) {
            let [first, second] = rendered(&page);
            assert_eq!(first, second, "seed {seed}: {title:?} {description:?} {meaning:?}\n{page}");
        }
    }
}

/// A text whose markup is escaped appears as it is.
#[test]
fn escaped_text_appears_as_it_is() {
    let words = [
        "*", "_", "`", "<b>", "&amp;", "[x](y)", "\\", "#", "-", "1.", "|", "~~", "text", "word", " ", " ",
        "!", ">", "+", "=", "é", ".", ":", "(", ")", "*a*", "_b_", "`c`", "..", "::",
    ];
    for seed in 0..3000 {
        let mut random = Random::seeded(0x77cd_0000_0000 + seed);
        let text = random_text(&mut random, &words);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            continue;
        }
        let escape = |c: char| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() };
        let escaped: String = text.chars().map(escape).collect();
        for page in pages(section("t", &format!("Begin {escaped} end."), &escaped)) {
            let html = read_alike(&page);
            let shown = text_of(&html);
            let count = shown.matches(&text).count();
            assert!(count >= 2, "seed {seed}: {text:?} appears {count} times in\n{shown}\n{page}");
        }
    }
}

#[test]
fn markdown_is_refused_by_name() {
    for name in ["page.md", "PAGE.Markdown", "a/b.mdx"] {
        let error = docs::read(name, b"# Title\n").unwrap_err();
        assert!(error.to_string().starts_with(&format!("{name}: Markdown pages can't be read")), "{error}");
    }
}

#[test]
fn markdown_pages_show_plain_text_as_it_is() {
    let text = "Title\n=====\n\nWrite <host>:<port> and &lt; is &amp;.\n\nA [bracket](paren), ~~x~~.\n\n\\# hash first\n";
    let page = docs::read("page.rst", text.as_bytes()).unwrap();
    let markdown = docs::render(&page.page, Style::Table, Format::Markdown);
    for line in [
        "# Title",
        "Write \\<host>:\\<port> and \\&lt; is \\&amp;.",
        "A \\[bracket\\](paren), \\~\\~x\\~\\~.",
        "\\# hash first",
    ] {
        assert!(markdown.lines().any(|found| found == line), "{line}\n{markdown}");
    }
}

#[test]
fn blocks_of_every_kind_are_converted_to_markdown() {
    let markdown = |text: &str| {
        let page = docs::read("page.rst", text.as_bytes()).unwrap();
        docs::render(&page.page, Style::Table, Format::Markdown).trim_end().to_owned()
    };
    for (rst, wanted) in [
        (
            ".. note::\n   Some *text*\n   of two lines.\n\n   - a\n   - b\n",
            "> **Note**\n>\n> Some *text* of two lines.\n>\n> - a\n> - b",
        ),
        (".. image:: a.png\n   :alt: An image\n", "![An image](a.png)"),
        (".. image:: a.png\n   :target: https://x.test\n", "[![](a.png)](https://x.test)"),
        ("3. three\n4. four\n\n   more\n", "3. three\n4. four\n\n   more"),
        (
            "term\n  What it is.\nother\n  - a\n  - b\n",
            "- **term**: What it is.\n- **other**\n\n  - a\n  - b",
        ),
        ("Text.\n\n:field: its *text*\n:other: two\n", "Text.\n\n- **field**: its *text*\n- **other**: two"),
        ("====  ====\nA     B\n====  ====\n1     2\n====  ====\n", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        (
            "+---+-----+\n| a | - x |\n|   | - y |\n+---+-----+\n",
            "|  |  |\n| --- | --- |\n| a | - x<br>- y |",
        ),
        (
            ".. list-table:: T\n   :header-rows: 1\n\n   * - A\n     - B\n   * - 1|2\n     - ``c``\n",
            "**T**\n\n| A | B |\n| --- | --- |\n| 1\\|2 | `c` |",
        ),
        ("A\n\n  quoted\n", "A\n\n> quoted"),
        ("A::\n\n  code\n", "A:\n\n````\ncode\n````"),
    ] {
        assert_eq!(markdown(rst), wanted, "{rst}");
    }
    // A part without a form in Markdown keeps the whole block.
    let unknown = ".. note::\n\n   .. tabs::\n\n      x\n";
    assert_eq!(markdown(unknown), format!("````rst\n{}\n````", unknown.trim_end()));
}
