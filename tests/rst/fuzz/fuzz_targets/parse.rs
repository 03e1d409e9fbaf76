//! Any bytes, read in both dialects and printed. Run with `cargo fuzz run parse --fuzz-dir tests/rst/fuzz`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use settings_core::rst::{self, Dialect};

fuzz_target!(|bytes: &[u8]| {
    let source = String::from_utf8_lossy(bytes);
    for dialect in [Dialect::Docutils, Dialect::Sphinx] {
        let page = rst::parse(&source, dialect);
        let _ = rst::pformat(&page);
        let _ = rst::tables_json(&page);
        assert!(page.descendants().all(|node| page.source().get(node.span()).is_some()));
    }
});
