//! A change of several settings, checked as a whole.

use std::collections::HashSet;

use settings_core::resolve::{Effective, Origin, Report};
use settings_core::store::{Difference, SaveOutcome, VersionStatus};

use crate::app::App;
use crate::backend::{Editable, Opened};
use crate::error::{ChangeError, Conflict, FieldError, field_errors};
use crate::gate::{Access, Subject, Visitor};
use crate::request::{Item, Request, Revisions};
use crate::view::{self, was};

/// The effect of a change.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) changes: Vec<(Difference, Option<Origin>)>,
    pub(crate) warnings: Report,
    pub(crate) revision: String,
}

/// The settings whose dangerous values are confirmed.
#[derive(Clone, Copy)]
pub(crate) enum Confirmed<'c> {
    /// All that a program changes, which is shown no text, and all that is not written.
    Unasked,
    /// Those that a visitor has confirmed on a page.
    These(&'c [String]),
}

/// The result of a change that was written.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) planned: Planned,
    /// The version in the history, if there is one.
    pub(crate) version: Option<u64>,
}

/// Makes a change in memory and returns its effect.
pub(crate) fn plan(
    app: &App,
    visitor: &Visitor,
    request: &Request,
    revisions: Option<&Revisions>,
) -> Result<Planned, ChangeError> {
    let planned =
        |opened: &mut dyn Editable| change(app, opened, visitor, request, revisions, Confirmed::Unasked);
    app.backend.edit(planned).map_err(ChangeError::Open)?
}

/// Makes a change, and writes it if it is sound as a whole.
pub(crate) fn save(
    app: &App,
    visitor: &Visitor,
    request: &Request,
    revisions: Option<&Revisions>,
    confirmed: Confirmed<'_>,
    reason: Option<String>,
) -> Result<Saved, ChangeError> {
    let mut planned = None;
    let outcome = app.backend.update(visitor.name(), reason, &mut |opened| {
        planned = Some(change(app, opened, visitor, request, revisions, confirmed)?);
        Ok(())
    })?;
    let version = match outcome {
        SaveOutcome::Written { version: VersionStatus::Added(number), .. } => Some(number),
        _ => None,
    };
    let mut planned = planned.ok_or(ChangeError::Stale)?;
    planned.revision =
        app.backend.with(|opened| opened.revision(&app.keys).to_owned()).map_err(ChangeError::Open)?;
    Ok(Saved { planned, version })
}

fn change(
    app: &App,
    opened: &mut dyn Editable,
    visitor: &Visitor,
    request: &Request,
    revisions: Option<&Revisions>,
    confirmed: Confirmed<'_>,
) -> Result<Planned, ChangeError> {
    let revision = app.keys.of_file(opened.snapshot());
    if let Some(Revisions::These(these)) = revisions
        && !these.contains(&revision)
    {
        return Err(ChangeError::Stale);
    }
    match request {
        Request::Edit(items) => edit(app, opened, visitor, items)?,
        Request::Restore(version) => {
            opened.restore(*version)?;
        }
    }
    let mut changes = opened.changes();
    if let Request::Restore(_) = request {
        let denied = changes.iter().filter_map(|(change, _)| denied(app, opened, visitor, change));
        let denied: Vec<_> = denied.collect();
        if !denied.is_empty() {
            return Err(ChangeError::Refused(denied));
        }
    }
    let warnings = opened.check()?.unwrap_or_default();
    #[cfg(feature = "mail")]
    if matches!(request, Request::Edit(_))
        && let Some(error) = crate::secrets::leak(app, opened, &changes)
    {
        return Err(ChangeError::Refused(vec![error]));
    }
    // a default that is computed from a changed setting may be that of a hidden one
    changes.retain(|(change, _)| is_visible(app, opened, visitor, &change.path.to_string()));
    let unconfirmed = unconfirmed(&changes, confirmed);
    if !unconfirmed.is_empty() {
        return Err(ChangeError::Refused(unconfirmed));
    }
    Ok(Planned { changes, warnings, revision })
}

