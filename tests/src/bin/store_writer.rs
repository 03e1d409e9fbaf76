//! Writes a file again and again until it is killed, for the crash tests.
//!
//! `store_writer FILE` writes text in the format of its ending, `store_writer FILE history` a program's settings with their history.

use std::path::Path;
use std::process::ExitCode;

use settings_core::FileFormat;
use settings_core::resolve::Layers;
use settings_core::store::{Change, SaveOutcome, Store, VersionStatus, edit_in, read, write};
use settings_tests::program::Program;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(path) = arguments.next() else { return ExitCode::from(2) };
    let turn = if arguments.next().is_some() { turn_with_history } else { turn };
    for round in 1_u64.. {
        if let Err(error) = turn(Path::new(&path), round) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Writes the same stamp to both ends of the file, so that a torn file is noticed, and a middle of changing length.
fn turn(path: &Path, round: u64) -> Outcome {
    let before = read(path)?;
    let text = before.text().unwrap_or("{}\n");
    let stamp = format!("\"{} {round}\"", std::process::id());
    let middle = format!("\"{}\"", "x".repeat(usize::try_from(round % 7)? * 20_000));
    let changes = [
        Change::set(["First"], stamp.as_str()),
        Change::set(["Middle"], middle),
        Change::set(["Last"], stamp.as_str()),
    ];
    write(path, &before, &edit_in(FileFormat::from_path(path), text, &changes)?)?;
    Ok(())
}

/// Writes the stamp through a store with five versions.
fn turn_with_history(path: &Path, round: u64) -> Outcome {
    let mut store =
        Store::<Program>::open(path, Layers::new())?.max_versions(5).author(Some("writer".to_owned()));
    let stamp = format!("{} {round}", std::process::id());
    store.set("ServiceSettings.ListenAddress", &[&stamp])?;
    store.set("ServiceSettings.Greeting", &["x".repeat(usize::try_from(round % 5)? * 20_000)])?;
    store.set("ServiceSettings.Licence", &[&stamp])?;
    match store.save()? {
        SaveOutcome::Written { version: VersionStatus::Added(_), .. } => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
