//! The cost of building a crate: time, crates, size. Times are the processors' (user and system), so that other work on the
//! machine counts less; of several tries the least is reported.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A crate that is measured: a library with settings, and a program that resolves them.
#[derive(Clone, Debug)]
pub struct Measured<'m> {
    /// Its name in the table.
    pub name: &'m str,
    /// Its dependencies, as Cargo.toml has them; `ROOT` is the workspace.
    pub dependencies: &'m str,
    /// Its library. The name of the crate is `measured`.
    pub library: String,
    /// Its program.
    pub program: String,
    /// The name and the text of the file that the program reads.
    pub file: (&'m str, String),
}

/// The measurements of one crate.
#[derive(Clone, Debug)]
pub struct Costs {
    /// The crate's name in the table.
    pub name: String,
    /// Seconds for everything, from nothing.
    pub clean: f64,
    /// Seconds to check the library alone, from nothing.
    pub check: f64,
    /// The same after a line of it has changed.
    pub edit: f64,
    /// The lines of the library after all macros.
    pub expanded: usize,
    /// The number of crates it depends on, without those of build scripts.
    pub crates: usize,
    /// The size of the optimized, stripped program, in KiB.
    pub size: u64,
}

/// Prints a table of costs, with the difference from the first.
pub fn print(title: &str, all: &[Costs]) {
    println!(
        "\n{title:10} {:>9} {:>9} {:>11} {:>9} {:>11} {:>9} {:>7} {:>9}",
        "clean s", "check s", "over first", "edit s", "over first", "expanded", "crates", "KiB"
    );
    for it in all {
        let over = |of: fn(&Costs) -> f64| format!("{:+.2}", of(it) - all.first().map_or(0.0, of));
        println!(
            "{:10} {:>9.1} {:>9.2} {:>11} {:>9.2} {:>11} {:>9} {:>7} {:>9}",
            it.name,
            it.clean,
            it.check,
            over(|it| it.check),
            it.edit,
            over(|it| it.edit),
            it.expanded,
            it.crates,
            it.size
        );
    }
}

/// Builds a crate in a folder of the workspace's `target`, and measures it.
///
/// # Errors
/// If the crate does not build, or its program fails.
pub fn measure(root: &Path, folder: &str, crate_: &Measured<'_>) -> Result<Costs, Box<dyn Error>> {
    Project::new(root, folder, crate_)?.measure()
}

struct Project<'m> {
    measured: &'m Measured<'m>,
    folder: PathBuf,
}

impl<'m> Project<'m> {
    fn new(root: &Path, folder: &str, measured: &'m Measured<'m>) -> Result<Self, Box<dyn Error>> {
        let folder = root.join("target").join(folder).join(measured.name);
        fs::create_dir_all(folder.join("src"))?;
        let dependencies =
            measured.dependencies.replace("ROOT", root.to_str().ok_or("the path is not UTF-8")?);
        let manifest = format!(
            "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.release]\nstrip = true\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("src/lib.rs"), &measured.library)?;
        fs::write(folder.join("src/main.rs"), &measured.program)?;
        fs::write(folder.join(measured.file.0), &measured.file.1)?;
        Ok(Self { measured, folder })
    }

    fn measure(&self) -> Result<Costs, Box<dyn Error>> {
        let source = &self.measured.library;
        let _ = fs::remove_dir_all(self.folder.join("target"));
        self.run(&["fetch"])?;
        let clean = self.time(&["build", "--lib"])?;
        let crates = self.text(&["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"], &[])?;
        let mut crates: Vec<_> = crates.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        crates.sort_unstable();
        crates.dedup();
        self.run(&["check", "--lib"])?;
        let mut check = f64::MAX;
        for _ in 0..3 {
            self.run(&["clean", "--package", "measured"])?;
            check = check.min(self.time(&["check", "--lib"])?);
        }
        let mut edit = f64::MAX;
        for number in 0..5 {
            // a line in the middle moves every line after it, as an edit does
            let at = source.len() / 2;
            let rest = source.get(at..).and_then(|rest| rest.find("\n#[derive"));
            let (before, after) = source.split_at(at + rest.ok_or("no struct follows")?);
            let edited = format!("{before}\n/// Edited.\npub const EDITED: u32 = {number};\n{after}");
            fs::write(self.folder.join("src/lib.rs"), edited)?;
            edit = edit.min(self.time(&["check", "--lib"])?);
        }
        fs::write(self.folder.join("src/lib.rs"), source)?;
        // unstable, but the one flag that every compiler has for it
        let unstable = [("RUSTC_BOOTSTRAP", "1")];
        let expanded = self.text(&["rustc", "--lib", "--quiet", "--", "-Zunpretty=expanded"], &unstable)?;
        self.run(&["build", "--release"])?;
        let program = self.folder.join("target/release/measured");
        let works =
            Command::new(&program).current_dir(&self.folder).stdout(Stdio::null()).env_clear().status()?;
        if !works.success() {
            return Err(format!("{}: the program does not resolve its file", self.measured.name).into());
        }
        Ok(Costs {
            name: self.measured.name.to_owned(),
            clean,
            check,
            edit,
            expanded: expanded.lines().count(),
            crates: crates.len() - 1,
            size: fs::metadata(program)?.len() / 1024,
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.folder).args(arguments).env("CARGO_TARGET_DIR", self.folder.join("target"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
        let output = self.cargo(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "{}: cargo {arguments:?}: {}",
            self.measured.name,
            String::from_utf8_lossy(&output.stderr)
        )
        .into())
    }

    fn text(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, Box<dyn Error>> {
        let output = self.cargo(arguments).envs(environment.iter().copied()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The processors' seconds that a run took with all that it started.
    fn time(&self, arguments: &[&str]) -> Result<f64, Box<dyn Error>> {
        let before = children()?;
        self.run(arguments)?;
        Ok(children()? - before)
    }
}

/// The processors' seconds of all children that have ended (`cutime` and `cstime` of proc(5), in hundredths).
fn children() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let fields = text.rsplit_once(')').ok_or("no name")?.1;
    let ticks: u64 = fields.split_whitespace().skip(13).take(2).map(|field| field.parse().unwrap_or(0)).sum();
    Ok(ticks as f64 / 100.0)
}
