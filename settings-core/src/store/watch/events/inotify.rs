//! Events of inotify.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::{Depth, Woken};

/// The depth, and the number of folders, up to which a tree is watched.
const MAX_DEPTH: usize = 32;
const MAX_FOLDERS: usize = 10_000;

const BUFFER: usize = 16 << 10;

/// A source of events.
#[derive(Debug)]
pub(in super::super) struct Events {
    /// `None` if the system can't create another source.
    inotify: Option<OwnedFd>,
    wake: Arc<Wake>,
    folders: BTreeMap<i32, Folder>,
}

/// A watched folder.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    depth: Depth,
}

/// Ends a wait for events.
#[derive(Clone, Debug)]
pub(in super::super) struct Waker(Arc<Wake>);

#[derive(Debug)]
struct Wake {
    descriptor: OwnedFd,
    is_stopped: AtomicBool,
}

impl Waker {
    pub(in super::super) fn stop(&self) {
        self.0.is_stopped.store(true, Ordering::SeqCst);
        self.ask();
    }

    pub(in super::super) fn ask(&self) {
        let _ = rustix::io::write(&self.0.descriptor, &1_u64.to_ne_bytes());
    }
}

impl Events {
    pub(in super::super) fn new() -> io::Result<Self> {
        let descriptor = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let wake = Wake { descriptor, is_stopped: AtomicBool::new(false) };
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        Ok(Self { inotify, wake: Arc::new(wake), folders: BTreeMap::new() })
    }

    /// Creates a source that has no events.
    #[cfg(test)]
    pub(in super::super) fn without_system() -> io::Result<Self> {
        Ok(Self { inotify: None, ..Self::new()? })
    }

    pub(in super::super) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.wake))
    }

    /// Watches a folder.
    ///
    /// # Errors
    /// If the folder, or one below it, can't be watched.
    pub(in super::super) fn watch(&mut self, folder: &Path, depth: Depth) -> io::Result<()> {
        self.add(folder, depth)?;
        if depth == Depth::Tree { self.add_below(folder) } else { Ok(()) }
    }

    /// Stops watching a folder and those below it.
    pub(in super::super) fn unwatch(&mut self, folder: &Path) {
        let Some(inotify) = &self.inotify else { return };
        self.folders.retain(|descriptor, watched| {
            let is_kept = !watched.path.starts_with(folder);
            if !is_kept {
                let _ = inotify::remove_watch(inotify, *descriptor);
            }
            is_kept
        });
    }

    /// Waits for events.
    pub(in super::super) fn wait(&mut self, timeout: Duration) -> Woken {
        let timeout = Timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: timeout.subsec_nanos() as _,
        };
        let mut fds = vec![PollFd::new(&self.wake.descriptor, PollFlags::IN)];
        fds.extend(self.inotify.as_ref().map(|inotify| PollFd::new(inotify, PollFlags::IN)));
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return Woken::Timeout,
            Ok(_) => {}
            Err(_) => return Woken::Stop,
        }
        if fds.first().is_some_and(|wake| !wake.revents().is_empty()) {
            // resets it
            let _ = rustix::io::read(&self.wake.descriptor, &mut [0_u8; 8]);
            return if self.wake.is_stopped.load(Ordering::SeqCst) { Woken::Stop } else { Woken::Asked };
        }
        self.read()
    }

    fn read(&mut self) -> Woken {
        let Some(inotify) = &self.inotify else { return Woken::Timeout };
        let (mut changed, mut created, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_lost = false;
        let mut buffer = [MaybeUninit::uninit(); BUFFER];
        let mut reader = Reader::new(inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            let flags = event.events();
            is_lost |= flags.contains(ReadFlags::QUEUE_OVERFLOW);
            let Some(folder) = self.folders.get(&event.wd()) else { continue };
            let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()));
            let path = name.map_or_else(|| folder.path.clone(), |name| folder.path.join(name));
            if flags.contains(ReadFlags::IGNORED) {
                gone.push(event.wd());
            }
            let is_new = flags.intersects(ReadFlags::CREATE | ReadFlags::MOVED_TO);
            if flags.contains(ReadFlags::ISDIR) && is_new && folder.depth == Depth::Tree {
                created.push(path.clone());
            }
            changed.push(path);
        }
        for descriptor in gone {
            self.folders.remove(&descriptor);
        }
        for folder in created {
            // files can be in it already
            is_lost = true;
            let _ = self.watch(&folder, Depth::Tree);
        }
        if is_lost { Woken::Lost } else { Woken::Changed(changed) }
    }

    fn add(&mut self, folder: &Path, depth: Depth) -> io::Result<()> {
        let Some(inotify) = &self.inotify else { return Err(io::ErrorKind::Unsupported.into()) };
        let descriptor = inotify::add_watch(inotify, folder, EVENTS)?;
        self.folders.insert(descriptor, Folder { path: folder.to_owned(), depth });
        Ok(())
    }

    /// Watches the folders below a folder. A symbolic link is not followed, since it can lead back.
    fn add_below(&mut self, folder: &Path) -> io::Result<()> {
        let mut open = vec![(folder.to_owned(), 0)];
        while let Some((folder, depth)) = open.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                if depth < MAX_DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    if self.folders.len() >= MAX_FOLDERS {
                        return Err(io::Error::other("too many folders"));
                    }
                    self.add(&entry.path(), Depth::Tree)?;
                    open.push((entry.path(), depth + 1));
                }
            }
        }
        Ok(())
    }
}

/// All events that change what a path leads to, or what a file holds. A file is reported when it is closed.
const EVENTS: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);
