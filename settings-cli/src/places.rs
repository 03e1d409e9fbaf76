//! The files that `--config` and `--profile` name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use settings_core::FileFormat;

/// A place of configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file that must exist.
    File(PathBuf),
    /// A file that may be absent.
    Optional(PathBuf),
    /// The file of a profile, which may be absent as long as the profile has another.
    Profile(PathBuf),
    /// A folder of files.
    Folder(PathBuf),
    /// Standard input.
    Stdin,
}

impl Place {
    /// Returns the path of a file; `None` for a folder and for standard input.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Optional(path) | Self::Profile(path) => Some(path),
            Self::Folder(_) | Self::Stdin => None,
        }
    }

    /// Returns the file of a profile.
    pub(crate) fn of_profile(&self) -> Option<&Path> {
        self.file().filter(|_| matches!(self, Self::Profile(_)))
    }
}

/// The files that are read if none is named.
#[derive(Debug, Default)]
pub(crate) struct Defaults<'a> {
    /// The usual files and folders of the system and of the user.
    pub(crate) usual: &'a [PathBuf],
    /// The program's own file.
    pub(crate) file: Option<&'a Path>,
}

/// Returns all places, weak to strong: the files that are named, or those that are read by default; above each file those
/// of the profiles.
pub(crate) fn places(named: &[PathBuf], defaults: &Defaults<'_>, profiles: &[String]) -> Vec<Place> {
    let mut places = Vec::new();
    let of_profiles = |path: &Path| {
        let path = path.to_owned();
        profiles.iter().map(move |profile| Place::Profile(with_profile(&path, profile)))
    };
    for path in named {
        if path.as_os_str() == "-" {
            places.push(Place::Stdin);
        } else if path.is_dir() {
            places.push(Place::Folder(path.clone()));
        } else {
            places.push(Place::File(path.clone()));
            places.extend(of_profiles(path));
        }
    }
    if !named.is_empty() {
        return places;
    }
    for path in defaults.usual {
        if path.is_dir() {
            places.push(Place::Folder(path.clone()));
            continue;
        }
        places.push(Place::Optional(path.clone()));
        // not above a folder that is missing
        if FileFormat::from_ending(path).is_some() {
            places.extend(of_profiles(path));
        }
    }
    if let Some(path) = defaults.file {
        places.push(Place::Optional(path.to_owned()));
        places.extend(of_profiles(path));
    }
    places
}

/// Returns `config.prod.json` for `config.json`.
fn with_profile(path: &Path, profile: &str) -> PathBuf {
    let mut name: OsString = path.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(profile);
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_above_their_files() {
        let named = ["a/config.toml", "-", "chat"].map(PathBuf::from);
        let file = |path: &str| Place::File(PathBuf::from(path));
        let of_profile = |path: &str| Place::Profile(PathBuf::from(path));
        let default = Defaults { usual: &[], file: Some(Path::new("config.json")) };
        assert_eq!(
            places(&named, &default, &["prod".to_owned()]),
            [
                file("a/config.toml"),
                of_profile("a/config.prod.toml"),
                Place::Stdin,
                file("chat"),
                of_profile("chat.prod")
            ]
        );
        assert_eq!(
            places(&[], &default, &["a".to_owned(), "b".to_owned()]),
            [
                Place::Optional(PathBuf::from("config.json")),
                of_profile("config.a.json"),
                of_profile("config.b.json")
            ]
        );
        assert_eq!(places(&[".".into()], &default, &["a".to_owned()]), [Place::Folder(".".into())]);
    }
}
