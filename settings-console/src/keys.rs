//! Random names, and hashes that only this process can compute.

use std::hash::{BuildHasher, RandomState};

use settings_core::store::Snapshot;

/// The keys of this process for revisions and for the marks of secrets.
///
/// An unkeyed hash of a file would let a reader of the console try passwords against it.
#[derive(Default)]
pub(crate) struct Keys([RandomState; 2]);

impl Keys {
    /// Returns the mark of a content of the file.
    pub(crate) fn of_file(&self, snapshot: &Snapshot) -> String {
        match snapshot.text() {
            Some(text) => self.hash(&["file", text]),
            None => self.hash(&["no file"]),
        }
    }

    /// Returns 128 bits in hexadecimal digits.
    pub(crate) fn hash(&self, parts: &[&str]) -> String {
        self.0.iter().map(|key| format!("{:016x}", key.hash_one(parts))).collect()
    }
}

/// Returns 128 random bits in hexadecimal digits, or `None` if the system has none.
pub(crate) fn random_name() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares texts in a time that depends on their lengths alone.
#[cfg(feature = "local")]
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |found, (x, y)| found | (x ^ y)) == 0
}
