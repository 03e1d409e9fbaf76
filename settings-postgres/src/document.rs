//! The statements that read and write versions. Each is one round trip, so that no lock ever waits for a client.

use std::time::{Duration, SystemTime};

use ring::digest::{Context, SHA256};
use settings_core::FileFormat;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

#[cfg(feature = "encryption")]
use crate::Keys;
use crate::PostgresConfig;
use crate::connection::Connection;
use crate::failure::Failure;

/// The channel on which the number of each new version is announced.
pub(crate) const CHANNEL: &str = "settings";

/// The newest version.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) version: u64,
    /// The checksum of its text and of all versions before. It distinguishes the version from another one with the same number,
    /// which a failover to a server that lacked the last versions can lead to.
    pub(crate) checksum: String,
    pub(crate) content: Option<Content>,
}

/// The format and the text of a version.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) format: FileFormat,
    pub(crate) text: String,
}

/// A version to write.
#[derive(Clone)]
pub(crate) struct Addition {
    pub(crate) format: FileFormat,
    pub(crate) text: String,
    pub(crate) author: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) restored: Option<u64>,
    /// Finds the version again after an answer that was lost.
    pub(crate) token: String,
    /// The time of a version that is copied from elsewhere.
    pub(crate) written: Option<SystemTime>,
}

/// A version of the history.
pub(crate) struct Past {
    pub(crate) number: u64,
    pub(crate) time: SystemTime,
    pub(crate) author: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) restored: Option<u64>,
    pub(crate) content: Content,
}

impl Head {
    /// The head of a database without versions.
    pub(crate) const fn none() -> Self {
        Self { version: 0, checksum: String::new(), content: None }
    }

    /// Returns text that differs for different versions: `42@checksum`.
    pub(crate) fn identity(&self) -> String {
        format!("{}@{}", self.version, self.checksum)
    }

    /// Returns the name of the version in origins.
    pub(crate) fn origin(&self, config: &PostgresConfig) -> String {
        format!("{} version {}", config.name(), self.version)
    }
}

/// Returns the number of the version of an identity.
pub(crate) fn number_of(identity: &str) -> Option<u64> {
    identity.split_once('@')?.0.parse().ok()
}

/// Reads the newest version, its text only if its checksum differs from that of a known identity.
pub(crate) async fn head(
    config: &PostgresConfig,
    connection: &Connection,
    known: Option<&str>,
) -> Result<Head, Failure> {
    let known = known.and_then(|known| known.split_once('@')).map_or("-", |(_, checksum)| checksum);
    let row = connection.client.query_typed_opt(HEAD, &[(&known, Type::TEXT)]).await?;
    match row {
        Some(row) => head_in(config, &row),
        None => Err(Failure::Invalid("the row of `settings_head` is missing".to_owned())),
    }
}

/// Reads the version with the greatest number if it is greater than that of a known one. If there is none,
/// [`head`] finds out what is there; it costs the database a fifth more.
pub(crate) async fn newer(
    config: &PostgresConfig,
    connection: &Connection,
    known: Option<&str>,
) -> Result<Option<Head>, Failure> {
    let Some(row) = connection.client.query_typed_opt(LAST, &[]).await? else { return Ok(None) };
    let is_newer = known.and_then(number_of) < Some(unsigned(row.try_get(0)?));
    is_newer.then(|| head_in(config, &row)).transpose()
}

fn head_in(config: &PostgresConfig, row: &Row) -> Result<Head, Failure> {
    if row.try_get(2)? && !config.any_server {
        return Err(Failure::Unavailable("this server is a standby, which may be out of date".to_owned()));
    }
    let is_there: Option<i64> = row.try_get(3)?;
    let content = match is_there {
        Some(_) => Some(content(config, row, 4)?),
        None => None,
    };
    Ok(Head { version: unsigned(row.try_get(0)?), checksum: row.try_get(1)?, content })
}

const HEAD: &str = "SELECT h.version, h.checksum, pg_is_in_recovery(), v.version, v.format, v.document, v.sealed, \
    v.data_key, v.key_id, v.checksum, v.base_checksum \
    FROM settings_head h LEFT JOIN settings_version v ON v.version = h.version AND h.checksum <> $1";

