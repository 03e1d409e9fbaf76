//! Real pages: the tables and the tree against docutils.
//!
//! Needs `SETTINGS_PYTHON` (docutils 0.23) and the folder of pages next to the repository (`SETTINGS_SHARED`).

use std::path::{Path, PathBuf};

use serde_json::Value;
use settings_rst::{self as rst, Dialect};

use crate::support;

fn shared() -> Option<PathBuf> {
    let next_to = || support::root().parent().map(|parent| parent.join("shared"));
    let shared = std::env::var_os("SETTINGS_SHARED").map(PathBuf::from).or_else(next_to)?;
    if !shared.join("oracle/oracle.py").is_file() {
        support::loudly(&format!(
            "real pages: LEFT OUT, {} holds none; set SETTINGS_SHARED",
            shared.display()
        ));
        return None;
    }
    Some(shared)
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder of pages")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rst") {
            found.push(path);
        }
    }
}

/// Returns the parts of the drawn tables that both sides have.
fn drawn(tables: &Value) -> Vec<Value> {
    let cells = |table: &Value| {
        let cells = table["cells"].as_array().cloned().unwrap_or_default().into_iter().map(|cell| {
            let fields = ["row", "col", "rowspan", "colspan", "line", "head", "lines"];
            fields.map(|name| cell[name].clone()).into_iter().collect::<Value>()
        });
        cells.collect::<Value>()
    };
    let is_drawn = |table: &&Value| {
        matches!(table["kind"].as_str(), Some("grid" | "simple")) && !table["cells"].is_null()
    };
    let tables = tables.as_array().expect("a list of tables").iter().filter(is_drawn);
    tables
        .map(|table| {
            let parts = [&table["kind"], &table["line"], &table["colwidths"], &table["head_rows"]];
            parts.into_iter().cloned().chain([cells(table)]).collect()
        })
        .collect()
}

/// Returns the lines and the messages of the malformed tables.
fn malformed(found: impl Iterator<Item = (Value, Value)>) -> Vec<(i64, String)> {
    let mut found: Vec<(i64, String)> = found
        .map(|(line, text)| (line.as_i64().unwrap_or(0), text.as_str().unwrap_or_default().to_owned()))
        .filter(|(_, text)| text.starts_with("Malformed table"))
        .collect();
    found.sort();
    found
}

#[test]
fn tables_and_trees_are_equal_to_docutils() {
    let Some(shared) = shared() else { return };
    let Some(python) = support::python("real pages against docutils") else { return };
    let mut found = Vec::new();
    pages(&shared.join("pages"), &mut found);
    pages(&shared.join("seed"), &mut found);
    assert!(!found.is_empty(), "no pages in {}", shared.display());
    let mut count = 0;
    for path in &found {
        let name = path.display();
        let source = String::from_utf8_lossy(&std::fs::read(path).expect("a page")).into_owned();
        let page = rst::parse(&source, Dialect::Sphinx);
        let ours = rst::tables_json(&page);
        let theirs: Value =
            serde_json::from_str(&support::run(&python, &[&shared.join("oracle/oracle.py"), path]))
                .expect("JSON");
        let (our_tables, their_tables) = (drawn(&ours["tables"]), drawn(&theirs["tables"]));
        assert_eq!(our_tables.len(), their_tables.len(), "{name}");
        for (ours, theirs) in our_tables.iter().zip(&their_tables) {
            assert_eq!(ours, theirs, "{name}");
        }
        count += our_tables.len();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default().into_iter();
        let ours =
            malformed(list(&ours["tables"]).map(|table| (table["line"].clone(), table["error"].clone())));
        let messages = list(&theirs["messages"]).filter(|message| message["detached"].is_null());
        let wanted = malformed(messages.map(|message| (message["line"].clone(), message["text"].clone())));
        assert_eq!(ours, wanted, "{name}");
        let tree = rst::pformat(&page).replace("source=\"test data\"", "");
        let source = format!("source=\"{name}\"");
        assert_eq!(tree, theirs["pformat"].as_str().expect("a tree").replace(&source, ""), "{name}");
    }
    println!("{count} tables on {} pages", found.len());
}
