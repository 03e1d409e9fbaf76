//! Messages that are composed at compile time.

/// Text of a bounded length; the excess is cut off.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    bytes: [u8; 400],
    len: usize,
}

impl Message {
    pub(super) const fn new(text: &str) -> Self {
        Self { bytes: [0; 400], len: 0 }.then(text)
    }

    /// Appends `text`.
    pub(super) const fn then(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let [byte, others @ ..] = rest {
            self.push(*byte);
            rest = others;
        }
        self
    }

    #[expect(clippy::indexing_slicing, reason = "the index is checked, and evaluated at compile time only")]
    pub(super) const fn push(&mut self, byte: u8) {
        if self.len < self.bytes.len() {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    /// The text so far.
    pub const fn as_str(&self) -> &str {
        let (written, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(written) {
            Ok(text) => text,
            // Cut off inside a character.
            Err(_) => "the names are too long to show",
        }
    }
}