/// Has the columns of `HEAD`.
const LAST: &str = "SELECT version, checksum, pg_is_in_recovery(), version, format, document, sealed, data_key, key_id, \
    checksum, base_checksum FROM settings_version ORDER BY version DESC LIMIT 1";

/// Adds a version if the base is the newest one. Returns the new head, without its text, or `None` if it is not.
pub(crate) async fn write(
    config: &PostgresConfig,
    connection: &Connection,
    (base, checksum): (u64, &str),
    new: &Addition,
) -> Result<Option<Head>, Failure> {
    let stored = stored(config, new, checksum)?;
    let format = new.format.to_string();
    let base = signed(base);
    let restored = new.restored.map(signed);
    let program = config.program_version();
    let parameters: [(&(dyn ToSql + Sync), Type); 15] = [
        (&base, Type::INT8),
        (&checksum, Type::TEXT),
        (&stored.checksum, Type::TEXT),
        (&format, Type::TEXT),
        (&stored.document, Type::TEXT),
        (&stored.sealed, Type::BYTEA),
        (&stored.data_key, Type::BYTEA),
        (&stored.key_id, Type::TEXT),
        (&new.author, Type::TEXT),
        (&new.reason, Type::TEXT),
        (&restored, Type::INT8),
        (&program, Type::TEXT),
        (&new.token, Type::TEXT),
        (&new.written, Type::TIMESTAMPTZ),
        (&CHANNEL, Type::TEXT),
    ];
    let row = connection.client.query_typed_opt(WRITE, &parameters).await?;
    let Some(row) = row else { return Ok(None) };
    let version = unsigned(row.try_get(0)?);
    Ok(Some(Head { version, checksum: stored.checksum, content: None }))
}

const WRITE: &str = "WITH head AS (\
    UPDATE settings_head SET version = version + 1, checksum = $3 WHERE version = $1 AND checksum = $2 \
    RETURNING version), \
    added AS (\
    INSERT INTO settings_version (version, base_checksum, checksum, format, document, sealed, data_key, key_id, author, \
    reason, restored, program, token, written) \
    SELECT version, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, clock_timestamp()) FROM head \
    RETURNING version) \
    SELECT version, pg_notify($15, version::text) FROM added";

/// Returns the version that a write with this token added, if it did.
pub(crate) async fn written(connection: &Connection, token: &str) -> Result<Option<Head>, Failure> {
    let statement = "SELECT version, checksum FROM settings_version WHERE token = $1";
    let row = connection.client.query_typed_opt(statement, &[(&token, Type::TEXT)]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Head { version: unsigned(row.try_get(0)?), checksum: row.try_get(1)?, content: None }))
}

/// Returns versions, the newest first: those with a number, or the newest ones.
pub(crate) async fn history(
    config: &PostgresConfig,
    connection: &Connection,
    number: Option<u64>,
    limit: usize,
) -> Result<Vec<Past>, Failure> {
    let number = number.map(signed);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let statement = "SELECT format, document, sealed, data_key, key_id, checksum, base_checksum, version, written, author, \
        reason, restored FROM settings_version WHERE $1 IS NULL OR version = $1 ORDER BY version DESC LIMIT $2";
    let rows =
        connection.client.query_typed(statement, &[(&number, Type::INT8), (&limit, Type::INT8)]).await?;
    rows.iter().map(|row| past(config, row)).collect()
}

fn past(config: &PostgresConfig, row: &Row) -> Result<Past, Failure> {
    Ok(Past {
        content: content(config, row, 0)?,
        number: unsigned(row.try_get(7)?),
        time: row.try_get(8)?,
        author: row.try_get(9)?,
        reason: row.try_get(10)?,
        restored: row.try_get::<_, Option<i64>>(11)?.map(unsigned),
    })
}