/// Returns the dangerous values that no one has confirmed.
fn unconfirmed(changes: &[(Difference, Option<Origin>)], confirmed: Confirmed<'_>) -> Vec<FieldError> {
    let Confirmed::These(confirmed) = confirmed else { return Vec::new() };
    let asked = changes.iter().filter_map(|(change, _)| Some((change.path.to_string(), change.danger()?)));
    let open = asked.filter(|(path, _)| !confirmed.contains(path));
    open.map(|(path, danger)| FieldError::unconfirmed(&path, danger)).collect()
}

fn access(app: &App, visitor: &Visitor, path: &str, effective: &Effective<'_>) -> Access {
    let subject = Subject { path, console: effective.console(), setting: effective.setting };
    view::access(app, visitor, subject)
}

fn is_visible(app: &App, opened: &dyn Opened, visitor: &Visitor, path: &str) -> bool {
    let found = opened.effective().setting(path);
    found.is_ok_and(|found| access(app, visitor, path, &found) > Access::Hidden)
}

/// Makes every edit, or reports every mistake.
pub(crate) fn edit(
    app: &App,
    opened: &mut dyn Editable,
    visitor: &Visitor,
    items: &[Item],
) -> Result<(), ChangeError> {
    let (mut errors, mut conflicts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut wanted = Vec::new();
    for item in items {
        match allowed(app, opened, visitor, &item.path) {
            Ok(path) if seen.contains(&path) => {
                errors.push(FieldError::new(&path, "repeated", format!("`{path}` is given twice")));
            }
            Ok(path) => {
                seen.insert(path.clone());
                conflicts.extend(conflict(app, opened, &path, item));
                wanted.push((path, item));
            }
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() && !conflicts.is_empty() {
        return Err(ChangeError::Conflicts(conflicts));
    }
    for (path, item) in wanted {
        match opened.apply(&path, &item.edit) {
            Ok(_) => {}
            Err(error) => match field_errors(&error) {
                found if found.is_empty() => return Err(error.into()),
                found => errors.extend(found),
            },
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(ChangeError::Refused(errors)) }
}

/// Returns the whole path of a setting that the visitor may change.
fn allowed(app: &App, opened: &dyn Opened, visitor: &Visitor, path: &str) -> Result<String, Box<FieldError>> {
    let unknown = |nearest: Option<&str>| {
        let help = nearest.map(|nearest| format!("did you mean `{nearest}`?")).unwrap_or_default();
        Box::new(FieldError {
            help,
            ..FieldError::new(path, "unknown-path", format!("unknown setting `{path}`"))
        })
    };
    let effective = match opened.effective().setting(path) {
        Ok(effective) => effective,
        Err(error) => {
            // a name that is hidden must not come back as advice
            let nearest = error.nearest.filter(|nearest| is_visible(app, opened, visitor, nearest));
            return Err(unknown(nearest.as_deref()));
        }
    };
    let whole = effective.path.to_string();
    match access(app, visitor, &whole, &effective) {
        Access::Hidden => Err(unknown(None)),
        Access::Read => Err(Box::new(FieldError::forbidden(&whole))),
        Access::Write => Ok(whole),
    }
}

/// Returns why the visitor may not make a change that a version of the history makes.
fn denied(app: &App, opened: &dyn Opened, visitor: &Visitor, change: &Difference) -> Option<FieldError> {
    let path = change.path.to_string();
    let effective = opened.effective().setting(&path).ok()?;
    match access(app, visitor, &path, &effective) {
        Access::Write => None,
        Access::Read => Some(FieldError::forbidden(&path)),
        Access::Hidden => {
            let message = "the change concerns settings that you may not see".to_owned();
            Some(FieldError::new("", "forbidden", message))
        }
    }
}

/// Returns the conflict of an edit with the file as it is now, if there is one.
fn conflict(app: &App, opened: &dyn Opened, path: &str, item: &Item) -> Option<Conflict> {
    let base = item.base.as_deref()?;
    let effective = opened.effective().setting(path).ok()?;
    let stored = opened.stored().setting(path).ok()?;
    let now = was(app, path, &effective, &stored);
    let is_same = match (base.as_bytes().first(), now.as_bytes().first()) {
        (Some(b'-'), Some(b'-')) | (Some(b'!'), Some(b'!')) => true,
        _ => base == now,
    };
    (!is_same).then(|| Conflict {
        path: path.to_owned(),
        title: effective.setting.title,
        base: base.to_owned(),
        theirs: now,
    })
}
