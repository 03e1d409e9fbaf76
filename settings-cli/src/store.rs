//! Settings in PostgreSQL: the option `--store`, `nodes`, and `store`.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use clap::{Args, Subcommand};
#[cfg(feature = "watch")]
use settings_core::external::{External, ExternalConfig};
use settings_core::resolve::{Environment, Unreadable};
use settings_core::store::{Snapshot, Storage, StorageError, Version, history, import, read};
use settings_core::timestamp::rfc3339;
use settings_core::value::json::{Object, Tree};
use settings_core::{FileFormat, Secret};
#[cfg(feature = "watch")]
use settings_postgres::PostgresSource;
use settings_postgres::{KeyError, Keys, Node, PostgresConfig, PostgresStorage, schema};

use crate::{Context, Failure, Outcome, Verdict};

/// The number of versions that are copied from a database.
const MAX_COPIED: usize = 1_000_000;

/// The keys that the settings in a database are encrypted with.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum StoreKeys<'a> {
    /// A file.
    File(&'a Path),
    /// The text of such a file.
    Text(&'a Secret),
}

impl fmt::Debug for StoreKeys<'_> {
    /// Omits the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(_) => f.write_str("Text"),
        }
    }
}

impl StoreKeys<'_> {
    fn read(self) -> Result<Keys, KeyError> {
        match self {
            Self::File(path) => Keys::from_file(path),
            Self::Text(text) => Keys::from_text(text),
        }
    }
}

/// The URL of a database, which may hold a password.
#[derive(Clone)]
pub struct Database {
    url: Arc<Secret>,
    opened: Arc<OnceLock<Arc<PostgresStorage>>>,
}

impl fmt::Debug for Database {
    /// Omits the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

impl FromStr for Database {
    type Err = std::convert::Infallible;

    /// Takes any text: a wrong one is refused later, without showing it.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Ok(Self { url: Arc::new(Secret::new(url)), opened: Arc::default() })
    }
}

impl Database {
    /// Returns the settings in the database, to which the first operation connects.
    ///
    /// # Errors
    /// If the URL or the keys can't be used.
    pub fn storage(
        &self,
        keys: Option<StoreKeys<'_>>,
        environment: &Environment,
    ) -> Result<Arc<PostgresStorage>, Unreadable> {
        if let Some(opened) = self.opened.get() {
            return Ok(Arc::clone(opened));
        }
        let storage = PostgresStorage::new(self.config(keys, environment)?);
        let storage = storage.map_err(|error| Unreadable::new("--store", error.to_string(), error.kind()))?;
        Ok(Arc::clone(self.opened.get_or_init(|| Arc::new(storage))))
    }

    fn config(
        &self,
        keys: Option<StoreKeys<'_>>,
        environment: &Environment,
    ) -> Result<PostgresConfig, Unreadable> {
        let config: Result<PostgresConfig, _> = self.url.expose().parse();
        let wrong =
            |why: &dyn fmt::Display| Unreadable::new("--store", why.to_string(), io::ErrorKind::InvalidInput);
        let mut config = config.map_err(|error| wrong(&error))?;
        config = config.program(concat!("settings ", env!("CARGO_PKG_VERSION")));
        if let Some(password) = environment.text("PGPASSWORD") {
            config = config.password(&Secret::new(password));
        }
        if let Some(keys) = keys {
            config = config.keys(keys.read().map_err(|error| wrong(&error))?);
        }
        Ok(config)
    }

    /// Follows the settings in the database.
    #[cfg(feature = "watch")]
    pub(crate) fn follow(
        &self,
        keys: Option<StoreKeys<'_>>,
        environment: &Environment,
    ) -> Result<External, Unreadable> {
        let source = PostgresSource::new(self.config(keys, environment)?);
        let config = ExternalConfig::default().interval(std::time::Duration::from_secs(5));
        External::start(source, config).map_err(|error| {
            Unreadable::new(error.name.clone(), error.fetch.to_string(), io::ErrorKind::NotConnected)
        })
    }
}

/// Returns the error of a storage as that of a layer.
pub(crate) fn unreadable(storage: &PostgresStorage) -> impl Fn(StorageError) -> Unreadable {
    let name = storage.name();
    move |error| Unreadable::new(name.clone(), error.to_string(), io::ErrorKind::NotConnected)
}

