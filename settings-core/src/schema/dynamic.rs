//! Sections that are made at run time, such as those of plugins.

use super::{Choice, DefaultValue, Kind, Member, Section, Setting};

/// A builder of a section at run time.
///
/// The metadata is leaked, since everything else in this module lives as long as the program. Make each section once.
///
/// ```
/// use settings_core::schema::{DynamicSection, Kind};
///
/// let section = DynamicSection::new("CallsPlugin", "Calls from one to many.")
///     .setting("UDPServerPort", "The port for voice.", Kind::Integer { min: 1, max: 65535 }, "8443")
///     .one_of("Codec", "How voice is packed.", &[("opus", "Small."), ("pcm", "Large.")], "opus");
/// assert_eq!(section.finish().leaf_count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct DynamicSection {
    key: String,
    doc: String,
    settings: Vec<Setting>,
}

impl DynamicSection {
    /// An empty section; `doc` is Markdown.
    pub fn new(key: &str, doc: &str) -> Self {
        Self { key: key.to_owned(), doc: doc.to_owned(), settings: Vec::new() }
    }

    /// Adds a setting; `default` is JSON.
    #[must_use]
    pub fn setting(self, key: &str, description: &str, kind: Kind, default: &str) -> Self {
        let default = DefaultValue::Json(leak(default));
        self.add(key, description, kind, default)
    }

    /// Adds a setting that is one of some texts, each with its meaning.
    #[must_use]
    pub fn one_of(self, key: &str, description: &str, choices: &[(&str, &str)], default: &str) -> Self {
        let choice = |(text, doc): &(&str, &str)| Choice::new(leak(text), leak(text), leak(doc));
        let choices: Vec<Choice> = choices.iter().map(choice).collect();
        let kind = Kind::OneOf(Vec::leak(choices));
        self.add(key, description, kind, DefaultValue::Text(leak(default)))
    }

    /// Adds a secret, whose default is the empty text.
    #[must_use]
    pub fn secret(self, key: &str, description: &str) -> Self {
        self.add(key, description, Kind::Secret, DefaultValue::Text(""))
    }

    /// Adds a setting that has a title, aliases, a deprecation, and so on.
    ///
    /// ```
    /// use settings_core::schema::{DefaultValue, Details, DynamicSection, Kind, Setting};
    ///
    /// let port = Setting::new("Port", "port", Kind::Integer { min: 1, max: 65535 }, DefaultValue::Integer(8443))
    ///     .title("Voice port")
    ///     .doc("The port for voice.", &[])
    ///     .details(Details::new().aliases(&["UDPServerPort"]).restart().leak());
    /// let section = DynamicSection::new("CallsPlugin", "Calls.").with(port).finish();
    /// # assert_eq!(section.leaf_count(), 1);
    /// ```
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    fn add(mut self, key: &str, description: &str, kind: Kind, default: DefaultValue) -> Self {
        let key = leak(key);
        self.settings.push(Setting::new(key, key, kind, default).doc(leak(description), &[]));
        self
    }

    /// The section's metadata.
    pub fn finish(self) -> &'static Section {
        let members: Vec<Member> = self.settings.into_iter().map(Member::Setting).collect();
        let section = Section::new(leak(&self.key), Vec::leak(members)).doc(leak(&self.doc));
        Box::leak(Box::new(section))
    }
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
