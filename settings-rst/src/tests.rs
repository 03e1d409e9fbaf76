#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use super::*;

fn tree(source: &str) -> String {
    pformat(&parse(source, Dialect::Docutils))
}

const GRID: &str = "\
Before.

+-------+---------------+
| head  | *other* head  |
+=======+===============+
| a     | - x           |
| b     | - y           |
+-------+---------------+
| a footer over both    |
+-------+---------------+
";

#[test]
fn cells_have_rows_spans_and_lines() {
    let page = parse(GRID, Dialect::Docutils);
    let table = page.tables().next().unwrap();
    assert_eq!((table.line(), table.head_rows(), table.rows()), (3, 1, 3));
    assert_eq!(table.colwidths(), [7, 15]);
    let shape: Vec<_> =
        table.cells().map(|c| (c.row(), c.col(), c.rowspan(), c.colspan(), c.line())).collect();
    assert_eq!(
        shape,
        [
            (0, 0, 1, 1, Some(4)),
            (0, 1, 1, 1, Some(4)),
            (1, 0, 1, 1, Some(6)),
            (1, 1, 1, 1, Some(6)),
            (2, 0, 1, 2, Some(9))
        ]
    );
    let list = table.cell(1, 1).unwrap();
    assert_eq!(list.lines().map(CellLine::text).collect::<Vec<_>>(), ["- x", "- y"]);
    for cell in table.cells() {
        for line in cell.lines() {
            assert_eq!(&GRID[line.span()], line.text());
        }
    }
    let kinds: Vec<Tag> = list.node().unwrap().descendants().map(NodeRef::tag).take(3).collect();
    assert_eq!(kinds, [Tag::Entry, Tag::BulletList, Tag::ListItem]);
    assert_eq!(&GRID[table.span()], GRID.strip_prefix("Before.\n\n").unwrap().trim_end());
}

#[test]
fn a_crossing_in_a_border_begins_a_row() {
    let page = parse("+---+---+\n| a + b |\n+---+---+\n", Dialect::Docutils);
    let table = page.tables().next().unwrap();
    assert_eq!(table.rows(), 2);
    assert!(table.cells().all(|cell| cell.rowspan() == 2));
}

#[test]
fn malformed_tables_have_docutils_message_and_line() {
    let page = parse("+---+\n| ab |\n+---+\n", Dialect::Docutils);
    let table = page.tables().next().unwrap();
    assert_eq!(table.error(), Some("Malformed table.\nRight border not aligned or missing."));
    assert_eq!((table.line(), table.start_line()), (2, 1));
    let message = page.messages().next().unwrap();
    assert_eq!((message.level(), message.line()), (Level::Error, Some(2)));
    #[cfg(feature = "json")]
    {
        let json = tables_json(&page);
        assert_eq!(json["tables"][0]["error"], "Malformed table.\nRight border not aligned or missing.");
        assert!(json["tables"][0].get("cells").is_none());
    }
}

#[test]
fn wide_and_combining_characters_count_as_in_docutils() {
    let source = "+-----+\n| 郵e\u{301} |\n+-----+\n";
    let page = parse(source, Dialect::Docutils);
    let cell = page.tables().next().unwrap().cells().next().unwrap();
    assert_eq!(cell.lines().next().unwrap().text(), "郵e\u{301}");
    assert_eq!(width::column_width("郵e\u{301}’"), 4);
}

#[test]
fn spans_are_source_bytes_even_after_tabs() {
    let source = "-\tone *two*\r\n\r\n.. note::\twords\r\n";
    let page = parse(source, Dialect::Docutils);
    let emphasis = page.descendants().find(|node| node.tag() == Tag::Emphasis).unwrap();
    assert_eq!(emphasis.source(), "*two*");
    assert_eq!(&source[emphasis.span()], "*two*");
    let note = page.descendants().find(|node| node.tag() == Tag::Note).unwrap();
    assert_eq!(note.source(), ".. note::\twords");
}

#[test]
fn sections_end_with_their_last_child() {
    let source = "One\n===\n\nText.\n\nTwo\n---\n\nMore.\n\nThree\n=====\n\nEnd.\n";
    let page = parse(source, Dialect::Docutils);
    let titles: Vec<_> = page
        .descendants()
        .filter(|node| node.tag() == Tag::Section)
        .map(|node| (node.title().unwrap(), node.source().lines().last().unwrap().to_owned()))
        .collect();
    let expected = [("One", "More."), ("Two", "More."), ("Three", "End.")];
    assert_eq!(titles, expected.map(|(title, last)| (title.to_owned(), last.to_owned())));
}

#[test]
fn unknown_directives_are_errors_or_kept_by_dialect() {
    let source =
        ".. config:setting:: port\n   :default: 25\n   :path: A > B,\n     C > D\n\n   The *port*.\n";
    let docutils = parse(source, Dialect::Docutils);
    assert_eq!(docutils.messages().filter(|message| message.level() == Level::Error).count(), 1);
    let page = parse(source, Dialect::Sphinx);
    let node = page.root().child(Tag::GenericDirective).unwrap();
    assert_eq!(node.attr(AttrName::Name), Some("config:setting"));
    assert_eq!(node.option("default"), Some("25"));
    let directive = page.directives().next().unwrap();
    assert_eq!(directive.node(), Some(node));
    assert_eq!(&source[directive.argument_span().unwrap()], "port");
    assert_eq!(directive.option("path").unwrap().value(), "A > B,\nC > D");
    assert_eq!(&source[directive.option("default").unwrap().value_span()], "25");
    assert_eq!((directive.line(), directive.content_line()), (1, Some(6)));
}