/// Settings in PostgreSQL, for programs on several machines.
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum StoreCommand {
    /// Lists the programs that follow the settings of `--store`, and the versions that they run
    Nodes(Nodes),
    /// Copies settings between a file and a database, and prepares databases
    Store(Stores),
}

impl StoreCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// If the command is used wrongly, or the database can't be used.
    pub fn run<T: settings_core::Settings>(self, context: &mut Context<'_>) -> Outcome {
        context.adopt::<T>();
        match self {
            Self::Nodes(command) => command.run(context),
            Self::Store(command) => command.command.run(context),
        }
    }
}

/// Lists the programs that follow the settings of `--store`, and the versions that they run.
#[derive(Args, Debug)]
pub struct Nodes {
    /// Print an array of objects
    #[arg(long)]
    json: bool,
}

impl Nodes {
    /// Exits with 1 if a node refuses the newest version, or runs another one.
    fn run(self, context: &mut Context<'_>) -> Outcome {
        let storage = opened(context)?;
        let failed = |error| Failure::from(unreadable(&storage)(error));
        let newest = storage.read().map_err(failed)?.version();
        let nodes = storage.nodes().map_err(failed)?;
        if self.json {
            let nodes = nodes.iter().map(|node| to_json(node, newest)).collect::<Tree>();
            writeln!(context.out, "{nodes:#}")?;
        } else {
            writeln!(context.out, "{}: version {newest} is the newest", storage.name())?;
            nodes.iter().try_for_each(|node| human(node, newest, context.out))?;
        }
        let is_good = |node: &Node| node.refused.is_none() && node.version == newest;
        Ok(Verdict::good_if(nodes.iter().all(is_good)))
    }
}

fn human(node: &Node, newest: u64, out: &mut dyn Write) -> io::Result<()> {
    // a name must not control the terminal
    let line = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let Node { version, since, age, .. } = node;
    write!(out, "  {}  version {version} since {}", line(&node.name), rfc3339(*since))?;
    if !node.program.is_empty() {
        write!(out, "  {}", line(&node.program))?;
    }
    writeln!(
        out,
        "  seen {} s ago{}",
        age.as_secs(),
        if *version == newest { "" } else { "  <- not the newest" }
    )?;
    if let Some((version, why)) = &node.refused {
        writeln!(out, "      refuses version {version}:")?;
        why.lines().try_for_each(|text| writeln!(out, "        {}", line(text)))?;
    }
    node.note.as_ref().map_or(Ok(()), |note| writeln!(out, "      {}", line(note)))
}

fn to_json(node: &Node, newest: u64) -> Object {
    let refused = node.refused.as_ref();
    Object::from([
        ("name", node.name.as_str().into()),
        ("program", node.program.as_str().into()),
        ("version", node.version.into()),
        ("newest", newest.into()),
        ("since", rfc3339(node.since).into()),
        ("seen", rfc3339(node.seen).into()),
        ("age_seconds", node.age.as_secs().into()),
        ("refused_version", refused.map(|(version, _)| *version).into()),
        ("refused", refused.map(|(_, why)| why.clone()).into()),
        ("note", node.note.clone().into()),
    ])
}

