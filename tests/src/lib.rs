//! Harness for the tests with real parts.
