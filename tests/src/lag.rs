//! Measures the time that a busy machine takes away, so that it is not attributed to the code under test.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

/// The sleep of one step.
const NAP: Duration = Duration::from_millis(10);

/// Returns the processor time of this thread, which other programs on the machine do not add to.
pub fn thread_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

/// Watches a thread that only sleeps: by so much longer as it does, others may be late too.
#[derive(Debug)]
pub struct Lag {
    lost: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

impl Lag {
    /// Watches from now on, until it is dropped.
    pub fn watch() -> Self {
        let lag = Self { lost: Arc::default(), over: Arc::default() };
        let (lost, over) = (Arc::clone(&lag.lost), Arc::clone(&lag.over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let started = Instant::now();
                thread::sleep(NAP);
                let late = started.elapsed().saturating_sub(NAP);
                lost.fetch_add(u64::try_from(late.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
        });
        lag
    }

    /// The time that was lost so far.
    pub fn so_far(&self) -> Duration {
        Duration::from_micros(self.lost.load(Ordering::Relaxed))
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}
