//! Text that is wiped from memory on drop.

use std::fmt;
use std::ops::Deref;

/// Text that may hold secrets: redacted in `Debug`, wiped from memory on drop. Growing it leaves no copy in freed memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct ZeroizingString(String);

impl ZeroizingString {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    #[inline]
    pub(crate) fn push_str(&mut self, text: &str) {
        if text.len() > self.0.capacity() - self.0.len() {
            self.grow(text.len());
        }
        self.0.push_str(text);
    }

    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let mut larger = Self::with_capacity((self.0.len() + more).max(2 * self.0.capacity()));
        larger.0.push_str(&self.0);
        *self = larger;
    }

    pub(crate) fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    /// Empties the text, and keeps its memory for the next one. The old bytes are wiped on drop.
    #[cfg(feature = "toml")]
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the text, which is no longer wiped.
    pub(crate) fn into_string(mut self) -> String {
        std::mem::take(&mut self.0)
    }

    /// Removes a byte-order mark at the start.
    pub(crate) fn without_byte_order_mark(self) -> Self {
        match self.0.strip_prefix('\u{feff}') {
            Some(rest) => Self(rest.to_owned()),
            None => self,
        }
    }

    /// Removes the last line break.
    pub(crate) fn without_line_break(mut self) -> Self {
        if self.0.ends_with('\n') {
            self.0.pop();
            if self.0.ends_with('\r') {
                self.0.pop();
            }
        }
        self
    }
}

/// Overwrites bytes that held a secret, including those between the length and the capacity.
pub(crate) fn wipe(mut bytes: Vec<u8>) {
    bytes.clear();
    bytes.resize(bytes.capacity(), 0);
    zeroize::optimization_barrier(bytes.as_slice());
}

impl Drop for ZeroizingString {
    fn drop(&mut self) {
        wipe(std::mem::take(&mut self.0).into_bytes());
    }
}

impl Deref for ZeroizingString {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Write for ZeroizingString {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

impl From<String> for ZeroizingString {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for ZeroizingString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::ZeroizingString;

    #[test]
    fn it_grows_like_a_string() {
        let mut text = ZeroizingString::default();
        (0..100).for_each(|_| text.push_str("ab"));
        text.push('é');
        assert_eq!(&*text, format!("{}é", "ab".repeat(100)));
        assert_eq!(format!("{text:?}"), "***");
    }

    #[test]
    fn one_line_break_is_removed() {
        for (with, without) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a"), ("\n", "")] {
            assert_eq!(&*ZeroizingString::from(with.to_owned()).without_line_break(), without);
        }
    }
}
