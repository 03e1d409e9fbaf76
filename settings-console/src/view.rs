//! The settings as one visitor sees them.

use std::cell::OnceCell;

use settings_core::resolve::{Diagnostic, Effective, Idle, Layer, Origin};
use settings_core::schema::Kind;
use settings_core::value::json::Tree;
use settings_core::value::to_json;

use crate::app::App;
use crate::backend::Opened;
use crate::catalogue::Place;
use crate::gate::{Access, Subject, Visitor};

/// The settings that a visitor may see, and the pages they are on.
pub(crate) struct View<'r> {
    app: &'r App,
    opened: &'r dyn Opened,
    /// In the order of the structs.
    pub(crate) entries: Vec<Entry<'r>>,
    pub(crate) pages: Vec<Page<'r>>,
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) revision: &'r str,
    /// True if settings are hidden from the visitor.
    pub(crate) is_partial: bool,
}

/// One setting without its values.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'r> {
    pub(crate) place: &'r Place,
    pub(crate) access: Access,
    /// The number of its page.
    pub(crate) page: usize,
}

/// One setting with its values.
pub(crate) struct Item<'r> {
    pub(crate) path: &'r str,
    pub(crate) effective: Effective<'r>,
    /// The value in the file alone.
    pub(crate) stored: Effective<'r>,
    /// The layer of the file.
    pub(crate) file: Layer,
    pub(crate) access: Access,
    /// The number of its page.
    pub(crate) page: usize,
    app: &'r App,
    place: &'r Place,
    /// The state of the file, once it is needed.
    was: OnceCell<String>,
    /// The setting that leaves this one without effect.
    pub(crate) idle: Option<Idle>,
}

/// One page of the console.
pub(crate) struct Page<'r> {
    /// The whole name, such as `Environment > SMTP`.
    pub(crate) name: &'r str,
    /// The name in addresses.
    pub(crate) slug: String,
}

impl Page<'_> {
    /// Returns the last part of the name.
    pub(crate) fn title(&self) -> &str {
        self.name.rsplit('>').next().unwrap_or_default().trim()
    }

    /// Returns the first part of the name, if it has several.
    pub(crate) fn group(&self) -> Option<&str> {
        self.name.split_once('>').map(|(group, _)| group.trim())
    }
}

impl<'r> View<'r> {
    pub(crate) fn new(app: &'r App, opened: &'r dyn Opened, visitor: &Visitor) -> Self {
        let (mut entries, mut pages) = (Vec::with_capacity(app.catalogue.len()), Vec::<Page<'_>>::new());
        for place in &app.catalogue {
            let access = access(app, visitor, place.subject());
            if access == Access::Hidden {
                continue;
            }
            // most settings are on the page of the one before
            let page = match pages.iter().rposition(|page| page.name == place.page) {
                Some(page) => page,
                None => {
                    let slug = slug(&place.page, &pages);
                    pages.push(Page { name: &place.page, slug });
                    pages.len() - 1
                }
            };
            entries.push(Entry { place, access, page });
        }
        let is_partial = entries.len() < app.catalogue.len();
        let revision = opened.revision(&app.keys);
        let mut view = Self { app, opened, entries, pages, findings: Vec::new(), revision, is_partial };
        let findings = opened.effective().report().diagnostics().iter();
        view.findings = findings.filter(|found| view.shows(found)).cloned().collect();
        if is_partial {
            view.findings.iter_mut().for_each(remove_neighbours);
        }
        view
    }

    /// Returns whether the visitor may see a finding.
    pub(crate) fn shows(&self, found: &Diagnostic) -> bool {
        // the words of a finding without a setting may name what is hidden
        !self.is_partial || found.setting.as_ref().is_some_and(|path| self.entry_of(path).is_some())
    }

    /// Returns the setting with this path.
    pub(crate) fn entry(&self, path: &str) -> Option<&Entry<'r>> {
        self.entries.iter().find(|entry| entry.place.path == path)
    }

    /// Returns the setting whose path this is, or leads into its value.
    pub(crate) fn entry_of(&self, path: &str) -> Option<&Entry<'r>> {
        self.entries.iter().find(|entry| entry.place.holds(path))
    }

    /// Returns the setting with this path and its values.
    pub(crate) fn item(&self, path: &str) -> Option<Item<'r>> {
        self.with_values(self.entry(path)?)
    }

    /// Returns the settings of a page with their values.
    pub(crate) fn items_of(&self, page: usize) -> Vec<Item<'r>> {
        let entries = self.entries.iter().filter(|entry| entry.page == page);
        entries.filter_map(|entry| self.with_values(entry)).collect()
    }

    /// Returns all settings with their values.
    pub(crate) fn items(&self) -> impl Iterator<Item = Item<'r>> {
        self.entries.iter().filter_map(|entry| self.with_values(entry))
    }

    /// Returns a setting with its values.
    pub(crate) fn with_values(&self, entry: &Entry<'r>) -> Option<Item<'r>> {
        let Entry { place, access, page } = *entry;
        let (resolved, path) = (self.opened.effective(), place.path.as_str());
        let effective = resolved.setting(path).ok()?;
        let stored = self.opened.stored().setting(path).ok()?;
        let idle = resolved.idle(&effective).filter(|idle| self.entry(&idle.path).is_some());
        let (file, app, was) = (self.opened.layer(), self.app, OnceCell::new());
        Some(Item { path, effective, stored, file, access, page, app, place, was, idle })
    }

    /// Returns the findings of one setting.
    pub(crate) fn findings_of<'v>(&'v self, item: &'v Item<'_>) -> impl Iterator<Item = &'v Diagnostic> {
        self.findings.iter().filter(|found| {
            let own = found.setting.as_ref().is_some_and(|path| item.holds(path));
            own || concerns(found, item)
        })
    }
}

