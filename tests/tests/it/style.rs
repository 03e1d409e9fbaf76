//! The comments of the tree, held to the word list in `docs/contributing/style.md`.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Listed words per 1,000 comment lines.
const MOST_WORDS: usize = 3;

/// Doc comments that open with a bare clause, in percent.
const MOST_OPENINGS: usize = 4;

const OPENINGS: [&str; 10] =
    ["What", "Where", "Who", "Whose", "Whom", "How", "Why", "When", "Whether", "That"];

/// The first column of the first table of the style guide: words and phrases in lower case.
fn word_list(guide: &str) -> Vec<String> {
    let rows = guide.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split(',')).map(|word| word.trim().to_lowercase()).collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            let name = name.to_string_lossy();
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                rust_files(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The comment of a line, and whether it is a doc comment.
fn comment(line: &str) -> Option<(&str, bool)> {
    let trimmed = line.trim_start();
    if let Some(text) = trimmed.strip_prefix("///").or_else(|| trimmed.strip_prefix("//!")) {
        return Some((text, true));
    }
    if let Some(text) = trimmed.strip_prefix("//") {
        return Some((text, false));
    }
    // A comment after code; `://` is a URL and `"//` a text.
    let at = line.find(" // ")?;
    line[..at].matches('"').count().is_multiple_of(2).then(|| (&line[at + 4..], false))
}

fn count_word(text: &str, word: &str) -> usize {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let found = text.match_indices(word).filter(|(at, _)| {
        boundary(text[..*at].chars().next_back()) && boundary(text[at + word.len()..].chars().next())
    });
    found.count()
}

#[derive(Default)]
struct Counts {
    lines: usize,
    words: usize,
    doc_comments: usize,
    openings: usize,
    places: Vec<String>,
}

impl Counts {
    fn add(&mut self, file: &str, text: &str, list: &[String]) {
        let mut in_doc_comment = false;
        for (number, line) in text.lines().enumerate() {
            let found = comment(line);
            if let Some((comment, is_doc)) = found {
                self.lines += 1;
                let lower = comment.to_lowercase();
                let words: usize = list.iter().map(|word| count_word(&lower, word)).sum();
                self.words += words;
                let starts = is_doc && !in_doc_comment;
                let first = comment.trim_start().split(|c: char| !c.is_alphanumeric()).next();
                let opening = starts && first.is_some_and(|first| OPENINGS.contains(&first));
                self.doc_comments += usize::from(starts);
                self.openings += usize::from(opening);
                if words > 0 || opening {
                    self.places.push(format!("{file}:{}: {}", number + 1, line.trim()));
                }
            }
            in_doc_comment = found.is_some_and(|(_, is_doc)| is_doc);
        }
    }
}

#[test]
fn comments_are_plain_english() {
    let root = Path::new(ROOT);
    let guide = fs::read_to_string(root.join("docs/contributing/style.md")).unwrap();
    let list = word_list(&guide);
    assert!(list.len() > 15 && list.contains(&"behind".to_owned()), "the word list was not found: {list:?}");

    let mut files = Vec::new();
    rust_files(root, &mut files);
    assert!(files.len() > 300, "only {} Rust files below {ROOT}", files.len());
    let mut counts = Counts::default();
    for file in &files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        counts.add(&name, &fs::read_to_string(file).unwrap(), &list);
    }

    let Counts { lines, words, doc_comments, openings, places } = counts;
    println!(
        "{words} listed words in {lines} comment lines, {openings} openings of {doc_comments} doc comments"
    );
    assert!(
        words * 1000 <= MOST_WORDS * lines && openings * 100 <= MOST_OPENINGS * doc_comments,
        "{words} listed words in {lines} comment lines, {openings} openings of {doc_comments} doc comments \
         (docs/contributing/style.md):\n{}",
        places.join("\n")
    );
}

#[test]
fn words_and_openings_are_found() {
    let list = ["behind".to_owned(), "passed over".to_owned()];
    let mut counts = Counts::default();
    counts.add(
        "a.rs",
        "/// What stands Behind it.\n/// Where.\nlet x = 1; // passed over\nlet u = \"a // behind\";\n",
        &list,
    );
    assert_eq!((counts.lines, counts.words, counts.doc_comments, counts.openings), (3, 2, 1, 1));
}
