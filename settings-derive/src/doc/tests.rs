use quote::quote;
use syn::parse::Parser;

use super::*;

fn doc(comment: &str) -> Doc {
    let (doc, mistakes) = read(comment);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    doc
}

fn read(comment: &str) -> (Doc, Mistakes) {
    // As rustc hands over `///` lines.
    let lines: Vec<String> = comment
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!(" {line}") })
        .collect();
    let attrs = Attribute::parse_outer.parse2(quote!(#(#[doc = #lines])*)).unwrap();
    let cx = Ctxt::new();
    let parsed = parse(&super::lines::lines(&cx, &attrs));
    cx.check().unwrap();
    parsed
}

fn values(doc: &Doc) -> Vec<(&str, &str)> {
    doc.values.iter().map(|value| (value.value.as_str(), value.text.as_str())).collect()
}

#[test]
fn the_three_parts() {
    let doc = doc(
        "Turns it on\nor off.\n\nMore of it.\n\n- `true`: it is\n  on.\n- `false`: it is\noff.\n\nA note.",
    );
    assert_eq!(doc.description, "Turns it on or off.\n\nMore of it.");
    assert_eq!(values(&doc), [("true", "it is on."), ("false", "it is off.")]);
    assert_eq!(doc.note, "A note.");
}

#[test]
fn a_description_alone() {
    let doc = doc("One.");
    assert_eq!((doc.description.as_str(), doc.values.len(), doc.note.as_str()), ("One.", 0, ""));
}

#[test]
fn a_list_that_names_no_values_is_description() {
    let doc = doc("Sends mail to:\n\n- the author,\n- `root`, if asked.\n\nEnd.");
    assert_eq!(doc.description, "Sends mail to:\n\n- the author,\n- `root`, if asked.\n\nEnd.");
    assert!(doc.values.is_empty() && doc.loose_bullet.is_none());
}

#[test]
fn a_list_that_names_values_only_in_part_is_noted() {
    let doc = doc("On or off.\n\n- `true`: on.\n- false: off.");
    assert!(doc.values.is_empty());
    assert!(doc.loose_bullet.is_some());
}

#[test]
fn the_first_value_list_counts() {
    let doc = doc("A.\n\n- plain\n\nB.\n\n- `0`: none.\n\nC.\n\n- `1`: one.");
    assert_eq!(doc.description, "A.\n\n- plain\n\nB.");
    assert_eq!(values(&doc), [("0", "none.")]);
    assert_eq!(doc.note, "C.\n\n- `1`: one.");
}

#[test]
fn a_loose_list_with_paragraphs_is_one_list() {
    let doc = doc("A.\n\n- `a`: first.\n\n  More of the first.\n\n- `b`: second.\n\nNote.");
    assert_eq!(values(&doc), [("a", "first.\n\nMore of the first."), ("b", "second.")]);
    assert_eq!(doc.note, "Note.");
}

#[test]
fn the_empty_text_is_written_as_json_does() {
    let doc = doc("A.\n\n- `\"\"`: nothing.\n- `Not specified`: too.");
    assert_eq!(values(&doc), [("", "nothing."), ("Not specified", "too.")]);
}

#[test]
fn a_fence_is_neither_joined_nor_searched_for_bullets() {
    let doc = doc("A.\n\n```text\n- `true`: x\n\n- `false`: y\n```\n\nB.");
    assert_eq!(doc.description, "A.\n\n```text\n- `true`: x\n\n- `false`: y\n```\n\nB.");
    assert!(doc.values.is_empty());
}

#[test]
fn line_breaks_of_markdown_are_kept() {
    let doc =
        doc("# Head\nText\ngoes on\\\nbroken\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. one\n2. two\n> said");
    assert_eq!(
        doc.description,
        "# Head\nText goes on\\\nbroken\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. one\n2. two\n> said"
    );
}

#[test]
fn a_typed_default_mark_is_a_mistake() {
    let (_, mistakes) = read("A.\n\n- `true`: **(default)** on.\n- `false`: off. (Default)");
    assert_eq!(mistakes.len(), 2);
    assert!(doc("The (default) port is fine.").values.is_empty());
}

#[test]
fn a_value_without_text_is_a_mistake() {
    let (_, mistakes) = read("A.\n\n- `true`:\n- `false`: off.");
    assert_eq!(mistakes.len(), 1);
}

#[test]
fn a_block_comment_reads_like_lines() {
    let attrs: Vec<Attribute> = Attribute::parse_outer
        .parse2(quote!(#[doc = "\n     * Turns it\n     * on.\n     *\n     * - `true`: on.\n     * - `false`: off.\n     "]))
        .unwrap();
    let cx = Ctxt::new();
    let (doc, _) = parse(&super::lines::lines(&cx, &attrs));
    cx.check().unwrap();
    assert_eq!(doc.description, "Turns it on.");
    assert_eq!(values(&doc), [("true", "on."), ("false", "off.")]);
}

#[test]
fn a_macro_as_documentation_is_refused() {
    let attrs = Attribute::parse_outer.parse2(quote!(#[doc = include_str!("x.md")])).unwrap();
    let cx = Ctxt::new();
    assert!(super::lines::lines(&cx, &attrs).is_empty());
    assert!(cx.check().is_err_and(|error| error.to_string().contains("not by a macro")));
}
