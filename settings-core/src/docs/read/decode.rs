//! Decodes a page: byte-order mark, line ends, and a clear error if it isn't UTF-8.

use std::fmt;

/// The reason that a page can't be read.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The bytes are not UTF-8.
    NotUtf8 {
        /// The path of the page, as given.
        path: String,
        /// The first byte that is not UTF-8, counted from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
        /// The encoding that the bytes seem to have.
        guess: &'static str,
    },
    /// The page is Markdown.
    Markdown {
        /// The path of the page, as given.
        path: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { path, offset, line, column, guess } => write!(
                f,
                "{path}:{line}:{column}: not UTF-8 at byte {offset}; it seems to be {guess}. Save the page as UTF-8"
            ),
            Self::Markdown { path } => write!(
                f,
                "{path}: Markdown pages can't be read, only reStructuredText. Markdown is written only: check the \
                 page's source instead"
            ),
        }
    }
}

impl std::error::Error for ReadError {}

/// The text of a page without byte-order mark and carriage returns.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) byte_order_mark: bool,
    /// All lines ended with CR LF; here they end with LF.
    pub(super) crlf: bool,
}

pub(super) fn decode(path: &str, bytes: &[u8]) -> Result<Decoded, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = std::str::from_utf8(valid).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ReadError::NotUtf8 {
            path: path.to_owned(),
            offset: error.valid_up_to(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            guess: guess(bytes),
        }
    })?;
    let (byte_order_mark, text) = text.strip_prefix('\u{FEFF}').map_or((false, text), |text| (true, text));
    let ends = text.matches('\n').count();
    let crlf = ends > 0 && text.matches("\r\n").count() == ends && text.matches('\r').count() == ends;
    let text = if crlf { text.replace("\r\n", "\n") } else { text.to_owned() };
    Ok(Decoded { text, byte_order_mark, crlf })
}

fn guess(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xFF, 0xFE, ..] => "UTF-16, little-endian",
        [0xFE, 0xFF, ..] => "UTF-16, big-endian",
        _ if bytes.iter().filter(|byte| **byte == 0).count() > bytes.len() / 4 => "UTF-16 without its mark",
        _ if bytes.contains(&0) => "binary data",
        _ => "Windows-1252 or Latin-1",
    }
}
