//! Documents as layers.

use std::sync::Arc;

use super::{Document, External};
use crate::resolve::{Layer, Layers};

impl Layers {
    /// Adds the document of an external source as it is now, which is weaker than every configuration file.
    ///
    /// A source that does not answer is a warning in the report of the resolution.
    #[must_use]
    pub fn external(self, external: &External) -> Self {
        self.document(Layer::External, external)
    }

    /// Adds the document of an external source as it is now, which is stronger than every configuration file, as is right
    /// for a store of secrets.
    #[must_use]
    pub fn external_secrets(self, external: &External) -> Self {
        self.document(Layer::Secrets, external)
    }

    /// Adds a version of a document that was fetched once, with the strength of [`external`](Self::external).
    #[must_use]
    pub fn external_document(self, document: &Document) -> Self {
        self.source(Layer::External, document.origin.clone(), document.text.clone(), document.format)
    }

    fn document(mut self, layer: Layer, external: &External) -> Self {
        let Some((fetched, finding)) = external.fetched() else { return self };
        self.findings.extend(finding);
        let document = Arc::clone(&fetched.document);
        self.kept.push(Arc::new(fetched));
        self.source(layer, document.origin.clone(), document.text.clone(), document.format)
    }

    /// Writes the copies of external documents that a later start can use without the sources.
    ///
    /// Call it once the settings are in use, since a copy with errors would be of no use.
    /// [`Watch`](crate::store::watch::Watch) does so by itself. A copy that can't be written is a warning in the next
    /// report.
    pub fn keep_copies(&self) {
        self.kept.iter().for_each(|kept| kept.keep());
    }
}