/// Encrypts the keys of some versions with the newest key. Returns the number of versions that had another one.
#[cfg(feature = "encryption")]
pub(crate) async fn rotate(keys: &Keys, connection: &Connection) -> Result<usize, Failure> {
    let newest = keys.newest();
    let statement = "SELECT version, format, base_checksum, data_key, key_id FROM settings_version \
        WHERE key_id <> $1 ORDER BY version LIMIT 100";
    let rows = connection.client.query_typed(statement, &[(&newest, Type::TEXT)]).await?;
    for row in &rows {
        let (version, format, base): (i64, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (data_key, key_id): (Vec<u8>, String) = (row.try_get(3)?, row.try_get(4)?);
        let format = format.parse().map_err(|error| Failure::Invalid(format!("{error}")))?;
        let data_key = keys.rewrap(&data_key, &key_id, &sealed_for(&base, format))?;
        let update =
            "UPDATE settings_version SET data_key = $1, key_id = $2 WHERE version = $3 AND key_id = $4";
        let parameters: [(&(dyn ToSql + Sync), Type); 4] =
            [(&data_key, Type::BYTEA), (&newest, Type::TEXT), (&version, Type::INT8), (&key_id, Type::TEXT)];
        connection.client.execute_typed(update, &parameters).await?;
    }
    Ok(rows.len())
}

/// The columns of a version that hold its text.
struct StoredText {
    document: Option<String>,
    sealed: Option<Vec<u8>>,
    data_key: Option<Vec<u8>>,
    key_id: Option<String>,
    checksum: String,
}

/// Returns the columns of a new version, whose text is encrypted if there are keys.
fn stored(config: &PostgresConfig, new: &Addition, base: &str) -> Result<StoredText, Failure> {
    #[cfg(feature = "encryption")]
    if let Some(keys) = &config.keys {
        let sealed = keys.seal(&new.text, &sealed_for(base, new.format))?;
        let checksum = checksum(base, &sealed.text);
        return Ok(StoredText {
            document: None,
            sealed: Some(sealed.text),
            data_key: Some(sealed.data_key),
            key_id: Some(sealed.key_id),
            checksum,
        });
    }
    let _ = config;
    let checksum = checksum(base, new.text.as_bytes());
    Ok(StoredText { document: Some(new.text.clone()), sealed: None, data_key: None, key_id: None, checksum })
}

/// Reads the text from eight columns that start with the format, and checks it.
fn content(config: &PostgresConfig, row: &Row, first: usize) -> Result<Content, Failure> {
    let format: String = row.try_get(first)?;
    let format: FileFormat = format.parse().map_err(|error| Failure::Invalid(format!("{error}")))?;
    let (sum, base): (String, String) = (row.try_get(first + 5)?, row.try_get(first + 6)?);
    let intact = |bytes: &[u8]| match checksum(&base, bytes) == sum {
        true => Ok(()),
        false => {
            Err(Failure::Invalid(format!("a version is damaged: its text does not have the checksum {sum}")))
        }
    };
    let document: Option<String> = row.try_get(first + 1)?;
    if let Some(text) = document {
        intact(text.as_bytes())?;
        return Ok(Content { format, text });
    }
    let sealed: Vec<u8> = row.try_get(first + 2)?;
    intact(&sealed)?;
    let key_id: String = row.try_get(first + 4)?;
    #[cfg(feature = "encryption")]
    if let Some(keys) = &config.keys {
        let data_key: Vec<u8> = row.try_get(first + 3)?;
        let text = keys.open(&sealed, &data_key, &key_id, &sealed_for(&base, format))?;
        return Ok(Content { format, text });
    }
    let _ = config;
    Err(Failure::Refused(format!("the settings are encrypted with the key `{key_id}`, and there is no key")))
}

/// Returns the facts that an encrypted text is bound to.
#[cfg(feature = "encryption")]
fn sealed_for(base: &str, format: FileFormat) -> String {
    format!("settings-postgres 1 {base} {format}")
}

/// Returns the checksum of a text as it is stored, and of the versions before, whose checksum is `base`.
fn checksum(base: &str, bytes: &[u8]) -> String {
    let mut sum = Context::new(&SHA256);
    [base.as_bytes(), b"\n", bytes].into_iter().for_each(|part| sum.update(part));
    hex(sum.finish().as_ref())
}

/// Writes bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Returns the pause before another attempt: longer each time, up to a limit, and varied by a half.
pub(crate) fn pause(attempt: u32, limit: Duration) -> Duration {
    let base = Duration::from_millis(100).saturating_mul(1 << attempt.min(10)).min(limit);
    base.mul_f64(0.5 + random_part())
}

/// Returns a random number from 0 to below 1.
pub(crate) fn random_part() -> f64 {
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasher as _, Hasher as _};
    let random = RandomState::new().build_hasher().finish() % 1000;
    f64::from(u16::try_from(random).unwrap_or_default()) / 1000.0
}