/// Copies settings between a file and a database, and prepares databases.
#[derive(Args, Debug)]
pub struct Stores {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Copies settings with their history to a file that does not exist, or to an empty database
    Copy {
        /// A file, or the URL of a database
        #[arg(value_name = "FROM")]
        from: Database,
        /// A file, or the URL of a database
        #[arg(value_name = "TO")]
        to: Database,
    },
    /// Prints the statements that create the tables, for a program that may not create them
    Schema(Tables),
    /// Encrypts the keys of all versions in `--store` with the first key of `--store-keys`
    Rotate,
    /// Prints a line with a new key, for a file of keys
    Key {
        /// The name of the key
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// The tables to create.
#[derive(Args, Debug)]
struct Tables {
    /// Print those of an outbox
    #[cfg(feature = "mail")]
    #[arg(long)]
    outbox: bool,
}

impl Tables {
    fn schema(&self) -> String {
        #[cfg(feature = "mail")]
        if self.outbox {
            return settings_postgres::outbox_schema();
        }
        schema()
    }
}

impl Command {
    fn run(self, context: &mut Context<'_>) -> Outcome {
        match self {
            Self::Copy { from, to } => copy(&from, &to, context)?,
            Self::Schema(tables) => context.out.write_all(tables.schema().as_bytes())?,
            Self::Rotate => {
                let storage = opened(context)?;
                let count = storage.rotate().map_err(|error| failed(&storage, &error))?;
                writeln!(context.out, "{}: {count} versions have the new key", storage.name())?;
            }
            Self::Key { name } => {
                if name.is_empty() || name.contains(char::is_whitespace) {
                    return Err(Failure::Usage("the name of a key has no spaces".to_owned()));
                }
                let line = Keys::generate(&name).map_err(|error| Failure::Failed(error.to_string()))?;
                context.out.write_all(line.expose().as_bytes())?;
            }
        }
        Ok(Verdict::Good)
    }
}

fn failed(storage: &PostgresStorage, error: &StorageError) -> Failure {
    Failure::Failed(format!("{}: {error}", storage.name()))
}

/// Returns the database of `--store`.
fn opened(context: &Context<'_>) -> Result<Arc<PostgresStorage>, Failure> {
    let storage = context.sources.storage(&context.environment)?;
    storage.ok_or_else(|| {
        Failure::Usage("name the database: `--store postgres://USER@HOST/DATABASE`".to_owned())
    })
}

/// A place to copy from or to.
enum Place {
    File(PathBuf),
    Database(Arc<PostgresStorage>),
}

impl Place {
    fn new(database: &Database, context: &Context<'_>) -> Result<Self, Failure> {
        if !database.url.expose().contains("://") {
            return Ok(Self::File(database.url.expose().into()));
        }
        Ok(Self::Database(database.storage(context.sources.keys(), &context.environment)?))
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Database(storage) => storage.name(),
        }
    }

    /// Returns the versions, the oldest first, and their format.
    fn versions(&self) -> Result<(FileFormat, Vec<Version>), Failure> {
        match self {
            Self::File(path) => {
                let unreadable = |error: settings_core::store::WriteError| Failure::Usage(error.to_string());
                let mut versions = history(path).map_err(unreadable)?;
                let now = read(path).map_err(unreadable)?;
                let Some(text) = now.text() else {
                    return Err(Failure::Usage(format!("{}: there is no such file", path.display())));
                };
                let number = versions.last().map_or(0, |newest| newest.number) + 1;
                if versions.last().is_none_or(|newest| newest.text() != text) {
                    let time = std::fs::metadata(path).and_then(|found| found.modified());
                    versions.push(Version::new(
                        number,
                        time.unwrap_or(std::time::SystemTime::UNIX_EPOCH),
                        text,
                    ));
                }
                Ok((FileFormat::from_path(path), versions))
            }
            Self::Database(storage) => {
                let unusable = |error| Failure::from(unreadable(storage)(error));
                let format = storage.read().map_err(unusable)?.format();
                Ok((format, storage.history(MAX_COPIED).map_err(unusable)?))
            }
        }
    }
}

fn copy(from: &Database, to: &Database, context: &mut Context<'_>) -> Result<(), Failure> {
    let (from, to) = (Place::new(from, context)?, Place::new(to, context)?);
    let (format, versions) = from.versions()?;
    if versions.is_empty() {
        return Err(Failure::Usage(format!("{} has no version", from.name())));
    }
    match &to {
        Place::File(path) => {
            if read(path).map_err(|error| Failure::Usage(error.to_string()))? != Snapshot::absent() {
                return Err(Failure::Failed(format!(
                    "{} exists already; nothing is written",
                    path.display()
                )));
            }
            if FileFormat::from_path(path) != format {
                return Err(Failure::Usage(format!(
                    "the settings are in {format}: name a file `NAME.{format}`"
                )));
            }
            import(path, &versions).map_err(|error| Failure::Failed(error.to_string()))?;
        }
        Place::Database(storage) => {
            let all = versions.iter().map(|version| (format, version));
            storage.import(all).map_err(|error| failed(storage, &error))?;
        }
    }
    let count = versions.len();
    writeln!(context.out, "copied {count} versions from {} to {}", from.name(), to.name())?;
    Ok(())
}
