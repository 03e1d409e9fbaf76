//! The list of the files that were generated.

use std::path::{Component, Path, PathBuf};

use super::Artefact;

/// The name of the file in the output folder that lists everything that [`update`](super::update) wrote there.
pub const MANIFEST: &str = ".generated";

const LEAD: &str = "# The files here that are generated. One that is no longer generated is removed.\n";

/// The text of the list.
pub(super) fn text(artefacts: &[Artefact]) -> String {
    let mut names: Vec<String> =
        artefacts.iter().map(|artefact| artefact.name.display().to_string().replace('\\', "/")).collect();
    names.sort_unstable();
    names.dedup();
    let mut text = LEAD.to_owned();
    names.iter().for_each(|name| text.push_str(&format!("{name}\n")));
    text
}

/// The names in a list. A path that leads out of the folder is none.
pub(super) fn names(text: &str) -> Vec<PathBuf> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_inside = |path: &&Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    lines.map(Path::new).filter(is_inside).map(Path::to_owned).collect()
}
