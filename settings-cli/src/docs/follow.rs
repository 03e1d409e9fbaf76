//! `docs build --watch`: writes pages again when the sources, or the model, change.
//!
//! A program's settings are compiled in. So after a change of its sources the program is compiled and run again with the
//! same arguments (`cargo run … -- docs build …`), or a command that the author names is run.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;

use clap::Args;

use crate::{Failure, Outcome};
use settings_core::store::watch::{Debounce, FileWatcher};

/// The options of `--watch`.
#[derive(Args, Debug, Default)]
pub(crate) struct Follow {
    /// Keep running, and write again whenever the sources (or the model) change
    #[arg(long, conflicts_with = "check")]
    watch: bool,
    /// A file or folder of sources to follow [default: src, next to the program's Cargo.toml]
    #[arg(long, value_name = "PATH", requires = "watch")]
    source: Vec<PathBuf>,
    /// The command to run after a change of sources [default: cargo run … -- docs build …]
    #[arg(long, value_name = "COMMAND", requires = "watch", conflicts_with = "from")]
    rebuild: Option<String>,
}

impl Follow {
    pub(crate) const fn is_wanted(&self) -> bool {
        self.watch
    }

    /// Runs until the process ends. `again` writes from the model; `arguments` are those of the build itself.
    pub(crate) fn run(
        &self,
        model: Option<&Path>,
        arguments: Vec<OsString>,
        written: &Path,
        out: &mut dyn Write,
        again: impl Fn(&mut dyn Write) -> Outcome,
    ) -> Result<(), Failure> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let followed = match model {
            Some(model) => vec![model.to_owned()],
            None if self.source.is_empty() => vec![package.join("src")],
            None => self.source.clone(),
        };
        if let Some(absent) = followed.iter().find(|path| !path.exists()) {
            let hint = "name the sources with --source";
            return Err(Failure::Usage(format!("{}: there is nothing to follow: {hint}", absent.display())));
        }
        // Once the program is rebuilt, its file is another one, and the system calls this one "… (deleted)".
        let program = env::current_exe().ok();
        let (sender, news) = mpsc::channel();
        let watcher = FileWatcher::start(followed.clone(), Debounce::default(), move |changed| {
            // the receiver lives as long as the process
            let _ = sender.send(changed.to_vec());
        });
        let _watcher = watcher.map_err(|error| Failure::Failed(format!("cannot follow files: {error}")))?;
        writeln!(out, "watching {}", listed(&followed))?;
        out.flush()?;
        for changed in news {
            // the written pages are not sources
            let changed: Vec<PathBuf> =
                changed.into_iter().filter(|path| !path.starts_with(written)).collect();
            if changed.is_empty() {
                continue;
            }
            writeln!(out, "changed {}", listed(&changed))?;
            out.flush()?;
            match model {
                Some(_) => {
                    if let Err(failure) = again(out) {
                        // the author is in the middle of something
                        writeln!(out, "{failure}")?;
                    }
                }
                None => rebuild(self.command(program.as_deref(), &package, &arguments)?, out)?,
            }
            out.flush()?;
        }
        Err(Failure::Failed("the files are no longer watched".to_owned()))
    }

    /// Returns the command that was given, or one that compiles and runs this program again.
    fn command(
        &self,
        program: Option<&Path>,
        package: &Path,
        arguments: &[OsString],
    ) -> Result<Command, Failure> {
        if let Some(given) = &self.rebuild {
            let mut words = given.split_whitespace();
            let given =
                words.next().ok_or_else(|| Failure::Usage("--rebuild names no command".to_owned()))?;
            let mut command = Command::new(given);
            command.args(words);
            return Ok(command);
        }
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["run", "--quiet", "--manifest-path"]).arg(package.join("Cargo.toml"));
        if let Some(name) = program.and_then(Path::file_stem) {
            command.arg("--bin").arg(name);
        }
        command.arg("--").args(["docs", "build"]).args(arguments);
        Ok(command)
    }
}

/// Runs the command and passes its output on. A failure is reported, and the next change is tried again.
fn rebuild(mut command: Command, out: &mut dyn Write) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).stderr(Stdio::inherit()).output() {
        Ok(done) => {
            out.write_all(&done.stdout)?;
            if done.status.success() {
                writeln!(out, "rebuilt")?;
            } else {
                writeln!(out, "not rebuilt: {program} ended with {}", done.status)?;
            }
        }
        Err(error) => writeln!(out, "not rebuilt: cannot run {program}: {error}")?,
    }
    Ok(())
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        let all = std::iter::once(command.get_program()).chain(command.get_args());
        all.map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_change_of_sources_compiles_and_runs_the_program_again() {
        // the program was replaced by a build, so its path now ends in ` (deleted)`: its name was taken before
        let program = Some(Path::new("target/debug/my-server"));
        let arguments = ["--style".into(), "directive".into()];
        let command = Follow::default().command(program, Path::new("server"), &arguments);
        let words = words(&command.unwrap());
        assert!(words.windows(2).any(|pair| pair == ["--bin", "my-server"]), "{words:?}");
        let end = words.iter().position(|word| word == "--").unwrap();
        assert!(words.contains(&"server/Cargo.toml".to_owned()), "{words:?}");
        assert_eq!(words.get(end..).unwrap(), ["--", "docs", "build", "--style", "directive"]);
    }

    #[test]
    fn the_authors_own_command_is_run_instead() {
        let follow = Follow { rebuild: Some(" cargo build  -p docs ".to_owned()), ..Follow::default() };
        assert_eq!(
            words(&follow.command(None, Path::new("."), &[]).unwrap()),
            ["cargo", "build", "-p", "docs"]
        );
        let empty = Follow { rebuild: Some(" ".to_owned()), ..Follow::default() };
        assert!(empty.command(None, Path::new("."), &[]).is_err());
    }
}
