//! Existing pages taken over: as a model, or as annotated Rust.

mod infer;
mod item;
mod names;
mod rust;
mod tree;

use super::drift::Naming;
use super::facts::documented;
use super::model::Page;
use super::read::PageRead;

use item::{Item, Left, items};

/// The model of a page as JSON, in its versioned form.
///
/// ```
/// use settings_core::docs::{self, Page};
///
/// let read = docs::read("a.rst", b"Port\n~~~~\n\nThe port.\n")?;
/// let json = docs::import::to_json(&read.page);
/// assert_eq!(serde_json::from_str::<Page>(&json)?, read.page);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_json(page: &Page) -> String {
    // A model is maps with string keys, which always can be written.
    let mut json = serde_json::to_string_pretty(page).unwrap_or_default();
    json.push('\n');
    json
}

/// Annotated structs whose settings are those of the pages: one source file that compiles with the derives.
///
/// Kinds are inferred from values, hints and defaults. A setting of which no default is stated is optional. One whose
/// kind can't be told is a text, with a `TODO`; what can't be a setting at all is listed at the file's end.
pub fn to_rust(pages: &[PageRead]) -> String {
    let (mut all, mut left): (Vec<Item>, Vec<Left>) = (Vec::new(), Vec::new());
    let mut prefix: Option<String> = None;
    for page in pages {
        let settings = documented(page);
        prefix = prefix.or_else(|| Naming::of_page(&settings).prefix().map(str::to_owned));
        let (found, not) = items(page, &settings);
        all.extend(found);
        left.extend(not);
    }
    let (root, clashing) = tree::tree(all);
    left.extend(clashing);
    rust::source(&root, prefix.as_deref(), &left)
}
