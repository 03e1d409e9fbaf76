use settings_core::Settings;

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "MM", section = "Server")]
struct Both {}

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "MM_")]
struct Underscore {}

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "")]
struct Empty {}

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "mm", page = " ")]
struct LowerCase {}

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "1M")]
struct Digit {}

fn main() {}
