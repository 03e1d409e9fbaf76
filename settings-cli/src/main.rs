//! The `settings` program.

fn main() {}
