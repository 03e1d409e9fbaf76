//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz toml`

#![no_main]

#[path = "../bodies/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bodies::formats::edit_toml(bytes);
});
