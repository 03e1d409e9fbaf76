//! The indexes of the roots that were resolved last.
//!
//! Most programs resolve one root again and again, and an index costs as much as the settings of a small file.

use std::sync::{Arc, Mutex, PoisonError};

use super::index::Index;
use crate::schema::Section;

/// The number of indexes that are kept: a program can make roots as long as it runs.
const KEPT: usize = 8;

/// The indexes, the oldest first.
static INDEXES: Mutex<Vec<Arc<Index>>> = Mutex::new(Vec::new());

/// Returns the index of a root.
pub(crate) fn index_of(root: &'static Section) -> Arc<Index> {
    let mut indexes = INDEXES.lock().unwrap_or_else(PoisonError::into_inner);
    // a root never changes and is never freed, so no other has its address
    if let Some(index) = indexes.iter().find(|index| std::ptr::eq(index.root, root)) {
        return Arc::clone(index);
    }
    let index = Arc::new(Index::new(root));
    if indexes.len() == KEPT {
        indexes.remove(0);
    }
    indexes.push(Arc::clone(&index));
    index
}
