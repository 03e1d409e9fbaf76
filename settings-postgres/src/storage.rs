//! The settings in a database as a place to write to, for blocking code.

use std::sync::Arc;
use std::time::SystemTime;

use settings_core::external::Document;
use settings_core::store::{NewVersion, Storage, StorageError, Stored, Version};

use crate::PostgresConfig;
use crate::database::{Database, NotWritten, token};
use crate::document::{Addition, Head, Past};
use crate::failure::Failure;
use crate::node::Node;
use crate::runtime::Runtime;

/// The settings in a database, for blocking code: a [`Storage`] that a [`Store`](settings_core::store::Store) opens.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use settings_core::resolve::Layers;
/// use settings_core::store::Store;
/// use settings_postgres::{PostgresConfig, PostgresStorage};
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
/// let config: PostgresConfig = "postgres://chat@db.example.com/chat".parse()?;
/// let storage = PostgresStorage::new(config)?;
/// let mut store = Store::<ServerSettings>::open_storage(Arc::new(storage), Layers::new())?;
/// store.update(|store| store.set("Port", &["8080"]))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A write is one statement, which adds a version only if the version that the change was made to still is the newest
/// one. If the connection fails in between, the statement is sent again, and has its effect at most once.
pub struct PostgresStorage {
    database: Arc<Database>,
    runtime: Runtime,
}

impl std::fmt::Debug for PostgresStorage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStorage").field("config", &self.database.config).finish_non_exhaustive()
    }
}

impl PostgresStorage {
    /// Prepares the use of a database. The first operation connects to it.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn new(config: PostgresConfig) -> std::io::Result<Self> {
        Ok(Self { database: Arc::new(Database::new(config)), runtime: Runtime::start()? })
    }

    /// Reads the newest version as a document, for layers that are resolved once.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn document(&self) -> Result<Document, StorageError> {
        let head = self.head()?;
        Ok(document(&head, &self.database.config))
    }

    /// Returns the nodes that follow the settings, by name.
    ///
    /// # Errors
    /// If the database can't be read.
    pub fn nodes(&self) -> Result<Vec<Node>, StorageError> {
        let database = Arc::clone(&self.database);
        Ok(self.run(async move { database.nodes().await })?)
    }

    /// Adds versions of another place to an empty database, with their authors, reasons and times. Returns their number.
    ///
    /// # Errors
    /// If the database has a version, or can't be written. The versions before the failed one stay.
    pub fn import<'a>(
        &self,
        versions: impl IntoIterator<Item = (settings_core::FileFormat, &'a Version)>,
    ) -> Result<usize, StorageError> {
        let mut stored = self.read()?;
        if stored.version() > 0 {
            let why = format!("it has {} versions already", stored.version());
            return Err(StorageError::Refused(why));
        }
        let mut count = 0;
        for (format, version) in versions {
            let mut new = NewVersion::new(format, version.text());
            (new.author, new.reason) = (version.author.as_deref(), version.reason.as_deref());
            stored = self.add(&stored, &new, Some(version.time))?;
            count += 1;
        }
        Ok(count)
    }

    /// Encrypts the keys of all versions with the newest key, so that older keys can be removed. Returns the number of
    /// versions that had another one.
    ///
    /// # Errors
    /// If there is no key, a version can't be decrypted, or the database can't be written.
    #[cfg(feature = "encryption")]
    pub fn rotate(&self) -> Result<usize, StorageError> {
        let database = Arc::clone(&self.database);
        Ok(self.run(async move { database.rotate().await })?)
    }

    fn head(&self) -> Result<Head, Failure> {
        let database = Arc::clone(&self.database);
        self.run(async move { database.head().await })
    }

    fn past(&self, number: Option<u64>, limit: usize) -> Result<Vec<Version>, StorageError> {
        let database = Arc::clone(&self.database);
        let past = self.run(async move { database.history(number, limit).await })?;
        Ok(past.into_iter().map(version).collect())
    }

    fn add(
        &self,
        base: &Stored,
        new: &NewVersion<'_>,
        written: Option<SystemTime>,
    ) -> Result<Stored, StorageError> {
        let addition = Addition {
            format: new.format,
            text: new.text.to_owned(),
            author: new.author.map(str::to_owned),
            reason: new.reason.map(str::to_owned),
            restored: new.restored,
            token: token()?,
            written,
        };
        let (database, state, number) = (Arc::clone(&self.database), base.state().to_owned(), base.version());
        let result = self.runtime.run(async move { database.write((number, &state), &addition).await });
        let head = result.ok_or_else(ended)?.map_err(|error| match error {
            NotWritten::Conflict => StorageError::Conflict,
            NotWritten::Unconfirmed(failure) => StorageError::Unconfirmed(failure.to_string()),
            NotWritten::Failed(failure) => failure.into(),
        })?;
        let config = &self.database.config;
        Ok(Stored::new(head.origin(config), head.version, head.checksum.clone())
            .text_in(new.format, new.text))
    }

    fn run<T: Send + 'static>(
        &self,
        operation: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        self.runtime.run(operation).ok_or_else(ended)?
    }
}

impl Storage for PostgresStorage {
    fn name(&self) -> String {
        self.database.config.name().to_owned()
    }

    fn read(&self) -> Result<Stored, StorageError> {
        let head = self.head()?;
        let stored = Stored::new(head.origin(&self.database.config), head.version, head.checksum.clone());
        Ok(match head.content {
            Some(content) => stored.text_in(content.format, content.text),
            None => stored,
        })
    }

    fn write(&self, base: &Stored, new: &NewVersion<'_>) -> Result<Stored, StorageError> {
        self.add(base, new, None)
    }

    fn history(&self, limit: usize) -> Result<Vec<Version>, StorageError> {
        let mut versions = self.past(None, limit)?;
        versions.reverse();
        Ok(versions)
    }

    fn version(&self, number: u64) -> Result<Option<Version>, StorageError> {
        Ok(self.past(Some(number), 1)?.pop())
    }
}

pub(crate) fn ended() -> Failure {
    Failure::Unavailable("the thread of the database has ended".to_owned())
}

fn version(past: Past) -> Version {
    let mut version = Version::new(past.number, past.time, past.content.text);
    (version.author, version.reason, version.restored) = (past.author, past.reason, past.restored);
    version
}

/// Returns the newest version as a document, which is empty if there is none yet.
pub(crate) fn document(head: &Head, config: &PostgresConfig) -> Document {
    let (format, text) = match &head.content {
        Some(content) => (content.format, content.text.clone()),
        None => (settings_core::FileFormat::Json, "{}\n".to_owned()),
    };
    Document::new(head.origin(config), head.identity(), format, text)
}
