//! The input and output of a command.

use std::io::{self, IsTerminal, Write};

use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, Report, Resolution, Severity, Unreadable, resolve};

use crate::{Colour, Failure, Sources};

/// The input and output of a command: the layers of settings, and two writers.
///
/// A command writes nowhere else, so that a host can capture both writers:
///
/// ```
/// use clap::Parser;
/// use settings_cli::{Context, CoreCommand, Sources, Verdict};
/// use settings_core::resolve::Environment;
/// # use settings_core::Settings;
/// # /// A server.
/// # #[derive(Settings)]
/// # #[settings(env_prefix = "CHAT")]
/// # struct ServerSettings {
/// #     /// The port.
/// #     #[setting(default = 80)]
/// #     port: u16,
/// # }
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     sources: Sources,
///     #[command(subcommand)]
///     command: CoreCommand,
/// }
///
/// let cli = Cli::parse_from(["chat", "get", "Port"]);
/// let (mut out, mut err) = (Vec::new(), Vec::new());
/// let environment = Environment::from_iter([("CHAT_PORT", "8080")]);
/// let mut context = Context::new(cli.sources, environment, &mut out, &mut err);
/// let verdict = cli.command.run::<ServerSettings>(&mut context)?;
/// assert_eq!((verdict, &out[..], &err[..]), (Verdict::Good, &b"8080\n"[..], &b""[..]));
/// # Ok::<(), settings_cli::Failure>(())
/// ```
pub struct Context<'a> {
    /// The options that say where settings come from.
    pub sources: Sources,
    /// The environment variables.
    pub environment: Environment,
    /// The results; standard output in [`run`](crate::run).
    pub out: &'a mut dyn Write,
    /// Warnings and findings that are not the result; standard error in [`run`](crate::run).
    pub err: &'a mut dyn Write,
    program: String,
    colours_out: bool,
    colours_err: bool,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("sources", &self.sources)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl<'a> Context<'a> {
    /// Creates a context. The writers are not terminals: only `--color always` gives colours.
    pub fn new(
        sources: Sources,
        environment: Environment,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Self {
        let colours = sources.color == Colour::Always;
        let (program, colours_out, colours_err) = ("settings".to_owned(), colours, colours);
        Self { sources, environment, out, err, program, colours_out, colours_err }
    }

    /// Takes colours from whether the process's standard streams are terminals.
    #[must_use]
    pub(crate) fn for_process(mut self) -> Self {
        if self.sources.color == Colour::Auto {
            (self.colours_out, self.colours_err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        }
        self
    }

    /// Sets the words that start these commands, for messages that name one: `chat config` where a program `chat`
    /// mounts them below `config`. Without it they are the program's file name.
    #[must_use]
    pub fn program(mut self, words: impl Into<String>) -> Self {
        self.program = words.into();
        self
    }

    /// Returns the words that start these commands.
    #[must_use]
    pub fn program_words(&self) -> &str {
        &self.program
    }

    /// Reads all layers.
    ///
    /// # Errors
    /// If a named file can't be read.
    pub fn layers(&self) -> Result<Layers, Failure> {
        Ok(self.sources.layers(self.environment.clone())?)
    }

    /// Returns a function that reads all layers, for a server that follows its files:
    /// `Watch::start(context.reader::<ServerSettings>(), Debounce::default())`.
    pub fn reader<T: Settings>(
        &mut self,
    ) -> impl Fn() -> Result<Layers, Unreadable> + Clone + Send + Sync + use<T> {
        self.adopt::<T>();
        let (sources, environment) = (self.sources.clone(), self.environment.clone());
        move || sources.layers(environment.clone())
    }

    /// Reads and resolves all layers, and writes errors and warnings to `err`.
    ///
    /// # Errors
    /// If a named file can't be read.
    pub fn resolve<T: Settings>(&mut self) -> Result<Resolution<T>, Failure> {
        self.adopt::<T>();
        let resolution = resolve::<T>(self.layers()?);
        self.report(resolution.report())?;
        Ok(resolution)
    }

    /// Reads and resolves all layers, and writes nothing.
    #[cfg(feature = "core")]
    pub(crate) fn resolve_silently<T: Settings>(&mut self) -> Result<Resolution<T>, Failure> {
        self.adopt::<T>();
        Ok(resolve::<T>(self.layers()?))
    }

    /// Reads and resolves all layers into the settings, and writes warnings to `err`.
    ///
    /// # Errors
    /// If a named file can't be read, or the settings have errors, which the failure holds.
    pub fn settings<T: Settings>(&mut self) -> Result<T, Failure> {
        self.adopt::<T>();
        let resolution = resolve::<T>(self.layers()?);
        if resolution.report().has_errors() {
            return Err(Failure::invalid(resolution.report(), self.colours_err));
        }
        self.report(resolution.report())?;
        Ok(resolution.into_result()?)
    }

    /// Writes a report to `err`, if it has errors or warnings.
    pub(crate) fn report(&mut self, report: &Report) -> io::Result<()> {
        if report.count(Severity::Error) + report.count(Severity::Warning) > 0 {
            self.err.write_all(report.to_human(self.colours_err).as_bytes())?;
        }
        Ok(())
    }

    /// Writes the errors and warnings about one setting to `err`, and the number of the others.
    #[cfg(feature = "core")]
    pub(crate) fn report_about(
        &mut self,
        report: &Report,
        found: &settings_core::resolve::Found<'_>,
    ) -> io::Result<()> {
        let about = report.about(&found.address(), found.variable());
        self.report(&about)?;
        let serious = |report: &Report| report.count(Severity::Error) + report.count(Severity::Warning);
        match serious(report) - serious(&about) {
            0 => Ok(()),
            others => {
                let findings = if others == 1 { "finding concerns" } else { "findings concern" };
                let program = &self.program;
                writeln!(self.err, "{others} {findings} other settings: `{program} validate` shows them all")
            }
        }
    }

    /// Returns layers without any file, for one that is resolved alone.
    #[cfg(feature = "core")]
    pub(crate) fn alone(&self) -> Result<Layers, Failure> {
        Ok(self.sources.alone(self.environment.clone())?)
    }

    /// Takes files and profiles from the program's variables, where no option names them.
    pub(crate) fn adopt<T: Settings>(&mut self) {
        self.sources.adopt(T::SCHEMA, &self.environment);
    }

    /// Returns the file that changes are written to.
    #[cfg(any(feature = "core", feature = "console"))]
    pub(crate) fn config_path(&self) -> std::path::PathBuf {
        self.sources.config_path()
    }

    /// Returns the name of the place that changes are written to.
    #[cfg(feature = "core")]
    pub(crate) fn target_name(&self) -> String {
        #[cfg(feature = "postgres")]
        if let Ok(Some(storage)) = self.sources.storage(&self.environment) {
            use settings_core::store::Storage as _;
            return storage.name();
        }
        self.config_path().display().to_string()
    }

    /// Returns the storage that changes are written to, if that is not a file.
    #[cfg(any(feature = "core", feature = "console"))]
    pub(crate) fn storage(
        &self,
    ) -> Result<Option<std::sync::Arc<dyn settings_core::store::Storage>>, Failure> {
        #[cfg(feature = "postgres")]
        if let Some(storage) = self.sources.storage(&self.environment)? {
            return Ok(Some(storage));
        }
        Ok(None)
    }

    /// Returns whether to colour `out`.
    #[cfg(any(feature = "core", feature = "watch"))]
    pub(crate) const fn colours_out(&self) -> bool {
        self.colours_out
    }
}
