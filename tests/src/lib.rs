//! Code that the tests with real parts and the benches share.

pub mod alone;
pub mod browser;
pub mod build_cost;
pub mod certificates;
pub mod cli;
pub mod console;
pub mod corpus;
pub mod events;
pub mod fault_proxy;
pub mod faults;
pub mod feed;
pub mod generate;
pub mod lag;
pub mod memory_store;
pub mod postfix;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod random;
pub mod real;
pub mod servers;
pub mod shell;
pub mod sink;
pub mod tls_proxy;
pub mod vault;

/// The snippets of README and guides, as documentation tests.
#[cfg(doctest)]
mod snippets {
    include!(concat!(env!("OUT_DIR"), "/snippets.rs"));
}

pub use real::{left_out, shared};

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
