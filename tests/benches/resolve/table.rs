//! The ratios of all medians to the first subject's.

use std::path::Path;

use serde_json::Value;

use crate::subjects::{Input, NAMES, Visitor};

/// Prints what criterion keeps in the folder `results`; subjects that a filter left out have no row.
pub fn print(results: &Path) {
    for name in NAMES {
        let mut subjects = Subjects(Vec::new());
        Input::of(name).each(&mut subjects);
        let medians: Vec<_> = subjects
            .0
            .iter()
            .filter_map(|subject| Some((subject, median(&results.join(name).join(subject))?)))
            .collect();
        let Some((_, first)) = medians.first() else { continue };
        println!("\n{:<34} {:>12} {:>9}", format!("{name}: median"), "ns", "ratio");
        for (subject, median) in &medians {
            println!("{subject:<34} {median:>12.0} {:>9.2}", median / first);
        }
    }
}

fn median(folder: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(folder.join("new/estimates.json")).ok()?;
    serde_json::from_str::<Value>(&text).ok()?.pointer("/median/point_estimate")?.as_f64()
}

/// The names alone.
struct Subjects(Vec<String>);

impl Visitor for Subjects {
    fn subject<T>(&mut self, name: &str, _: impl Fn() -> T, _: impl Fn(&T) -> Value, _: &Value) {
        self.0.push(name.to_owned());
    }
}
