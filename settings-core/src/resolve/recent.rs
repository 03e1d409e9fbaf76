//! The indexes of the roots that were resolved last.
//!
//! Most programs resolve one root again and again, and an index costs as much as the settings of a small file.

use std::sync::{Arc, Mutex, PoisonError};

use super::index::Index;
use crate::schema::Section;

/// The number of indexes that are kept: a program can make roots as long as it runs.
const KEPT: usize = 8;

static RECENT: Mutex<Recent> = Mutex::new(Recent(Vec::new()));

/// The indexes, the oldest first.
struct Recent(Vec<Arc<Index>>);

/// Returns the index of a root.
pub(crate) fn index_of(root: &'static Section) -> Arc<Index> {
    RECENT.lock().unwrap_or_else(PoisonError::into_inner).index_of(root)
}

impl Recent {
    fn index_of(&mut self, root: &'static Section) -> Arc<Index> {
        // a root never changes and is never freed, so no other has its address
        if let Some(index) = self.0.iter().find(|index| std::ptr::eq(index.root, root)) {
            return Arc::clone(index);
        }
        let index = Arc::new(Index::new(root));
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(Arc::clone(&index));
        index
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KEPT, Recent};
    use crate::schema::Section;

    #[test]
    fn the_index_of_a_root_is_made_once_and_the_oldest_goes_first() {
        let root = || &*Box::leak(Box::new(Section::new("", &[])));
        let mut recent = Recent(Vec::new());
        let (first, second) = (root(), root());
        let index = recent.index_of(first);
        assert!(std::ptr::eq(index.root, first));
        assert!(std::ptr::eq(recent.index_of(second).root, second));
        assert!(Arc::ptr_eq(&index, &recent.index_of(first)));
        for _ in 1..KEPT {
            recent.index_of(root());
        }
        assert_eq!(recent.0.len(), KEPT);
        assert!(!Arc::ptr_eq(&index, &recent.index_of(first)));
    }
}
