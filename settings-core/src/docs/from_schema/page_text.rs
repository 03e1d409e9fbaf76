//! Puts settings into the text of a page.
//!
//! ```text
//! .. config:entry:: Section.Key
//!    :mark: ^                      the underline of its heading
//!    :id: anchor                   asks for a `config:setting` directive with this anchor above the heading
//!    :displayname: words           the directive's own words
//!    :description: words
//!    :values:                      the directive lists the values too
//!
//!    .. config:body::
//!
//!       The body of the directive, instead of the values.
//!
//!    The text between the heading and the table.
//! ```

use crate::docs::layout;
use crate::docs::model::{Content, Directive, DirectiveOption, Heading, Page, Part, Placed, Row, Table};
use crate::docs::read;
use crate::docs::render::directive_of;
use crate::schema::{Leaf, Section, anchor};

use super::{Form, entry_parts, visible_leaves};

/// The placeholder of a setting in a page's text.
pub(in crate::docs) const PLACE: &str = ".. config:entry::";

/// The directive for the body of a placeholder's directive.
pub(in crate::docs) const BODY: &str = ".. config:body::";

/// The text of one page, its paths whole.
pub(super) struct PageSource {
    pub(super) page: &'static str,
    rst: &'static str,
    /// The path of the section that contains it.
    above: String,
}

/// The page texts of a section and of those below it, in the order of the structs.
pub(super) fn page_sources(root: &'static Section) -> Vec<PageSource> {
    fn collect(section: &'static Section, above: &str, found: &mut Vec<PageSource>) {
        found.extend(section.page_texts.iter().map(|text| PageSource {
            page: text.page,
            rst: text.rst,
            above: above.to_owned(),
        }));
        for member in section.members {
            if let crate::schema::Member::Section { key, section, .. } = member {
                let path = if above.is_empty() { (*key).to_owned() } else { format!("{above}.{key}") };
                collect(section, &path, found);
            }
        }
    }
    let mut found = Vec::new();
    collect(root, root.key, &mut found);
    found
}

/// The page, and the leaves among `leaves` that its text gives no place.
pub(super) fn page<'l>(
    name: &str,
    sources: &[PageSource],
    leaves: &'l [Leaf],
    root: &'static Section,
    form: Form<'_>,
) -> (Page, Vec<&'l Leaf>) {
    let all: Vec<Leaf> = visible_leaves(root).collect();
    let mut page = Page { name: name.to_owned(), ..Page::default() };
    let mut placed_paths: Vec<String> = Vec::new();
    let mut parts = Vec::new();
    // A label on a page that another page includes would be defined twice.
    let is_included = sources.iter().any(|source| source.page != name && includes(source.rst, name));
    for source in sources.iter().filter(|source| source.page == name) {
        let (metadata, own) = parts_of(source.rst);
        page.metadata.extend(metadata);
        for placed in own {
            let place = match &placed.part {
                Part::Verbatim(text) => Place::read(text),
                _ => None,
            };
            let Some(place) = place else {
                parts.push(placed);
                continue;
            };
            let path =
                if source.above.is_empty() { place.path } else { format!("{}.{}", source.above, place.path) };
            // A hidden setting has a place, but is not on a page.
            let Some(leaf) = all.iter().find(|leaf| leaf.path.to_string() == path) else { continue };
            let first = !placed_paths.contains(&path) && !is_included;
            let place = Place { path, ..place };
            parts.extend(place.parts(leaf, form, name, first));
            placed_paths.push(place.path);
        }
    }
    page.entries = read::entries(parts);
    let rest = leaves.iter().filter(|leaf| !placed_paths.contains(&leaf.path.to_string())).collect();
    (page, rest)
}

/// Returns true if a text includes the page `name`.
fn includes(rst: &str, name: &str) -> bool {
    rst.lines().any(|line| {
        let file = line
            .trim()
            .strip_prefix(".. include::")
            .map(|path| path.trim().rsplit('/').next().unwrap_or_default());
        file.and_then(|file| file.strip_suffix(".rst")) == Some(name)
    })
}

