//! Parsing pages: generated ones, and real ones if they are available.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use settings_rst::{self as rst, Dialect};

/// Returns a page of settings, each with a title, a directive and a table.
fn generated(settings: usize) -> String {
    let mut page = String::from("Settings\n========\n\n");
    for i in 0..settings {
        let title = format!("Setting number {i}");
        let _ = writeln!(page, ".. config:setting:: setting-{i}\n  :displayname: {title}\n  :default: {i}\n");
        let _ = writeln!(page, "{title}\n{}\n", "~".repeat(title.len()));
        let border = format!("+{}+{}+", "-".repeat(60), "-".repeat(60));
        let cells = [
            (
                "What the setting does, in *some* words that",
                format!("- System Config path: **Part > Number {i}**"),
            ),
            (
                "take more than one line.",
                format!("- ``config.json`` setting: ``Section`` > ``Key{i}`` > ``{i}``"),
            ),
            ("", format!("- Environment variable: ``PREFIX_SECTION_KEY{i}``")),
            ("- **true**: **(Default)** On.", String::new()),
            ("- **false**: Off, see `the notes <https://example.org/notes>`__.", String::new()),
        ];
        let _ = writeln!(page, "{border}");
        for (left, right) in cells {
            let _ = writeln!(page, "| {left:<58} | {right:<58} |");
        }
        let _ = writeln!(page, "{border}\n");
    }
    page
}

fn collect(folder: &Path, page: &mut String) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, page);
        } else if path.extension().is_some_and(|extension| extension == "rst") {
            page.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
            page.push_str("\n\n");
        }
    }
}

fn pages() -> Vec<(&'static str, String)> {
    let mut pages = vec![("generated-340", generated(340)), ("generated-680", generated(680))];
    let next_to = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("SETTINGS_SHARED").map_or(next_to, PathBuf::from);
    let mut real = String::new();
    collect(&shared.join("pages"), &mut real);
    if real.is_empty() {
        eprintln!("no real pages in {}: generated ones only", shared.display());
    } else {
        pages.push(("real", real));
    }
    pages
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("rst");
    for (name, page) in pages() {
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_with_input(BenchmarkId::new("parse", name), &page, |b, page| {
            b.iter(|| rst::parse(black_box(page), Dialect::Sphinx));
        });
        group.bench_with_input(BenchmarkId::new("parse+pformat", name), &page, |b, page| {
            b.iter(|| rst::pformat(&rst::parse(black_box(page), Dialect::Sphinx)));
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
