//! The memory for messages.
//!
//! A message of up to [`SMALL`] bytes is received without a reservation. A larger one first reserves its size, and waits
//! until there is room. A message keeps its share of the memory until the program takes it.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The size up to which a message is received without a reservation.
pub(super) const SMALL: usize = 256 * 1024;
/// The unit of reservations.
const UNIT: usize = 1024;

/// The memory for large messages, and for messages that wait for the program.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    units: Arc<Semaphore>,
}

/// A part of the memory. Dropping it returns the part.
#[derive(Debug)]
pub(super) struct Share {
    permit: OwnedSemaphorePermit,
}

impl Memory {
    /// Creates the memory. It has room for at least one message of `largest` bytes.
    pub(super) fn new(limit: usize, largest: usize) -> Self {
        let units = units(limit.max(largest));
        Self { units: Arc::new(Semaphore::new(usize::try_from(units).unwrap_or(Semaphore::MAX_PERMITS))) }
    }

    /// Waits for a share of this size.
    pub(super) async fn share(&self, bytes: usize) -> Option<Share> {
        let permit = Arc::clone(&self.units).acquire_many_owned(units(bytes)).await.ok()?;
        Some(Share { permit })
    }

    /// Returns a share of this size if there is room now.
    pub(super) fn try_share(&self, bytes: usize) -> Option<Share> {
        let permit = Arc::clone(&self.units).try_acquire_many_owned(units(bytes)).ok()?;
        Some(Share { permit })
    }
}

impl Share {
    /// Returns the part beyond this size.
    pub(super) fn shrink(&mut self, bytes: usize) {
        let surplus =
            self.permit.num_permits().saturating_sub(usize::try_from(units(bytes)).unwrap_or(usize::MAX));
        drop(self.permit.split(surplus));
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shares_never_exceed_the_limit() {
        let memory = Memory::new(100 * UNIT, 10 * UNIT);
        let mut first = memory.try_share(60 * UNIT).unwrap();
        assert!(memory.try_share(41 * UNIT).is_none());
        first.shrink(10 * UNIT);
        let second = memory.try_share(90 * UNIT).unwrap();
        assert!(memory.try_share(1).is_none());
        drop((first, second));
        assert!(memory.try_share(100 * UNIT).is_some());
        assert!(Memory::new(0, 10 * UNIT).try_share(10 * UNIT).is_some());
    }
}
