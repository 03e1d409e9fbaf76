//! Secrets that were typed and are not saved yet.
//!
//! A page never holds a secret, not even one that its visitor has just typed, so the review of a change keeps them here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use settings_core::value::Secret;

use crate::keys::random_name;

/// The time for which a draft is kept.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// The number of drafts that one visitor has at a time; the oldest goes first.
const PER_VISITOR: usize = 8;

/// The number of drafts of all visitors.
const MAX_DRAFTS: usize = 256;

#[derive(Default)]
pub(crate) struct Drafts(Mutex<HashMap<String, Draft>>);

struct Draft {
    visitor: String,
    made: Instant,
    secrets: Vec<(String, Secret)>,
}

impl Drafts {
    /// Keeps secrets by the paths of their settings, and returns the draft's name.
    pub(crate) fn keep(&self, visitor: &str, secrets: Vec<(String, Secret)>) -> Option<String> {
        if secrets.is_empty() {
            return None;
        }
        let name = random_name()?;
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.retain(|_, draft| draft.made.elapsed() < LIFETIME);
        let own = drafts.values().filter(|draft| draft.visitor == visitor).count();
        let is_of = |draft: &Draft| own < PER_VISITOR || draft.visitor == visitor;
        if own >= PER_VISITOR || drafts.len() >= MAX_DRAFTS {
            let oldest = drafts.iter().filter(|(_, draft)| is_of(draft)).min_by_key(|(_, draft)| draft.made);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                drafts.remove(&oldest);
            }
        }
        let draft = Draft { visitor: visitor.to_owned(), made: Instant::now(), secrets };
        drafts.insert(name.clone(), draft);
        Some(name)
    }

    /// Returns the secrets of a draft, if it is the visitor's.
    pub(crate) fn get(&self, visitor: &str, name: &str) -> Vec<(String, Secret)> {
        let drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let draft = drafts.get(name);
        let own = draft.filter(|draft| draft.visitor == visitor && draft.made.elapsed() < LIFETIME);
        own.map(|draft| draft.secrets.clone()).unwrap_or_default()
    }

    /// Forgets a draft.
    pub(crate) fn drop(&self, visitor: &str, name: &str) {
        let mut drafts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if drafts.get(name).is_some_and(|draft| draft.visitor == visitor) {
            drafts.remove(name);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<(String, Secret)> {
        vec![("A.B".to_owned(), Secret::new(text))]
    }

    #[test]
    fn a_draft_is_its_visitors_alone() {
        let drafts = Drafts::default();
        let name = drafts.keep("ann", secrets("one")).unwrap();
        assert_eq!(drafts.get("ann", &name), secrets("one"));
        assert!(drafts.get("bob", &name).is_empty());
        drafts.drop("bob", &name);
        assert_eq!(drafts.get("ann", &name).len(), 1);
        drafts.drop("ann", &name);
        assert!(drafts.get("ann", &name).is_empty());
        assert_eq!(drafts.keep("ann", Vec::new()), None);
    }

    #[test]
    fn one_visitor_does_not_push_out_the_drafts_of_others() {
        let drafts = Drafts::default();
        let first = drafts.keep("ann", secrets("one")).unwrap();
        for _ in 0..300 {
            drafts.keep("bob", secrets("two"));
        }
        assert_eq!(drafts.get("ann", &first).len(), 1);
        assert_eq!(drafts.0.lock().unwrap().len(), 1 + PER_VISITOR);
    }
}
