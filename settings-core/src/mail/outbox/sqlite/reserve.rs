//! Room on the disk for the results of deliveries.
//!
//! A mail must not be sent if its result could not be recorded, because it would then be unknown. So a file next to the
//! outbox occupies room before the content of a mail is sent. If the disk is full when the result is recorded, the file
//! is deleted, and the result takes its room.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::open::private;

/// The size of the file. The result of a mail to 1,000 recipients takes about 200 KiB.
const SIZE: usize = 1024 * 1024;

/// The file that occupies the room.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    /// Creates the reserve of an outbox. This does not write the file yet.
    pub(super) fn new(outbox: &Path) -> Self {
        let mut path = outbox.as_os_str().to_owned();
        path.push(".reserve");
        Self { path: path.into() }
    }

    /// Writes the file unless it exists.
    ///
    /// # Errors
    /// Returns an error if there is no room for it.
    pub(super) fn fill(&self) -> io::Result<()> {
        let size = u64::try_from(SIZE).unwrap_or(u64::MAX);
        if fs::metadata(&self.path).is_ok_and(|found| found.len() == size) {
            return Ok(());
        }
        self.write().inspect_err(|_| {
            let _ = fs::remove_file(&self.path);
        })
    }

    fn write(&self) -> io::Result<()> {
        let mut file =
            private(OpenOptions::new().write(true).create(true).truncate(true)).open(&self.path)?;
        // Not zeros, for which some file systems reserve no room.
        let block: Vec<u8> =
            (0_u32..4096).map(|number| (number.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
        for _ in 0..SIZE / block.len() {
            file.write_all(&block)?;
        }
        file.sync_all()
    }

    /// Deletes the file. Returns true if there was one.
    pub(super) fn release(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn file_has_its_size_until_it_is_released() {
        let outbox = std::env::temp_dir().join(format!("reserve-{}", std::process::id()));
        let reserve = Reserve::new(&outbox);
        for _ in 0..2 {
            reserve.fill().unwrap();
            reserve.fill().unwrap();
            assert_eq!(fs::metadata(&reserve.path).unwrap().len(), 1024 * 1024);
            assert!(reserve.release());
            assert!(!reserve.release());
        }
        fs::write(&reserve.path, "cut off").unwrap();
        reserve.fill().unwrap();
        assert_eq!(fs::metadata(&reserve.path).unwrap().len(), 1024 * 1024);
        assert!(reserve.release());
    }
}
