//! The lines by which shells ask the program, and the answers.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine;
use clap_complete::env::EnvCompleter;

/// Bash, which completes a setting's path and its value as separate words.
pub(super) const BASH: Asking = Asking { name: "bash", lines: include_str!("lines.bash"), escape: posix };

/// Zsh, with a matcher for paths in any letter case.
pub(super) const ZSH: Asking = Asking { name: "zsh", lines: include_str!("lines.zsh"), escape: posix };

/// Fish, which passes the last word with its opening quote.
pub(super) const FISH: Asking = Asking { name: "fish", lines: include_str!("lines.fish"), escape: fish };

/// A shell that passes the words up to the cursor, and reads one candidate on each line, its summary after a tab.
pub(super) struct Asking {
    name: &'static str,
    /// The lines that it reads at its start, with `FUNCTION`, `VARIABLE`, `PROGRAM` and `NAME` to fill in.
    lines: &'static str,
    /// Escapes a text for single quotes.
    escape: fn(&str) -> String,
}

impl EnvCompleter for Asking {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let function = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        // names last: they may hold what looks like a place to fill in
        let lines = self.lines.replace("FUNCTION", &function).replace("VARIABLE", var);
        let quoted = |word| format!("'{}'", (self.escape)(word));
        let (program, bin) = (quoted(completer), quoted(bin));
        let parts = lines.split("PROGRAM").map(|part| part.replace("NAME", &bin)).collect::<Vec<_>>();
        buf.write_all(parts.join(&program).as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let last = args.len().saturating_sub(1);
        for candidate in engine::complete(cmd, args, last, current_dir)? {
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let summary = help.lines().next().unwrap_or_default();
            let tab = if summary.is_empty() { "" } else { "\t" };
            writeln!(buf, "{}{tab}{summary}", candidate.get_value().to_string_lossy())?;
        }
        Ok(())
    }
}

fn posix(word: &str) -> String {
    word.replace('\'', r"'\''")
}

fn fish(word: &str) -> String {
    word.replace('\\', r"\\").replace('\'', r"\'")
}
