//! Reading files of settings, whatever their names lead to.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::value::{Secret, ZeroizingString, wipe};

/// No file of settings is larger.
const LIMIT: u64 = 64 << 20;

/// No secret is larger.
const FILE_LIMIT: u64 = 1 << 20;

/// All bytes of a file, which may also be a pipe. They may hold secrets; no copy of them is left behind.
///
/// # Errors
/// What the system says, and where it does not end after 64 MiB.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let known = file.metadata().map_or(0, |metadata| metadata.len()).min(LIMIT);
    read_all(file, known)
}

/// All that a reader gives, of which so many bytes are known of.
fn read_all(mut reader: impl io::Read, known: u64) -> io::Result<Vec<u8>> {
    // one more, so that the end is seen without growing
    let mut bytes = vec![0; usize::try_from(known).unwrap_or_default() + 1];
    let mut len = 0;
    loop {
        if len == bytes.len() {
            let mut larger = vec![0; 2 * len.max(4096)];
            larger.iter_mut().zip(&bytes).for_each(|(new, old)| *new = *old);
            wipe(std::mem::replace(&mut bytes, larger));
        }
        match reader.read(bytes.get_mut(len..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) if len as u64 + more as u64 <= LIMIT => len += more,
            Ok(_) => {
                wipe(bytes);
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 64 MiB"));
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
/// Returns the system's error, and one of its own for text that is larger than 64 MiB or not UTF-8.
pub fn read_stdin() -> io::Result<Option<Secret>> {
    let text = text_of(read_all(io::stdin().lock(), 0)?)?;
    Ok((!text.is_empty()).then(|| Secret::new(text.without_line_break().into_string())))
}

fn text_of(bytes: Vec<u8>) -> io::Result<ZeroizingString> {
    String::from_utf8(bytes).map(ZeroizingString::from).map_err(|error| {
        wipe(error.into_bytes());
        io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8")
    })
}

/// A file that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The file as it was named.
    pub name: String,
    /// Why.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.why)
    }
}

impl std::error::Error for Unreadable {}

/// A file's text.
pub(crate) fn read_text(path: &Path) -> Result<ZeroizingString, Unreadable> {
    let unreadable = |why| Unreadable { name: path.display().to_string(), why };
    let bytes = read_bytes(path).map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map(ZeroizingString::from).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
        wipe(error.into_bytes());
        unreadable(format!("not UTF-8: the byte at offset {offset} (line {line}) belongs to no character"))
    })
}

/// A file's text without its last line break.
pub(crate) fn read_limited(path: &Path) -> Result<ZeroizingString, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    if metadata.len() > FILE_LIMIT {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let bytes = read_bytes(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| {
        wipe(error.into_bytes());
        "it is not UTF-8".to_owned()
    })?;
    Ok(ZeroizingString::from(text).without_line_break())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn files_are_read_to_their_end_and_no_further() {
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
    fn what_tells_no_length_or_never_ends_is_no_harm() {
        let command = read_bytes(Path::new("/proc/self/cmdline")).unwrap();
        assert_eq!(command, std::fs::read("/proc/self/cmdline").unwrap());
        assert_eq!(read_bytes(Path::new("/dev/zero")).unwrap_err().to_string(), "it is larger than 64 MiB");
    }
}
