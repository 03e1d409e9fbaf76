//! Settings that a release removed, and changes that the gate of releases allows.

/// A setting that the program no longer has. It takes no field: only the record remains.
///
/// Where a layer still sets it, the report has an error that names the release, the reason and the replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// The path: `Section.Key` from the root, or a bare key of the section that has the record.
    pub path: &'static str,
    /// The release that removed it: `1.2`, or `next` for the one to come.
    pub since: &'static str,
    /// The reason, as a sentence.
    pub reason: &'static str,
    /// The setting to use instead: `Section.Key`, or a bare key of the same section.
    pub replacement: Option<&'static str>,
    /// The rules of the gate that the removal may break, each with the reason.
    pub allowed: &'static [AllowedChange],
}

impl Removed {
    /// A removal without a replacement.
    pub const fn new(path: &'static str, since: &'static str, reason: &'static str) -> Self {
        Self { path, since, reason, replacement: None, allowed: &[] }
    }

    /// Names the setting to use instead.
    #[must_use]
    pub const fn replacement(mut self, path: &'static str) -> Self {
        self.replacement = Some(path);
        self
    }

    /// Sets the rules that the removal may break.
    #[must_use]
    pub const fn allowed(mut self, allowed: &'static [AllowedChange]) -> Self {
        self.allowed = allowed;
        self
    }
}

/// A breaking change of a setting that the gate of releases lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowedChange {
    /// The rule: `default-changed`.
    pub rule: &'static str,
    /// The reason, as a sentence.
    pub reason: &'static str,
}
