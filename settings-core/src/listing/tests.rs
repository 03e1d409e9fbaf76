#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{NotAListing, Running, listing};
use crate::resolve::{Layers, resolve};
use crate::sample::Program;
use crate::value::json::Tree;

#[test]
fn a_listing_is_read_back() {
    let entries = listing(&resolve::<Program>(Layers::new()), None);
    let kept: Running = entries.iter().collect();
    let text: Tree = entries.iter().map(|entry| entry.to_json()).collect();
    let read: Running = text.to_string().parse().unwrap();
    for entry in &entries {
        assert_eq!(read.value(&entry.name), Some(&entry.value));
        assert_eq!(kept.value(&entry.name), Some(&entry.value));
    }
    assert_eq!(read.value("Nothing"), None);
    for text in ["", "{}", "[1]", "[", "nothing"] {
        assert_eq!(text.parse::<Running>().map(drop), Err(NotAListing));
    }
}
