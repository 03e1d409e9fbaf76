//! Harness for the tests with real parts.

pub mod certificates;
pub mod faults;
pub mod postfix;
pub mod proxy;
pub mod real;