/// Returns whether the finding is that of a rule that looks at the setting.
fn concerns(found: &Diagnostic, item: &Item<'_>) -> bool {
    found.code == settings_core::resolve::Code::Rule
        && item.effective.rules().any(|rule| found.message.contains(rule.message))
}

/// Removes the source line, on which hidden settings may be too.
fn remove_neighbours(found: &mut Diagnostic) {
    use settings_core::resolve::Place;

    if let Place::File { snippet, .. } = &mut found.place {
        *snippet = None;
    }
    found.related.clear();
}

/// Returns the right of a visitor to a setting, within what the console allows.
pub(crate) fn access(app: &App, visitor: &Visitor, subject: Subject<'_>) -> Access {
    let path = subject.path;
    let access = visitor.access(subject);
    if app.is_read_only || app.locked.iter().any(|locked| locked == path) {
        access.min(Access::Read)
    } else {
        access
    }
}

fn slug(name: &str, pages: &[Page<'_>]) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = if slug.is_empty() { "page" } else { slug.trim_end_matches('-') };
    let is_taken = |slug: &str| pages.iter().any(|page| page.slug == slug);
    let mut numbered = (2..).map(|number| format!("{slug}-{number}"));
    if is_taken(slug) { numbered.find(|slug| !is_taken(slug)).unwrap_or_default() } else { slug.to_owned() }
}

/// Returns the state of the file for one setting: `-` (not there), `=` (there) or `!` (there and unreadable) with the
/// value that the page shows as JSON; `#` with a mark where the value is never shown.
pub(crate) fn was(app: &App, path: &str, effective: &Effective<'_>, stored: &Effective<'_>) -> String {
    let there = is_of_file(stored.layer());
    if is_write_only(effective, stored) {
        return match there {
            true => {
                let value = to_json(&stored.setting.kind, &stored.value);
                format!("#{}", app.keys.hash(&[path, &value]))
            }
            false => "-".to_owned(),
        };
    }
    match (there, is_unreadable(stored)) {
        (true, _) => format!("={}", stored.shown()),
        (false, true) => format!("!{}", effective.shown()),
        (false, false) => format!("-{}", effective.shown()),
    }
}

const fn is_of_file(layer: Layer) -> bool {
    matches!(layer, Layer::File | Layer::External)
}

/// Returns whether the file gives a value that can't be read.
fn is_unreadable(stored: &Effective<'_>) -> bool {
    stored.overridden.iter().any(|(origin, value)| value.is_none() && is_of_file(origin.layer()))
}

/// Returns whether the value is never shown: a secret, or a URL with a password.
fn is_write_only(effective: &Effective<'_>, stored: &Effective<'_>) -> bool {
    effective.setting.kind.is_secret() || effective.holds_password() || stored.holds_password()
}

impl Item<'_> {
    /// Returns the metadata's kind.
    pub(crate) fn kind(&self) -> &'static Kind {
        &self.effective.setting.kind
    }

    /// Returns whether `path` is the setting's or leads into its value.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.place.holds(path)
    }

    /// Returns the state of the file that a form posts back, to find changes made meanwhile.
    pub(crate) fn was(&self) -> &str {
        self.was.get_or_init(|| was(self.app, self.path, &self.effective, &self.stored))
    }

    /// Returns whether the file gives a value.
    pub(crate) fn is_in_file(&self) -> bool {
        is_of_file(self.stored.layer()) || is_unreadable(&self.stored) && !self.is_write_only()
    }

    pub(crate) fn is_write_only(&self) -> bool {
        is_write_only(&self.effective, &self.stored)
    }

    /// Returns the strongest origin above the file, even that of a value that can't be read.
    pub(crate) fn lock(&self) -> Option<&Origin> {
        let others = self.effective.overridden.iter().map(|(origin, _)| origin);
        let strongest = others.chain([&self.effective.origin]).max_by_key(|origin| origin.layer());
        strongest.filter(|origin| origin.layer() > self.file)
    }

    pub(crate) fn is_editable(&self) -> bool {
        self.access == Access::Write && self.lock().is_none()
    }

    /// Returns whether the value is not the default.
    pub(crate) fn is_different(&self) -> bool {
        let effective = &self.effective;
        let default = effective.overridden.iter().rev().find(|(origin, _)| *origin == Origin::Default);
        default.is_some_and(|(_, default)| default.as_ref() != Some(&effective.value))
    }

    /// Returns the value that a form shows: that of the file, or the one in effect.
    pub(crate) fn shown(&self) -> Tree {
        let text = self.was().get(1..).unwrap_or_default();
        Tree::parse(text).unwrap_or_default()
    }
}
