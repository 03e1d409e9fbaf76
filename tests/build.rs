//! Writes the structs of the generated programs, and the snippets of README and guides as documentation tests.

#[path = "src/generate/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod generate;
#[path = "src/snippets.rs"]
mod snippets;

use std::path::Path;
use std::{env, fs};

use generate::{Library, Program};

fn main() {
    println!("cargo::rerun-if-changed=src/generate");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let folder = Path::new(&folder);
    fs::write(folder.join("every.rs"), generate::every::source()).expect("OUT_DIR can be written to");
    for (program, name) in [(Program::nine(), "nine"), (Program::full(), "full")] {
        for (library, suffix) in Library::ALL {
            let file = folder.join(format!("{name}_{suffix}.rs"));
            fs::write(file, library.source(&program)).expect("OUT_DIR can be written to");
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::write(folder.join("snippets.rs"), snippets::modules(&root)).expect("OUT_DIR can be written to");
}
