//! What the derives say of mistakes: one file a topic in `ui/`, the expected words beside it.

#[test]
fn mistakes_are_told_at_their_tokens() {
    let tests = trybuild::TestCases::new();
    for topic in ["attributes", "docs", "defaults", "names", "shapes", "enums", "forms", "rules", "pages"] {
        tests.compile_fail(format!("tests/ui/{topic}/*.rs"));
    }
}
