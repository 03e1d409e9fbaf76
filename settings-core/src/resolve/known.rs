//! The indexes of the roots that were resolved.
//!
//! Most programs resolve one root again and again, and an index costs as much as the settings of a small file.

use std::sync::OnceLock;

use super::index::Index;
use crate::schema::Section;

static FIRST: Known = Known::new();

/// A list of indexes. A root is never freed, so its index isn't either, and it is found without a lock.
struct Known {
    index: OnceLock<Index>,
    next: OnceLock<Box<Known>>,
}

/// Returns the index of a root.
#[inline]
pub(crate) fn index_of(root: &'static Section) -> &'static Index {
    FIRST.index_of(root)
}

impl Known {
    const fn new() -> Self {
        Self { index: OnceLock::new(), next: OnceLock::new() }
    }

    #[inline]
    fn index_of(&self, root: &'static Section) -> &Index {
        let mut known = self;
        loop {
            let index = known.index.get_or_init(|| Index::new(root));
            // a root never changes and is never freed, so no other has its address
            if std::ptr::eq(index.root, root) {
                return index;
            }
            known = known.next.get_or_init(|| Box::new(Self::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Known;
    use crate::schema::Section;

    #[test]
    fn the_index_of_a_root_is_made_once_by_all_threads_together() {
        let roots: Vec<_> = (0..20).map(|_| &*Box::leak(Box::new(Section::new("", &[])))).collect();
        let known = Known::new();
        let indexes = |known: &Known| -> Vec<usize> {
            let address = |root| std::ptr::from_ref(known.index_of(root)).addr();
            roots.iter().copied().map(address).collect()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| indexes(&known))).collect();
            let first = indexes(&known);
            assert!(threads.into_iter().all(|thread| thread.join().is_ok_and(|found| found == first)));
        });
        let is_own = |root: &&'static Section| std::ptr::eq(known.index_of(root).root, *root);
        assert!(roots.iter().all(is_own));
    }
}
