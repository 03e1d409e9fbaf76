//! Documents as layers.

use std::sync::Arc;

use super::{Document, External};
use crate::resolve::{Code, Diagnostic, Effective, Layer, Layers, Origin, Place, Report, Resolution};

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
        self.extras_mut().findings.extend(finding);
        let document = Arc::clone(&fetched.document);
        self.extras_mut().kept.push(Arc::new(fetched));
        self.source(layer, document.origin.clone(), document.text.clone(), document.format)
    }

    /// Writes the copies of external documents that a later start can use without the sources.
    ///
    /// Call it once the settings are in use, since a copy with errors would be of no use.
    /// [`Watch`](crate::store::watch::Watch) does so by itself. A copy that can't be written is a warning in the next
    /// report.
    pub fn keep_copies(&self) {
        self.extras().kept.iter().for_each(|kept| kept.keep());
    }
}

impl<T> Resolution<T> {
    /// Returns a warning for each secret that comes from a document of an external source, for a source that stores its
    /// documents in clear.
    pub fn secrets_in_clear(&self) -> Report {
        let is_in_clear = |setting: &Effective<'_>| {
            let is_secret = setting.setting.kind.is_secret() || setting.holds_password();
            is_secret && setting.layer() == Layer::External && setting.shown() != "\"\""
        };
        let warning = |setting: Effective<'_>| {
            let Origin::File { name, line, column, .. } = setting.origin else { return None };
            let path = setting.path.to_string();
            let place = Place::File { name, line, column, snippet: None };
            let message = format!("`{path}` is a secret, and is stored in clear");
            let help = "encrypt the settings, or set it by a file or variable of each machine";
            Some(Diagnostic::warning(Code::ExternalSource, message).setting(path).at(place).help(help))
        };
        Report::new(self.settings().filter(is_in_clear).filter_map(warning).collect())
    }
}