#[test]
fn messages_are_worded_as_in_docutils() {
    let source = "Title\n===\n\n*open\n";
    let expected = "\
<document source=\"test data\">
    <system_message level=\"1\" line=\"2\" source=\"test data\" type=\"INFO\">
        <paragraph>
            Possible title underline, too short for the title.
            Treating it as ordinary text because it's so short.
    <paragraph>
        Title
        ===
    <paragraph>
        <problematic ids=\"problematic-1\" refid=\"system-message-1\">
            *
        open
    <system_message backrefs=\"problematic-1\" ids=\"system-message-1\" level=\"2\" line=\"4\" \
source=\"test data\" type=\"WARNING\">
        <paragraph>
            Inline emphasis start-string without end-string.
";
    assert_eq!(tree(source), expected);
}

#[test]
fn nesting_is_bounded() {
    for open in ["- ", "1. ", ":a: ", ".. note:: ", "> ", ".. [1] "] {
        let page = parse(&open.repeat(3000), Dialect::Docutils);
        let deepest = page
            .descendants()
            .map(|node| std::iter::successors(Some(node), |node| node.parent()).count())
            .max()
            .unwrap();
        assert!(deepest < 1000, "{open}: {deepest}");
        assert!(!pformat(&page).is_empty());
    }
    let quotes: String = (0..300).map(|i| format!("{}a\n\n", " ".repeat(i))).collect();
    let page = parse(&quotes, Dialect::Docutils);
    assert!(page.messages().any(|message| message.level() == Level::Severe));
}

#[test]
fn csv_cells_are_parsed_and_have_the_span_of_the_directive() {
    let source = ".. csv-table::\n\n   \"a \"\"*b*\"\"\",\"two\n   lines\"\n";
    let page = parse(source, Dialect::Docutils);
    let emphasis = page.descendants().find(|node| node.tag() == Tag::Emphasis).unwrap();
    assert_eq!(emphasis.text(), "b");
    assert!(emphasis.span().end <= source.len());
    assert_eq!(page.tables().next().unwrap().kind(), TableKind::Csv);
}

#[test]
fn duplicate_names_are_dropped_from_both_targets() {
    let page = parse(".. _a: one\n.. _A: two\n", Dialect::Docutils);
    let targets: Vec<_> = page.descendants().filter(|node| node.tag() == Tag::Target).collect();
    assert!(targets.iter().all(|target| target.attr(AttrName::Names).is_none()));
    assert_eq!(targets[1].attr(AttrName::Dupnames), Some("a"));
    assert_eq!(make_id("Ünï-Cödé ß 12™"), "uni-code-sz-12");
}

#[test]
fn malformed_constructs_begin_at_their_marker() {
    for source in [".. |u|+ x\n\n", ".. |u|+ x\n\n\n  ", ".. || x\n é\n ✅"] {
        let page = parse(source, Dialect::Docutils);
        let comment = page.descendants().find(|node| node.tag() == Tag::Comment).unwrap();
        let text = page.source().get(comment.span()).unwrap();
        assert!(text.starts_with(source.lines().next().unwrap()), "{source:?}: {text:?}");
    }
}

/// The message and its line, for each message of a level.
fn messages(source: &str, dialect: Dialect, level: Level) -> Vec<(Option<usize>, String)> {
    let page = parse(source, dialect);
    page.messages().filter(|message| message.level() == level).map(|m| (m.line(), m.text())).collect()
}

#[test]
fn a_directive_in_a_list_item_starts_at_section_level_0() {
    let source = "Intro\n=====\n\n- item\n\n  .. foo::\n\n     Sub\n     ...\n";
    let expected = (Some(8), "Inconsistent title style: skip from level 0 to 2.".to_owned());
    assert_eq!(messages(source, Dialect::Sphinx, Level::Error), [expected]);
}

#[test]
fn a_duplicate_title_in_a_directive_has_the_line_of_the_directive() {
    let source = ".. only:: a\n\n   T\n   -\n\n   x\n\n.. only:: b\n\n   T\n   -\n";
    let found = messages(source, Dialect::Sphinx, Level::Info);
    assert!(found.contains(&(Some(8), "Duplicate implicit target name: \"t\".".to_owned())), "{found:?}");
}

#[test]
fn sphinx_roles_can_be_the_default_role_or_the_base_of_a_role() {
    let source = ".. default-role:: any\n.. role:: my(any)\n\n`x` and :my:`y`\n";
    let page = parse(source, Dialect::Sphinx);
    let roles: Vec<_> = page
        .descendants()
        .filter(|node| node.tag() == Tag::GenericRole)
        .map(|node| (node.attr(AttrName::Role), node.text()))
        .collect();
    assert_eq!(roles, [(Some(""), "x".to_owned()), (Some("my"), "y".to_owned())]);
    assert_eq!(page.messages().count(), 0);
    let unknown = messages(source, Dialect::Docutils, Level::Error);
    assert!(unknown.iter().any(|(_, text)| text == "Unknown interpreted text role \"any\"."), "{unknown:?}");
}
