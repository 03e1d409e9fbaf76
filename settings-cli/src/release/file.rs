//! `schema --release`: writes and checks the file of a release.

use std::path::PathBuf;

use clap::Args;

use super::load;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::release::{Release, compare};

/// The options of `schema` that concern the file of a release.
#[derive(Args, Debug)]
pub(crate) struct Writing {
    /// Print the settings of this release as data, to keep next to the code
    #[arg(long)]
    release: bool,
    /// The version of the program
    #[arg(long, value_name = "VERSION", requires = "release")]
    program_version: Option<String>,
    /// Take the settings from this page model, or release file, instead of the program
    #[arg(long, value_name = "MODEL.json", requires = "release")]
    from: Option<PathBuf>,
    /// Print nothing; fail with the changes if this file is not what would be written
    #[arg(long, value_name = "FILE", requires = "release")]
    check: Option<PathBuf>,
}

impl Writing {
    pub(crate) const fn is_wanted(&self) -> bool {
        self.release
    }

    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let mut release = match &self.from {
            Some(path) => load(path, context.err)?,
            None => Release::of::<T>(),
        };
        if self.program_version.is_some() {
            release.version.clone_from(&self.program_version);
        }
        match &self.check {
            Some(path) => self.check(path, release, context),
            None => {
                context.out.write_all(release.to_text().as_bytes())?;
                Ok(Verdict::Good)
            }
        }
    }

    /// Compares a file that is kept with the text that would be written.
    fn check(&self, path: &std::path::Path, mut release: Release, context: &mut Context<'_>) -> Outcome {
        let unreadable = |why: &dyn std::fmt::Display| Failure::Usage(format!("{}: {why}", path.display()));
        let text = Release::read_text(path).map_err(|error| unreadable(&error))?;
        let kept = Release::parse(&text).map_err(|error| unreadable(&error))?;
        // without an argument, the version is the kept one's
        if release.version.is_none() {
            release.version.clone_from(&kept.version);
        }
        if text == release.to_text() {
            return Ok(Verdict::Good);
        }
        let program = context.program_words().to_owned();
        let out = &mut *context.out;
        writeln!(out, "{} is not current", path.display())?;
        for change in compare(&kept, &release) {
            writeln!(out, "  {change}")?;
        }
        let version =
            release.version.map(|version| format!(" --program-version {version}")).unwrap_or_default();
        let from = self.from.as_ref().map(|from| format!(" --from {}", from.display())).unwrap_or_default();
        writeln!(out, "\nto write it: {program} schema --release{version}{from} > {}", path.display())?;
        Ok(Verdict::Findings)
    }
}
