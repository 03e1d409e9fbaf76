//! The operations on a file that can fail.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An error of reading, replacing or removing a file. Shows nothing of its text.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refuses a step.
    Io {
        /// The file.
        file: PathBuf,
        /// The step: `read`, `open for writing`.
        tried: &'static str,
        /// The system's answer.
        error: io::Error,
    },
    /// No file can be created in the folder, so that none can take the old one's place.
    Folder {
        /// The file to replace.
        file: PathBuf,
        /// Its folder.
        folder: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// The file is a mount of its own, as containers mount single files, so that no other file can take its place.
    Mounted {
        /// The file.
        file: PathBuf,
    },
    /// Another program created the file in the meantime.
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The file was replaced, but it is not certain that the change outlives a power failure.
    NotDurable {
        /// The folder whose names could not be brought to the disk.
        folder: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
}

impl FileError {
    pub(crate) fn io(file: &Path, tried: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let file = file.to_owned();
        move |error| Self::Io { file, tried, error }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { file, tried, error } => write!(f, "{}: can't {tried}: {error}", file.display()),
            Self::Folder { file, folder, error } => {
                let (file, folder) = (file.display(), folder.display());
                write!(
                    f,
                    "{file}: can't create a file in {folder}: {error}; a file is replaced as a whole, which needs a \
                     writable folder: make {folder} writable, or write the file in place"
                )
            }
            Self::Mounted { file } => write!(
                f,
                "{}: can't replace: it is a mount of its own; mount its folder instead, or write the file in place",
                file.display()
            ),
            Self::Exists { file } => write!(f, "{} was created by another program", file.display()),
            Self::NotDurable { folder, error } => write!(
                f,
                "{}: the change is written, but may be lost in a power failure: can't bring the folder to the \
                 disk: {error}",
                folder.display()
            ),
        }
    }
}

impl std::error::Error for FileError {}

impl From<FileError> for io::Error {
    /// Keeps the kind of the system's answer.
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io { error, .. } => error,
            FileError::Folder { ref error, .. } | FileError::NotDurable { ref error, .. } => {
                Self::new(error.kind(), error.to_string())
            }
            FileError::Mounted { .. } => Self::new(io::ErrorKind::ResourceBusy, error),
            FileError::Exists { .. } => Self::new(io::ErrorKind::AlreadyExists, error),
        }
    }
}
