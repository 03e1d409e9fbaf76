//! References and transitions: the findings are the messages of docutils, those of its transforms included.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use settings_core::docs::{self, Against};
use settings_tests::left_out;
use settings_tests::random::Random;

const BLOCKS: [&str; 26] = [
    "See there_ and `two words`_.",
    "See nowhere_.",
    "See `that`__.",
    "See [1]_.",
    "See [2]_ and [9]_.",
    "See [#]_.",
    "See [#]_ and [#]_.",
    "See [#name]_.",
    "See [*]_.",
    "See `a title`_ and Other_.",
    "See `here <https://x.test>`__ and `kept <https://x.test/2>`_, kept_.",
    ".. _there: https://x.test",
    ".. _two words:\n\nWords.",
    ".. _indirect: there_",
    ".. _lost: nowhere_",
    "__ https://x.test",
    "__ there_",
    ".. [1] One.",
    ".. [#] Numbered.",
    ".. [#name] Named.",
    ".. [*] With a symbol.",
    "A title\n-------\n\nWords.",
    "Other\n-----\n\nWords.",
    "----",
    "- See there_ in an item.\n- Words.",
    "Words.",
];

fn page(random: &mut Random) -> String {
    let blocks: Vec<&str> = (0..2 + random.below(7)).map(|_| random.pick(&BLOCKS)).collect();
    blocks.join("\n\n") + "\n"
}

/// The messages of docutils in the findings.
fn ours(text: &str) -> BTreeSet<String> {
    let read = docs::read("page.rst", text.as_bytes()).unwrap();
    let findings = docs::check(&read, None, Against::Itself);
    let texts = findings.iter().filter_map(|finding| finding.message.strip_prefix("docutils: "));
    texts.map(str::to_owned).collect()
}

#[test]
fn messages_of_transforms_are_those_of_docutils() {
    const TEST: &str = "docs_references";
    let Some(python) = std::env::var_os("SETTINGS_PYTHON") else {
        return left_out(TEST, "SETTINGS_PYTHON is not set");
    };
    let mut random = Random::seeded(0x7e57_0000_0001);
    let pages: Vec<String> = (0..600).map(|_| page(&mut random)).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/messages.py");
    let mut child =
        Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = serde_json::to_vec(&pages).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let theirs: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    let mut differing = Vec::new();
    let mut count = 0;
    for (page, theirs) in pages.iter().zip(theirs) {
        let theirs: BTreeSet<String> =
            theirs.iter().map(|text| text.trim_end_matches('.').to_owned()).collect();
        count += theirs.len();
        let ours = ours(page);
        if ours != theirs {
            differing.push(format!("ours {ours:?}\ndocutils {theirs:?}\n{page}"));
        }
    }
    println!("{count} messages on {} pages, {} pages differ", pages.len(), differing.len());
    assert!(count > 300, "{count}");
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n----\n"));
}
