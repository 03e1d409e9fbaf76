//! Numbers that look random and are the same in every run.

/// Marsaglia's xorshift64*; a failing test prints its seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Any seed will do.
    pub const fn new(seed: u64) -> Self {
        // neighbouring seeds begin far apart; zero is the one state that never changes
        let state = (seed ^ (seed >> 32)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(if state == 0 { 1 } else { state })
    }

    /// The numbers of one test: the same in every run, but others with each `SETTINGS_FUZZ_SEED`.
    ///
    /// # Panics
    /// If the variable is not a number.
    pub fn seeded(test: u64) -> Self {
        let seed = std::env::var("SETTINGS_FUZZ_SEED")
            .map(|text| text.parse().expect("SETTINGS_FUZZ_SEED is a number"));
        let seed: u64 = seed.unwrap_or(0);
        Self::new(test ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Any number.
    pub const fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // the lowest bits are the least random
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(32)
    }

    /// A number below `bound`; 0 where that is 0.
    pub const fn below(&mut self, bound: usize) -> usize {
        (self.number() % if bound == 0 { 1 } else { bound as u64 }) as usize
    }

    /// One of them; there must be one.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
