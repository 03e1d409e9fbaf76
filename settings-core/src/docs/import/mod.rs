//! Import of existing pages: as a model, or as annotated Rust.

mod homes;
mod infer;
mod item;
mod names;
mod page;
#[cfg(feature = "release")]
mod release;
mod rust;
mod text;
mod tree;
mod words;

use super::drift::{Against, Naming, check};
use super::facts::documented;
use super::model::{Entry, Page, Part, Placed};
use super::read::PageRead;

#[cfg(feature = "release")]
pub use release::{ImportedRelease, read_models, to_release};

use homes::{Homes, prefix_of_bare_keys};
use item::{Left, Source, items};

/// Returns the model of a page as JSON, in its versioned form.
///
/// ```
/// use settings_core::docs::{self, Page};
///
/// let read = docs::read("a.rst", b"Port\n~~~~\n\nThe port.\n")?;
/// let json = docs::import::to_json(&read.page);
/// let page: Page = serde_json::from_str(&json)?;
/// assert_eq!(docs::import::to_json(&page), json);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_json(page: &Page) -> String {
    // A model is maps with string keys, so writing it cannot fail.
    let mut json = serde_json::to_string_pretty(page).unwrap_or_default();
    json.push('\n');
    json
}

/// Returns true if a page documents at least one setting.
pub fn has_settings(page: &PageRead) -> bool {
    page.page.entries.iter().any(|entry| matches!(entry, Entry::Setting(_)))
}

/// Returns annotated structs with the settings of the pages: one source file that compiles with the derives.
///
/// Kinds come from value lists, hints, sentences and defaults. A setting without a stated default is optional. A setting
/// whose kind the page leaves open is JSON. Open questions are attributes `todo`, which `docs todo` lists; they include
/// what `docs check` reports about the setting.
///
/// A bare key gets the section that its variable, a heading or another page proves, with a `todo`. Without proof the
/// setting is in a struct of its own that is not part of the root, so that no path and no variable is made up.
///
/// All text around the settings stays in the root's `page_text`s, so that the pages built from the code have it again.
/// Documented things that don't become settings (no path, a path into a map, several settings in one table) stay there
/// too, and are listed at the end of the file.
pub fn to_rust(pages: &[PageRead]) -> String {
    let documented: Vec<_> = pages.iter().map(documented).collect();
    let prefix = documented
        .iter()
        .find_map(|settings| Naming::of_page(settings).prefix().map(str::to_owned))
        .or_else(|| documented.iter().find_map(|settings| prefix_of_bare_keys(settings)));
    let homes = Homes::new(pages.iter().zip(documented.iter().map(Vec::as_slice)), prefix.as_deref());
    let (mut all, mut left) = (Vec::new(), Vec::new());
    for (number, (page, settings)) in pages.iter().zip(documented).enumerate() {
        let entries = page.page.entries.iter().enumerate();
        let entries = entries.filter(|(_, entry)| matches!(entry, Entry::Setting(_))).map(|(at, _)| at);
        let source = Source {
            number,
            page,
            settings: entries.zip(settings).collect(),
            headings: homes::headings(page),
            findings: check(page, None, Against::Itself),
        };
        let (found, not) = items(&source, &homes, prefix.as_deref());
        all.extend(found);
        left.extend(not);
        left.extend(unread(&source));
        if !has_settings(page) {
            let why = "no settings found on this page".to_owned();
            let (name, allow) = (page.page.name.clone(), vec!["no-settings"]);
            left.push(Left { name, at: source.place(0, 0), why, allow });
        }
    }
    let mut tree = tree::tree(all);
    left.append(&mut tree.left);
    left.sort_by_key(|left| left.at.entry);
    let mut taken = Vec::new();
    tree.root.each(&mut |item| taken.push(item));
    let texts = pages.iter().enumerate().map(|(number, page)| {
        let own = taken.iter().filter(|item| item.at.entry.0 == number);
        let own: Vec<_> = own.map(|item| (item.at.entry.1, *item)).collect();
        let stays = left.iter().filter(|left| left.at.entry.0 == number).collect::<Vec<_>>();
        (page.page.name.clone(), page::page_text(page, &own, &stays))
    });
    rust::source(&tree, prefix.as_deref(), &texts.collect::<Vec<_>>(), &left)
}

/// Returns the blocks outside of settings tables that name `config.json` as a setting does, and from which no setting is
/// read.
fn unread(source: &Source<'_>) -> Vec<Left> {
    let mut left = Vec::new();
    for (number, entry) in source.page.page.entries.iter().enumerate() {
        let is_prose = matches!(entry, Entry::Prose(_));
        let mut heading = None;
        for placed in entry.parts() {
            if let Part::Heading(found) = &placed.part {
                heading = Some(found.title.value.clone());
            }
            let is_unread = source.page.unread.iter().any(|span| placed.span.range().contains(&span.start));
            if !(is_unread || is_prose && names_config(source.page, placed)) {
                continue;
            }
            let at = source.place(number, placed.span.start);
            let name = heading.clone().unwrap_or_else(|| "a table or text".to_owned());
            let why = "it names config.json, but no setting can be read".to_owned();
            left.push(Left { name, at, why, allow: Vec::new() });
        }
    }
    left
}

/// Returns true for a block that names a setting of `config.json`, or that contains a `config:setting` directive.
fn names_config(page: &PageRead, placed: &Placed) -> bool {
    let text = page.text.get(placed.span.range()).unwrap_or_default();
    let text: String = text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    [
        "config.json setting is",
        "config.json setting:",
        "config.json settings:",
        "config:setting::",
        "environment variable: mm_",
    ]
    .iter()
    .any(|words| text.contains(words))
        && !text.contains("config.json setting: n/a")
}
