//! The release that last ran, next to a program's file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{Judgement, Release, ReleaseError, Upgrade};
use crate::atomic::replace;
use crate::resolve::{Layers, Settings};

/// An error of [`since_last_run`]. `Display` includes the cause, so there is no `source()`.
#[derive(Debug)]
#[non_exhaustive]
pub enum LastRunError {
    /// The file can't be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        cause: io::Error,
    },
    /// The file is not a release file.
    NotARelease {
        /// The file.
        path: PathBuf,
        /// The cause.
        cause: ReleaseError,
    },
}

impl fmt::Display for LastRunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, cause } => write!(f, "{}: {cause}", path.display()),
            Self::NotARelease { path, cause } => {
                write!(f, "{}: {cause}; remove the file to start again", path.display())
            }
        }
    }
}

impl std::error::Error for LastRunError {}

/// Returns, once, what the program changes for this configuration compared with the release that ran last.
///
/// The file at `path` holds the release that ran last; the program's own takes its place. It returns `None` on the first
/// run, and where the same settings ran last. A program that keeps the text in its database calls [`since`] instead.
///
/// ```
/// use settings_core::Settings;
/// use settings_core::release::since_last_run;
/// use settings_core::resolve::Layers;
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct Server {
///     /// The number of connections to the database.
///     #[setting(default = 100)]
///     max_connections: u32,
/// }
///
/// # let folder = std::env::temp_dir().join(format!("settings-last-run-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let file = folder.join("config.json.release");
/// # std::fs::write(&file, r#"{"format": "settings-release", "format_version": 1, "env_prefix": "CHAT",
/// #     "settings": [{"path": "MaxConnections", "kind": "integer", "default": 300}]}"#)?;
/// let layers = Layers::new().file("config.json", "{}");
/// if let Some(judgement) = since_last_run::<Server>(&file, "2.0", layers.clone())? {
///     eprint!("{}", judgement.to_lines());
/// #   assert_eq!(judgement.findings.len(), 1);
/// }
/// assert!(since_last_run::<Server>(&file, "2.0", layers)?.is_none()); // it is reported once
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file can't be read or written, or is not a release file. A server can log the error and serve.
pub fn since_last_run<T: Settings>(
    path: impl AsRef<Path>,
    version: &str,
    layers: Layers,
) -> Result<Option<Judgement>, LastRunError> {
    let path = path.as_ref();
    let failed = |cause| LastRunError::Io { path: path.to_owned(), cause };
    let kept = match Release::read_text(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let own = Release::of::<T>().with_version(version).to_text();
    if kept.as_deref() == Some(own.as_str()) {
        return Ok(None);
    }
    let not_a_release = |cause| LastRunError::NotARelease { path: path.to_owned(), cause };
    let judgement = kept.map(|kept| since::<T>(&kept, version, layers)).transpose().map_err(not_a_release)?;
    replace(path, own.as_bytes()).map_err(|error| failed(error.into()))?;
    Ok(judgement)
}

/// Returns what the program changes for this configuration compared with a release that was kept as text.
///
/// It leaks the release's [schema](Release::to_schema): call it once, at start.
///
/// # Errors
/// If the text is not a release file.
pub fn since<T: Settings>(kept: &str, version: &str, layers: Layers) -> Result<Judgement, ReleaseError> {
    Ok(Upgrade::to_program::<T>(Release::parse(kept)?, Some(version)).judge(layers))
}
