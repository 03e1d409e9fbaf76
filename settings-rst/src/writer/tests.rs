#![allow(clippy::unwrap_used, clippy::string_slice)]

use super::*;
use crate::{Dialect, Tag, parse, pformat};

fn cell(row: usize, col: usize, rowspan: usize, colspan: usize, text: &str) -> GridCell {
    GridCell { row, col, rowspan, colspan, lines: text.lines().map(str::to_owned).collect() }
}

#[test]
fn spans_survive_a_round_trip() {
    let cells = vec![
        cell(0, 0, 1, 3, "head"),
        cell(1, 0, 2, 1, "tall\ncell\n- with\n- a list\n- of three"),
        cell(1, 1, 1, 1, "郵便"),
        cell(1, 2, 1, 1, ""),
        cell(2, 1, 1, 2, "wide"),
    ];
    let table = GridTable { colwidths: vec![12, 8, 6], head_rows: 1, cells: cells.clone() };
    let drawn = table.write().unwrap();
    let page = parse(&drawn, Dialect::Docutils);
    assert_eq!(page.messages().count(), 0, "{drawn}{}", pformat(&page));
    let read = page.tables().next().unwrap();
    assert_eq!(read.colwidths(), [12, 8, 6]);
    assert_eq!(read.head_rows(), 1);
    assert_eq!(read.cells().len(), cells.len(), "{drawn}");
    for (read, written) in read.cells().zip(&cells) {
        assert_eq!((read.row(), read.col()), (written.row, written.col));
        assert_eq!((read.rowspan(), read.colspan()), (written.rowspan, written.colspan));
        let lines: Vec<&str> = read.lines().map(|line| line.text()).filter(|line| !line.is_empty()).collect();
        let expected: Vec<&String> = written.lines.iter().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn borders_have_a_corner_at_every_column() {
    let cells = vec![cell(0, 0, 1, 1, "a"), cell(0, 1, 1, 1, "b"), cell(1, 0, 1, 2, "a footer")];
    let drawn = GridTable { colwidths: vec![4, 6], head_rows: 0, cells }.write().unwrap();
    assert_eq!(drawn, "+----+------+\n| a  | b    |\n+----+------+\n| a footer  |\n+----+------+\n");
}

#[test]
fn content_that_does_not_fit_is_refused() {
    let table = GridTable { colwidths: vec![3], head_rows: 0, cells: vec![cell(0, 0, 1, 1, "abc")] };
    let error = table.write().unwrap_err();
    assert_eq!(error, GridError::Line { row: 0, col: 0, line: "abc".into(), width: 3, room: 2 });
    let overlapping = GridTable {
        colwidths: vec![3, 3],
        head_rows: 0,
        cells: vec![cell(0, 0, 1, 2, "a"), cell(0, 1, 1, 1, "b")],
    };
    assert_eq!(overlapping.write().unwrap_err(), GridError::Cell { row: 0, col: 1 });
    let outside = GridTable { colwidths: vec![3], head_rows: 0, cells: vec![cell(0, 1, 1, 1, "a")] };
    assert!(outside.write().is_err());
}

#[test]
fn escaped_text_survives_a_round_trip() {
    let texts = [
        "2 * 3 and *so* on",
        "``literal`` and `phrase`_ and `anonymous`__",
        "name_ and name__ and [1]_ and [#]_ and |sub|_",
        ":role:`text` and `text`:role: and _`target`",
        "back\\slash \\* \\",
        "**",
        "* no bullet",
        "(a) no enumerator",
        ":field: none",
        "-a  no option",
        ">>> no doctest",
        "| no line block",
        ".. no comment",
        "__ no target",
        "=====",
        "ends with::",
        "\"*\" and '`' and (*) and <`>",
        "snake_case_ and __init__ and a_",
        "***bold***",
        "x*y*z `",
    ];
    for text in texts {
        let page = parse(&escape_paragraph(text), Dialect::Sphinx);
        let blocks: Vec<Tag> = page.root().children().map(|node| node.tag()).collect();
        assert_eq!(blocks, [Tag::Paragraph], "{text}: {}", pformat(&page));
        let paragraph = page.root().children().next().unwrap();
        assert_eq!(paragraph.text(), text, "{}", pformat(&page));
        assert_eq!(paragraph.children().count(), 1, "{}", pformat(&page));
    }
}

#[test]
fn headings_are_as_wide_as_their_titles() {
    assert_eq!(heading("郵便 é", '='), "郵便 é\n======\n");
    let page = parse(&overlined_heading("郵便", '#'), Dialect::Docutils);
    assert_eq!(page.root().child(Tag::Section).unwrap().title().unwrap(), "郵便");
}

#[test]
fn directives_keep_their_parts() {
    let written =
        directive("note:x", "an argument\non two lines", &[("a", "1"), ("flag", "")], "Body.\n\nMore.\n");
    let page = parse(&written, Dialect::Sphinx);
    let read = page.directives().next().unwrap();
    assert_eq!(read.name(), "note:x");
    assert_eq!(read.argument(), Some("an argument\non two lines"));
    assert_eq!(read.option("a").unwrap().value(), "1");
    assert_eq!(read.option("flag").unwrap().value(), "");
    assert_eq!(&written[read.content_span().unwrap()], "Body.\n\n   More.");
    assert_eq!(&written[read.option("a").unwrap().span()], ":a: 1");
}
