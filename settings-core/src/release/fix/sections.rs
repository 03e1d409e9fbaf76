//! Sections that have another name as a whole.

use std::collections::BTreeMap;

use super::draft::{Draft, all_at};
use super::{Fix, Judgement, Upgrade};
use crate::resolve::Settings;
use crate::store::{Action, Change};
use crate::value::ZeroizingString;

impl<T: Settings> Upgrade<T> {
    /// Renames the sections of which all settings have moved to one other section next to it, so that comments and order
    /// stay.
    pub(super) fn move_sections(&self, judgement: &Judgement, draft: &mut Draft) {
        // the keys that move from one section to another
        let mut moves: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for finding in &judgement.findings {
            let Some(Fix::Move { from, to }) = &finding.fix else { continue };
            if !self.has_same_unit(from, to) {
                continue;
            }
            let (Some((from, key)), Some((to, new_key))) = (from.rsplit_once('.'), to.rsplit_once('.'))
            else {
                continue;
            };
            let above = |section: &str| section.rsplit_once('.').map(|(above, _)| above.to_owned());
            if key == new_key && from != to && above(from) == above(to) {
                moves.entry((from, to)).or_default().push(key);
            }
        }
        for ((from, to), moved) in moves {
            let [from, to] = [from, to].map(|path| path.split('.').map(str::to_owned).collect::<Vec<_>>());
            let section = draft.with_root(|root| {
                let old = all_at(root, &from);
                let ([old], true) = (old.as_slice(), all_at(root, &to).is_empty()) else { return None };
                let entries = old.entries()?;
                let moves = |name: &str| moved.iter().any(|moved| moved.eq_ignore_ascii_case(name));
                let all = !entries.is_empty() && entries.iter().all(|(key, _)| moves(&key.name()));
                all.then(|| ZeroizingString::from(old.text.to_owned()))
            });
            if let Some(section) = section.flatten() {
                let action = Action::Set(section.to_string());
                draft.attempt(Change { path: to, old_names: vec![from], action });
            }
        }
    }
}
