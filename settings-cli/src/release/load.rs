//! Releases from files.

use std::io::Write;
use std::path::Path;

use settings_core::release::Release;

use crate::Failure;

/// Reads a release file, or with the group `docs` also a page model that `docs import --to json` wrote.
///
/// Notes about what a model does not state go to `err`.
pub(crate) fn load(path: &Path, err: &mut dyn Write) -> Result<Release, Failure> {
    let unreadable = |why: &dyn std::fmt::Display| Failure::Usage(format!("{}: {why}", path.display()));
    let text = Release::read_text(path).map_err(|error| unreadable(&error))?;
    if !Release::is_release(&text)
        && let Some(release) = imported(&text, path, err)?
    {
        return Ok(release);
    }
    Release::parse(&text).map_err(|error| unreadable(&error))
}

/// Reads the release files of a folder, or one file, the oldest first.
pub(crate) fn load_all(path: &Path, err: &mut dyn Write) -> Result<Vec<Release>, Failure> {
    if !path.is_dir() {
        return Ok(vec![load(path, err)?]);
    }
    let releases = in_folder(path, err)?;
    if releases.is_empty() {
        let why = "no release file: expected files that `schema --release` wrote, with the ending `.json`";
        return Err(Failure::Usage(format!("{}: {why}", path.display())));
    }
    Ok(releases)
}

fn in_folder(folder: &Path, err: &mut dyn Write) -> Result<Vec<Release>, Failure> {
    let unreadable = |error: std::io::Error| Failure::Usage(format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut releases = paths.iter().map(|path| load(path, err)).collect::<Result<Vec<_>, _>>()?;
    Release::sort_by_version(&mut releases);
    Ok(releases)
}

/// Reads the release files of a folder, the oldest first, and the program's own settings after them.
#[cfg(feature = "docs")]
pub(crate) fn kept<T: settings_core::Settings>(folder: &Path) -> Result<Vec<Release>, Failure> {
    let mut releases = in_folder(folder, &mut std::io::sink())?;
    let own = Release::of::<T>();
    let is_kept = releases.last().is_some_and(|last| {
        let mut same_version = own.clone();
        same_version.version.clone_from(&last.version);
        same_version == *last
    });
    if !is_kept {
        releases.push(own.with_version("next"));
    }
    Ok(releases)
}

/// Returns the release of a page model; `None` if the text is not one.
#[cfg(feature = "docs")]
fn imported(text: &str, path: &Path, err: &mut dyn Write) -> Result<Option<Release>, Failure> {
    use settings_core::docs::Page;
    use settings_core::docs::import::{read_models, to_release};

    let models: Vec<Page> = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text).unwrap_or_default(),
        false => serde_json::from_str(text).into_iter().collect(),
    };
    if models.is_empty() {
        return Ok(None);
    }
    let pages =
        read_models(&models).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    let imported = to_release(&pages);
    if !imported.ambiguous.is_empty() {
        let keys = imported.ambiguous.join("`, `");
        writeln!(
            err,
            "note: {}: keys without a section, on several pages, are left out: `{keys}`",
            path.display()
        )?;
    }
    Ok(Some(imported.release))
}

#[cfg(not(feature = "docs"))]
fn imported(_text: &str, _path: &Path, _err: &mut dyn Write) -> Result<Option<Release>, Failure> {
    Ok(None)
}
