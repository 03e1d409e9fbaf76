//! The usual places of a program's configuration.

use std::path::PathBuf;

use super::environment::Environment;
use crate::format::FileFormat;

/// The names of a configuration file, weak to strong.
const NAMES: [&str; 4] = ["config.json", "config.toml", "config.yaml", "config.yml"];

/// The folder of further files.
const FOLDER: &str = "conf.d";

/// Returns the files that usually hold the configuration of a program, whether or not they exist, weak to strong.
///
/// In the folders of the system, and then in that of the user, these are the files that are called `config` with the
/// ending of a format that the program reads, and then the folder `conf.d`. The folders follow the XDG Base Directory
/// Specification: `/etc/xdg/NAME`, or what `XDG_CONFIG_DIRS` names; `/etc/NAME`; and `~/.config/NAME`, or what
/// `XDG_CONFIG_HOME` names. On Windows they are `%PROGRAMDATA%\NAME` and `%APPDATA%\NAME`.
///
/// ```
/// use std::path::Path;
///
/// use settings_core::resolve::{Environment, usual_files};
///
/// # if cfg!(unix) {
/// let files = usual_files("chatd", &Environment::from_iter([("HOME", "/home/ann")]));
/// assert!(files.iter().any(|file| file == Path::new("/etc/chatd/config.json")));
/// assert_eq!(files.last().map(|file| file.as_path()), Some(Path::new("/home/ann/.config/chatd/conf.d")));
/// # }
/// ```
pub fn usual_files(program: &str, environment: &Environment) -> Vec<PathBuf> {
    // a format that the program does not read must not count as JSON
    let names = NAMES.into_iter().filter(|name| FileFormat::from_ending(name).is_some()).chain([FOLDER]);
    let files = |folder: PathBuf| names.clone().map(move |name| folder.join(name)).collect::<Vec<_>>();
    folders(program, environment).into_iter().flat_map(files).collect()
}

/// Returns the usual folders of a program, weak to strong.
fn folders(program: &str, environment: &Environment) -> Vec<PathBuf> {
    let bases = if cfg!(windows) { windows(environment) } else { xdg(environment) };
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in bases.into_iter().map(|base| base.join(program)) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

fn windows(environment: &Environment) -> Vec<PathBuf> {
    ["PROGRAMDATA", "APPDATA"].into_iter().filter_map(|name| absolute(environment.text(name)?)).collect()
}

fn xdg(environment: &Environment) -> Vec<PathBuf> {
    let system = environment.text("XDG_CONFIG_DIRS").filter(|folders| !folders.is_empty());
    // the specification names the strongest first
    let system = system.unwrap_or("/etc/xdg").split(':').rev().filter_map(absolute);
    let own = environment.text("XDG_CONFIG_HOME").and_then(absolute);
    let user = own.or_else(|| Some(absolute(environment.text("HOME")?)?.join(".config")));
    system.chain([PathBuf::from("/etc")]).chain(user).collect()
}

/// Returns the path, unless it is relative, which the specification ignores.
fn absolute(path: &str) -> Option<PathBuf> {
    Some(PathBuf::from(path)).filter(|path| path.is_absolute())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::resolve::Layers;

    #[test]
    fn folders_follow_the_specification() {
        let folders = |variables: &[(&str, &str)]| {
            let environment = variables.iter().copied().collect();
            super::folders("x", &environment)
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(folders(&[]), ["/etc/xdg/x", "/etc/x"]);
        let set = [("XDG_CONFIG_DIRS", "/a:/b:relative:/etc"), ("XDG_CONFIG_HOME", "/c"), ("HOME", "/d")];
        assert_eq!(folders(&set), ["/etc/x", "/b/x", "/a/x", "/c/x"]);
        let relative = [("XDG_CONFIG_HOME", "c"), ("HOME", "/d")];
        assert_eq!(folders(&relative), ["/etc/xdg/x", "/etc/x", "/d/.config/x"]);
    }

    #[test]
    fn files_of_one_folder_are_read_from_weak_to_strong() {
        let base = std::env::temp_dir().join(format!("settings-places-{}", std::process::id()));
        let folder = base.join("x");
        std::fs::create_dir_all(folder.join("conf.d")).unwrap();
        let files = [folder.join("config.json"), folder.join("conf.d/1.json")];
        files.iter().for_each(|file| std::fs::write(file, "{}").unwrap());
        let environment = Environment::from_iter([("XDG_CONFIG_HOME", base.to_str().unwrap())]);
        let layers = Layers::new().read_usual("x", &environment).unwrap();
        let names: Vec<_> = layers.sources.iter().map(|source| PathBuf::from(&source.name)).collect();
        assert_eq!(names, files);
        std::fs::write(&files[0], [0xff]).unwrap();
        assert!(Layers::new().read_usual("x", &environment).is_err());
        std::fs::remove_dir_all(&base).unwrap();
        assert!(Layers::new().read_usual("x", &environment).unwrap().sources.is_empty());
    }
}
