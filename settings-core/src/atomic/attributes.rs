//! Access lists and other extended attributes, which a file takes over from the one it replaces.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs::File;
use std::io;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};

/// The largest size of an attribute, and of the list of their names.
const LIMIT: usize = 1 << 16;

/// An access list that a folder gives to each new file in it.
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

/// Attributes that the system computes from a file's content, or grants to it.
const CONTENT_BOUND: [&[u8]; 3] = [b"security.capability", b"security.evm", b"security.ima"];

/// Copies the attributes of `old` to `new` as far as the process may, and removes an access list that `old` does not have.
///
/// # Errors
/// If the access list can't be set, which would change who can read the file.
pub(super) fn keep(new: &File, old: &File) -> io::Result<()> {
    let kept = names(old);
    for name in &kept {
        let mut value = vec![0; LIMIT];
        let Ok(len) = fgetxattr(old, &**name, value.as_mut_slice()) else { continue };
        let set = fsetxattr(new, &**name, value.get(..len).unwrap_or_default(), XattrFlags::empty());
        if let (Err(error), ACCESS_LIST) = (set, name.to_bytes()) {
            return Err(error.into());
        }
    }
    for inherited in names(new).difference(&kept).filter(|name| name.to_bytes() == ACCESS_LIST) {
        fremovexattr(new, &**inherited)?;
    }
    Ok(())
}

/// Returns the names of a file's attributes; none if the file system has no attributes.
fn names(file: &File) -> BTreeSet<Box<CStr>> {
    let mut list = vec![0; LIMIT];
    let len = flistxattr(file, list.as_mut_slice()).unwrap_or(0);
    let names = list.get(..len).unwrap_or_default().split_inclusive(|byte| *byte == 0);
    let names = names.filter_map(|name| CStr::from_bytes_with_nul(name).ok());
    names.filter(|name| !CONTENT_BOUND.contains(&name.to_bytes())).map(Box::from).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::super::replace;
    use super::*;

    const LIST: &CStr = c"system.posix_acl_access";
    const FOLDERS: &CStr = c"system.posix_acl_default";
    const COMMENT: &CStr = c"user.comment";

    /// An access list in the system's format: the owner, others, one more user, and the mask.
    fn list(user: u32, may: u16) -> Vec<u8> {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        let undefined = u32::MAX;
        for (tag, permissions, id) in [
            (1, 6, undefined),
            (2, may, user),
            (4, 0, undefined),
            (0x10, may, undefined),
            (0x20, 0, undefined),
        ] {
            bytes.extend(u16::to_le_bytes(tag));
            bytes.extend(u16::to_le_bytes(permissions));
            bytes.extend(u32::to_le_bytes(id));
        }
        bytes
    }

    fn attribute(path: &Path, name: &CStr) -> Option<Vec<u8>> {
        let mut value = vec![0; LIMIT];
        let len = fgetxattr(File::open(path).unwrap(), name, value.as_mut_slice()).ok()?;
        value.truncate(len);
        Some(value)
    }

    fn set(path: &Path, name: &CStr, value: &[u8]) -> bool {
        let done = fsetxattr(File::open(path).unwrap(), name, value, XattrFlags::empty());
        if let Err(error) = done {
            let path = path.display();
            let said = format!("SKIPPED: {name:?}, which can't be set on {path}: {error}\n");
            io::stderr().write_all(said.as_bytes()).unwrap();
        }
        done.is_ok()
    }

    #[test]
    fn a_replaced_file_keeps_access_lists_and_other_attributes() {
        let folder = std::env::temp_dir().join(format!("settings-attributes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("config.json");
        std::fs::write(&path, "0").unwrap();
        if set(&path, COMMENT, b"mine") {
            replace(&path, b"1").unwrap();
            assert_eq!(attribute(&path, COMMENT), Some(b"mine".to_vec()));
        }
        if set(&path, LIST, &list(12345, 4)) {
            replace(&path, b"2").unwrap();
            assert_eq!(attribute(&path, LIST), Some(list(12345, 4)));
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
            // the access list that the folder gives to new files does not apply
            fremovexattr(File::open(&path).unwrap(), LIST).unwrap();
            assert!(set(&folder, FOLDERS, &list(54321, 6)));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660)).unwrap();
            replace(&path, b"3").unwrap();
            assert_eq!(attribute(&path, LIST), None);
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
