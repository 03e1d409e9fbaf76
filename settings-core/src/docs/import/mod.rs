//! Imports existing pages: as a model, or as annotated Rust.

mod infer;
mod item;
mod names;
mod page;
mod rust;
mod text;
mod tree;

use super::drift::Naming;
use super::facts::documented;
use super::model::{Entry, Page};
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
/// Kinds are inferred from values, hints and defaults. A setting without a stated default is optional. A setting of an
/// unknown kind becomes a text; open questions become an attribute `todo`, which `docs todo` lists. The other text of
/// a page stays in the root's `page_text`s, so that the pages built from the code have it again. Entries that can't be
/// settings (without a path, with a path into a map, with several settings in one table) stay there too and are listed
/// at the end of the file.
pub fn to_rust(pages: &[PageRead]) -> String {
    let (mut all, mut left): (Vec<Item>, Vec<Left>) = (Vec::new(), Vec::new());
    let documented: Vec<_> = pages.iter().map(documented).collect();
    let prefix = documented.iter().find_map(|settings| Naming::of_page(settings).prefix().map(str::to_owned));
    for (number, (page, settings)) in pages.iter().zip(documented).enumerate() {
        let entries = page.page.entries.iter().enumerate();
        let entries = entries.filter(|(_, entry)| matches!(entry, Entry::Setting(_))).map(|(at, _)| at);
        let settings: Vec<_> = entries.zip(settings).collect();
        let (found, not) = items(page, number, &settings, prefix.as_deref());
        all.extend(found);
        left.extend(not);
    }
    let (root, clashing) = tree::tree(all);
    left.extend(clashing);
    let mut taken = Vec::new();
    root.each(&mut |item| taken.push(item));
    let texts = pages.iter().enumerate().map(|(number, page)| {
        let own = taken.iter().filter(|item| item.at.entry.0 == number);
        let own: Vec<_> = own.map(|item| (item.at.entry.1, *item)).collect();
        (page.page.name.clone(), page::page_text(page, &own))
    });
    rust::source(&root, prefix.as_deref(), &texts.collect::<Vec<_>>(), &left)
}
