//! Writes a file over and over, until it is killed: the victim of the crash test.

use std::path::Path;
use std::process::ExitCode;

use settings_core::store::{Change, edit, read, write};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else { return ExitCode::from(2) };
    for round in 1_u64.. {
        if let Err(error) = turn(Path::new(&path), round) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Raises both ends of the file, so that a torn one is seen, and lets its middle grow and shrink.
fn turn(path: &Path, round: u64) -> Result<(), Box<dyn std::error::Error>> {
    let before = read(path)?;
    let text = before.text().unwrap_or("{}\n");
    let stamp = format!("\"{} {round}\"", std::process::id());
    let middle = format!("\"{}\"", "x".repeat(usize::try_from(round % 7)? * 20_000));
    let changes = [
        Change::set(["First"], stamp.as_str()),
        Change::set(["Middle"], middle),
        Change::set(["Last"], stamp.as_str()),
    ];
    write(path, &before, &edit(text, &changes)?)?;
    Ok(())
}
