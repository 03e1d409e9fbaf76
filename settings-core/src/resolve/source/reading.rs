//! Reading files, with limits and without leaving copies of secrets in memory.

use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::value::{Secret, ZeroizingString, wipe};

/// The largest configuration file.
const LIMIT: u64 = 64 << 20;

/// The largest file with a single value.
const VALUE_LIMIT: u64 = 1 << 20;

/// A file that cannot be read.
///
/// `Debug` prints what `Display` prints, so that a program that returns it from `main` shows a readable message.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unreadable {
    /// The file as it was named.
    pub name: String,
    /// The reason, for people.
    pub why: String,
    /// The kind of the system's error; `InvalidData` for a file that is not UTF-8.
    pub kind: io::ErrorKind,
}

impl Unreadable {
    /// Creates the error of a file, or of another source of text.
    pub fn new(name: impl Into<String>, why: impl Into<String>, kind: io::ErrorKind) -> Self {
        Self { name: name.into(), why: why.into(), kind }
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.why)
    }
}

impl std::error::Error for Unreadable {}

impl Unreadable {
    /// Wraps an error of the system for `path`.
    pub(crate) fn from_io(path: &Path) -> impl Fn(io::Error) -> Self {
        move |error| Self::new(path.display().to_string(), error.to_string(), error.kind())
    }
}

/// Reads all bytes of a file, which may also be a pipe.
///
/// The bytes may contain secrets; no other copy of them stays in memory.
///
/// # Errors
/// Returns the system's error, or an error if the file is larger than 64 MiB.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let known = file.metadata().map_or(0, |metadata| metadata.len());
    read_all(file, known, LIMIT, "64 MiB")
}

/// Reads everything up to `limit`; `known` is the expected length.
fn read_all(mut reader: impl io::Read, known: u64, limit: u64, name: &str) -> io::Result<Vec<u8>> {
    // one byte more, so that the end is found without growing
    let mut bytes = vec![0; usize::try_from(known.min(limit)).unwrap_or_default() + 1];
    let mut len = 0;
    loop {
        if len == bytes.len() {
            let mut larger = vec![0; 2 * len.max(4096)];
            larger.iter_mut().zip(&bytes).for_each(|(new, old)| *new = *old);
            wipe(std::mem::replace(&mut bytes, larger));
        }
        match reader.read(bytes.get_mut(len..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) if len as u64 + more as u64 <= limit => len += more,
            Ok(_) => {
                wipe(bytes);
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {name}")));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                wipe(bytes);
                return Err(error);
            }
        }
    }
    bytes.truncate(len);
    Ok(bytes)
}

/// Reads standard input up to its end, without its last line break. Returns `None` if it has no bytes at all.
///
/// The text may be a secret: no copy of it is left in memory.
///
/// # Errors
/// Returns the system's error, or an error if the text is larger than 64 MiB or not UTF-8.
pub fn read_stdin() -> io::Result<Option<Secret>> {
    let text = utf8(read_all(io::stdin().lock(), 0, LIMIT, "64 MiB")?)?;
    Ok((!text.is_empty()).then(|| Secret::new(text.without_line_break().into_string())))
}

/// Reads the text of a file.
pub(crate) fn read_text(path: &Path) -> Result<ZeroizingString, Unreadable> {
    read_bytes(path).and_then(utf8).map_err(Unreadable::from_io(path))
}

/// Reads a file with a single value; a byte-order mark and the last line break do not belong to the value.
///
/// Only pipes and regular files are read: a directory or a socket is a mistake. An empty file is most often the trace
/// of a command that failed, so it is an error as well; a line break alone is an empty value.
pub(crate) fn read_value(path: &Path) -> Result<ZeroizingString, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    read_value_of(file, &metadata)
}

/// Reads an open file with a single value, as [`read_value`] does.
pub(crate) fn read_value_of(file: File, metadata: &Metadata) -> Result<ZeroizingString, String> {
    if !metadata.is_file() && !is_pipe(metadata) {
        return Err("not a regular file".to_owned());
    }
    let bytes = read_all(file, metadata.len(), VALUE_LIMIT, "1 MiB").map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Err(EMPTY.to_owned());
    }
    let text = utf8(bytes).map_err(|error| error.to_string())?.without_byte_order_mark();
    if text.is_empty() {
        return Err(EMPTY.to_owned());
    }
    Ok(text.without_line_break())
}

/// The message for an empty file.
pub(crate) const EMPTY: &str = "the file is empty";

#[cfg(unix)]
pub(super) fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo()
}

#[cfg(not(unix))]
pub(super) fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}

fn utf8(bytes: Vec<u8>) -> io::Result<ZeroizingString> {
    if let Some(name) = utf16(&bytes) {
        wipe(bytes);
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{name}: save it as UTF-8")));
    }
    String::from_utf8(bytes).map(ZeroizingString::from).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
        wipe(error.into_bytes());
        let message = format!("not UTF-8: invalid byte at offset {offset} (line {line})");
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

/// Recognizes UTF-16 by its byte-order mark, or by the zero byte next to its first ASCII character.
fn utf16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("the file is UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [1..=0x7f, 0, ..] | [0, 1..=0x7f, ..] => {
            Some("the file is UTF-16")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn reads_files_whole_and_reports_missing_ones() {
        let path = std::env::temp_dir().join(format!("settings-reading-{}", std::process::id()));
        for len in [0, 1, 4095, 4096, 10_000] {
            std::fs::write(&path, vec![b'x'; len]).unwrap();
            assert_eq!(read_bytes(&path).unwrap(), vec![b'x'; len]);
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read_bytes(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(read_bytes(&std::env::temp_dir()).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn reads_files_without_a_length_and_limits_endless_ones() {
        let command = read_bytes(Path::new("/proc/self/cmdline")).unwrap();
        assert_eq!(command, std::fs::read("/proc/self/cmdline").unwrap());
        assert_eq!(read_bytes(Path::new("/dev/zero")).unwrap_err().to_string(), "larger than 64 MiB");
        assert_eq!(read_value(Path::new("/dev/zero")).unwrap_err(), "not a regular file");
    }

    #[test]
    fn a_value_has_neither_byte_order_mark_nor_last_line_break() {
        let path = std::env::temp_dir().join(format!("settings-value-{}", std::process::id()));
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_value(&path).map(|text| text.to_string())
        };
        assert_eq!(read(b"\xef\xbb\xbfbob\n"), Ok("bob".to_owned()));
        assert_eq!(read(b"bob\r\n"), Ok("bob".to_owned()));
        assert_eq!(read(b"\n"), Ok(String::new()));
        assert_eq!(read(b""), Err("the file is empty".to_owned()));
        assert_eq!(read(b"\xef\xbb\xbf"), Err("the file is empty".to_owned()));
        assert_eq!(read(b"\xff\xfeb\0"), Err("the file is UTF-16: save it as UTF-8".to_owned()));
        assert_eq!(read(b"b\0o\0b\0"), Err("the file is UTF-16: save it as UTF-8".to_owned()));
        assert_eq!(read(b"a\xff"), Err("not UTF-8: invalid byte at offset 1 (line 1)".to_owned()));
        std::fs::remove_file(&path).unwrap();
    }
}
