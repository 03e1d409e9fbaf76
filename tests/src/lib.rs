//! What the tests with real parts and the benches share.

pub mod generate;

/// The generated programs' structs.
pub mod generated {
    /// [`Program::nine`](crate::generate::Program::nine).
    pub mod nine {
        include!(concat!(env!("OUT_DIR"), "/nine_ours.rs"));
    }

    /// [`Program::full`](crate::generate::Program::full).
    pub mod full {
        include!(concat!(env!("OUT_DIR"), "/full_ours.rs"));
    }
}