/// The metadata and the blocks of a text. A text is UTF-8 already, so that it always can be read.
fn parts_of(rst: &str) -> (Vec<String>, Vec<Placed>) {
    let Ok(read) = crate::docs::read("", rst.as_bytes()) else { return (Vec::new(), Vec::new()) };
    let parts = read.page.entries.iter().flat_map(|entry| entry.parts().to_vec()).collect();
    (read.page.metadata, parts)
}

/// One place of a setting.
#[derive(Default)]
struct Place {
    path: String,
    mark: Option<char>,
    id: Option<String>,
    displayname: Option<String>,
    description: Option<String>,
    values: bool,
    body: Vec<Content>,
    between: Vec<Placed>,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(PLACE)?.lines();
        let mut place = Self { path: lines.next()?.trim().to_owned(), ..Self::default() };
        let mut body = Vec::new();
        let mut in_options = true;
        for line in lines {
            let option = line.trim().strip_prefix(':').and_then(|rest| rest.split_once(':'));
            match option {
                Some((name, value)) if in_options => place.option(name, value.trim()),
                _ => {
                    in_options = false;
                    body.push(line);
                }
            }
        }
        for placed in parts_of(&dedented(&body)).1 {
            match &placed.part {
                Part::Verbatim(text) if text.starts_with(BODY) => {
                    let inside: Vec<&str> = text.lines().skip(1).collect();
                    place.body.extend(parts_of(&dedented(&inside)).1.into_iter().map(content_of));
                }
                _ => place.between.push(placed),
            }
        }
        Some(place)
    }

    fn option(&mut self, name: &str, value: &str) {
        match name {
            "mark" => self.mark = value.chars().next(),
            "id" => self.id = Some(value.to_owned()),
            "displayname" => self.displayname = Some(value.to_owned()),
            "description" => self.description = Some(value.to_owned()),
            "values" => self.values = true,
            _ => {}
        }
    }

    /// The setting as the page shows it.
    fn parts(&self, leaf: &Leaf, form: Form<'_>, page: &str, with_anchor: bool) -> Vec<Placed> {
        let mut parts = Vec::new();
        for placed in entry_parts(leaf, form) {
            match placed.part {
                Part::Verbatim(_) if !with_anchor || self.id == Some(anchor(&self.path)) => {}
                Part::Heading(heading) => {
                    let heading = Heading { mark: self.mark.unwrap_or(heading.mark), ..heading };
                    parts.push(Placed::by_rule(Part::Heading(heading)));
                    parts.extend(self.between.iter().cloned());
                }
                // The setting's badge is right below the heading.
                Part::Badge(_) => {
                    let at = parts.len().saturating_sub(self.between.len());
                    parts.insert(at, placed);
                }
                Part::Table(table) => {
                    parts.splice(0..0, self.directive(&table, leaf, page).map(Placed::by_rule));
                    parts.push(Placed::by_rule(Part::Table(table)));
                }
                part => parts.push(Placed::by_rule(part)),
            }
        }
        parts
    }

    fn directive(&self, table: &Table, leaf: &Leaf, page: &str) -> Option<Part> {
        let id = self.id.clone()?;
        let mut made = directive_of(table, Some(leaf.setting.title), page);
        made.options.retain(|option| option.name.value != "default");
        for (name, own) in [("displayname", &self.displayname), ("description", &self.description)] {
            let Some(own) = own else { continue };
            let value = own.clone().into();
            match made.options.iter_mut().find(|option| option.name.value == name) {
                Some(option) => option.value = value,
                None => made.options.push(DirectiveOption { name: name.into(), value }),
            }
        }
        let lists = table.rows.iter().flat_map(|row: &Row| &row.left);
        let lists = lists.filter(|content| self.values && matches!(content, Content::Values(_)));
        let body = lists.chain(&self.body).cloned().collect();
        Some(Part::Directive(Directive { id: id.into(), body, ..made }))
    }
}

/// Lines without the blanks that all of them begin with.
fn dedented(lines: &[&str]) -> String {
    let blanks = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let indent = lines.iter().filter(|line| !line.trim().is_empty()).map(blanks).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// A block of a page as one of a directive's body.
fn content_of(placed: Placed) -> Content {
    match placed.part {
        Part::Hint(hint) => Content::Hint(hint),
        Part::Values(items) => Content::Values(items),
        Part::Text(text) => Content::Text(text),
        part => Content::Verbatim(layout::part(&part, false).into()),
    }
}
