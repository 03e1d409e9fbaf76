//! Tables of pages from the field whose borders and cells are damaged.

use settings_core::docs::Rule;

use crate::docs_witnesses::{check, good, rules, sync};

#[test]
fn cells_are_never_fused() {
    let service = |row: &str| {
        format!(
            "+---------------------+-------+\n| Service             | Port  |\n+---------------------+-------+\n{row}\n\
             +---------------------+-------+\n"
        )
    };
    assert_eq!(sync(&service("| SMTPS | 465   |")), service("| SMTPS               | 465   |"));
    let wide = "+-----+-----+\n| abc | def |\n+-----+-----+\n| aaaaa | def |\n+-----+-----+\n";
    let want = "+-------+-----+\n| abc   | def |\n+-------+-----+\n| aaaaa | def |\n+-------+-----+\n";
    assert_eq!(sync(wide), want);
    let note = "+-----+-----+\n| abc | def | # note\n+-----+-----+\n";
    assert_eq!(sync(note), note, "the text after the bar may belong to the cell or not");
    assert!(check(note).iter().any(|finding| finding.rule == Rule::MalformedTable));
}

#[test]
fn a_cut_border_is_completed() {
    let good = format!("{}{}", self::good(), good().replace("Port", "Host").replace("PORT", "HOST"));
    let good = good.trim_end().to_owned() + "\n";
    let border = format!("+{}+{}+", "-".repeat(20), "-".repeat(100));
    for end in [format!("+{}+---", "-".repeat(20)), border[..border.len() - 1].to_owned(), "+--".to_owned()] {
        let cut = format!("{}{end}\n", good.strip_suffix(&format!("{border}\n")).unwrap());
        assert_eq!(sync(&cut), good, "{end}");
    }
    let missing = good.strip_suffix(&format!("{border}\n")).unwrap();
    assert_eq!(sync(missing), good);
    // Docutils shows the last row as text, since the table ends above it.
    let rows = "+----+----+\n| a  | b  |\n+----+----+\n| c  | d  |\n";
    let page = |end: &str| format!("{}{rows}{end}", self::good());
    assert!(rules(&check(&page(""))).iter().any(|(rule, _)| *rule == "malformed-table"));
    assert_eq!(sync(&page("")), page("+----+----+\n"));
    assert_eq!(sync(&page("+----+-\n")), page("+----+----+\n"));
    for (end, found) in [("", ""), ("+----+-\n", "+----+-"), ("+----+----\n", "+----+----")] {
        let findings = check(&page(end));
        let table = findings.iter().find(|finding| finding.rule == Rule::MalformedTable).unwrap();
        assert_eq!(table.found.as_deref(), Some(found), "{table:#?}");
        assert_eq!(table.expected.as_deref(), Some("+----+----+"), "{table:#?}");
    }
}

#[test]
fn a_border_is_only_added_at_the_end_of_a_table() {
    for damaged in ["      | ghi |", " +-----+-----+", " ghi | x |"] {
        let text = format!(
            "T\n=\n\n+-----+-----+\n| abc | def |\n{damaged}\n+-----+-----+\n| jkl | mno |\n+-----+-----+\n"
        );
        assert_eq!(sync(&text), text);
        assert!(check(&text).iter().any(|finding| finding.rule == Rule::MalformedTable), "{text}");
    }
    let followed = "T\n=\n\n+-----+-----+\n| abc | def |\ntext right below\n";
    assert_eq!(sync(followed), followed);
}
