//! Harness for the tests with real parts.

pub mod certificates;
pub mod faults;
