//! The place of an opened text: a file, or a storage.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Storage, StorageError, StoreError, Stored, WriteError};
use crate::format::FileFormat;
use crate::resolve::{Layer, Layers};

/// The number of versions of a storage that are listed.
pub(super) const MAX_LISTED: usize = 100;

/// The place of an opened text.
pub(super) enum Target {
    File(PathBuf),
    Storage { storage: Arc<dyn Storage>, read: Stored },
}

impl Target {
    /// Returns the layer of the text.
    pub(super) const fn layer(&self) -> Layer {
        match self {
            Self::File(_) => Layer::File,
            Self::Storage { .. } => Layer::External,
        }
    }

    /// Returns the name of the text in reports.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Storage { read, .. } => read.origin().to_owned(),
        }
    }

    /// Adds the text to layers.
    pub(super) fn add(&self, layers: Layers, format: FileFormat, text: &str) -> Layers {
        match self {
            Self::File(_) => layers.file_in(format, self.name(), text),
            Self::Storage { .. } => layers.source(Layer::External, self.name(), text.to_owned(), format),
        }
    }
}

/// Returns the error of a storage with its name.
pub(super) fn failed(storage: &dyn Storage, error: StorageError) -> StoreError {
    match error {
        StorageError::Conflict => WriteError::Conflict { file: storage.name().into() }.into(),
        error => StoreError::Storage { name: storage.name(), error },
    }
}
