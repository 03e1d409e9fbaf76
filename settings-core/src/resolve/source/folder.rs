//! A folder of configuration files.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::reading::Unreadable;
use crate::format::FileFormat;
use crate::resolve::report::{Code, Diagnostic, Place};

/// Endings of configuration formats, some of which this program may not read.
const OTHER_ENDINGS: [&str; 7] = ["conf", "cfg", "ini", "properties", "toml", "yaml", "yml"];

/// The files of a folder.
pub(super) struct Folder {
    /// The configuration files in the order of their names.
    pub(super) files: Vec<PathBuf>,
    /// Warnings of files that look like configuration but are not read.
    pub(super) findings: Vec<Diagnostic>,
}

/// Lists a folder. Hidden files, and folders, are skipped; a folder with the name of a configuration file is not: it
/// cannot be read, which is an error.
pub(super) fn list(folder: &Path) -> Result<Folder, Unreadable> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Unreadable::from_io(folder))? {
        let path = entry.map_err(Unreadable::from_io(folder))?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && (!path.is_dir() || FileFormat::from_ending(&path).is_some()) {
            paths.push(path);
        }
    }
    paths.sort();
    let (files, others): (Vec<_>, _) =
        paths.into_iter().partition(|path| FileFormat::from_ending(path).is_some());
    Ok(Folder { files, findings: others.iter().filter_map(|path| ignored(path)).collect() })
}

/// Warns of a file that has the ending of a configuration format which this program does not read.
fn ignored(path: &Path) -> Option<Diagnostic> {
    let ending = path.extension().and_then(OsStr::to_str)?;
    if !OTHER_ENDINGS.iter().any(|other| other.eq_ignore_ascii_case(ending)) {
        return None;
    }
    let message =
        format!("the file is ignored: `.{ending}` is not the ending of a format that this program reads");
    let place = Place::File { name: path.display().to_string(), line: 1, column: 1, snippet: None };
    Some(
        Diagnostic::warning(Code::IgnoredFile, message)
            .at(place)
            .help(format!("give it one of the endings {}", endings())),
    )
}

/// Returns the endings of the formats that this program reads.
fn endings() -> String {
    let all = ["json", "toml", "yaml"].into_iter().filter(|ending| ending.parse::<FileFormat>().is_ok());
    all.map(|ending| format!("`.{ending}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn files_are_in_the_order_of_their_names_and_others_are_reported() {
        let folder = std::env::temp_dir().join(format!("settings-folder-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("30-sub")).unwrap();
        for name in ["20-b.json", "10-a.json", ".hidden.json", "README", "20-b.json~", "40.ini", "9.JSON"] {
            std::fs::write(folder.join(name), "{}").unwrap();
        }
        let found = list(&folder).unwrap();
        let names: Vec<_> =
            found.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["10-a.json", "20-b.json", "9.JSON"]);
        let lines: Vec<_> = found.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            lines,
            ["the file is ignored: `.ini` is not the ending of a format that this program reads"]
        );
        std::fs::create_dir(folder.join("50.json")).unwrap();
        assert!(list(&folder).unwrap().files.iter().any(|file| file.ends_with("50.json")));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(list(&folder).is_err());
    }
}
