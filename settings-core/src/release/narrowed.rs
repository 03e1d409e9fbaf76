//! The differences of two kinds.

use super::ValueKind;
use super::change::{ChangeKind, Narrowing};

/// Returns the changes from one kind to another: none if both accept the same values.
pub(super) fn kind_changes(old: &ValueKind, new: &ValueKind) -> Vec<ChangeKind> {
    let (mut changes, mut is_wider) = (Vec::new(), false);
    if !differences(old, new, &mut changes, &mut is_wider) {
        let (old, new, accepts_old) = (old.clone(), new.clone(), accepts_all(old, new));
        return vec![ChangeKind::KindChanged { old, new, accepts_old }];
    }
    if is_wider && changes.is_empty() {
        changes.push(ChangeKind::Widened { old: old.clone(), new: new.clone() });
    }
    changes
}

/// Collects the differences of two kinds of one sort; false if they are of different sorts. Recursion is as deep as kinds
/// nest.
fn differences(old: &ValueKind, new: &ValueKind, changes: &mut Vec<ChangeKind>, is_wider: &mut bool) -> bool {
    use ValueKind::{
        Custom, Duration, Float, Integer, Json, List, Map, OneOf, Optional, Other, Secret, Section, Set,
        Size, Text,
    };
    let narrowed = |changes: &mut Vec<ChangeKind>, narrowing| changes.push(ChangeKind::Narrowed(narrowing));
    match (old, new) {
        (ValueKind::Bool, ValueKind::Bool) | (Secret, Secret) | (Json, Json) => {}
        // the settings of objects are compared one by one
        (Section(_), Section(_)) => {}
        (Other(old), Other(new)) | (Custom(old), Custom(new)) => return old == new,
        (Integer { min, max }, Integer { min: new_min, max: new_max }) => {
            range((min, max), (new_min, new_max), changes, is_wider);
        }
        (Float { min, max }, Float { min: new_min, max: new_max }) => {
            range((min, max), (new_min, new_max), changes, is_wider);
        }
        (Size { min, max }, Size { min: new_min, max: new_max }) => {
            range((min, max), (new_min, new_max), changes, is_wider);
        }
        (Duration { unit, min, max }, Duration { unit: new_unit, min: new_min, max: new_max }) => {
            if unit == new_unit {
                range((min, max), (new_min, new_max), changes, is_wider);
                return true;
            }
            changes.push(ChangeKind::UnitChanged { old: *unit, new: *new_unit });
            // the longest duration of one unit is that of another, but for rounding
            let millis =
                |count: &u64, unit: &crate::schema::Unit| u128::from(*count) * u128::from(unit.millis());
            let is_open = |max: &u64, unit: &crate::schema::Unit| *max >= u64::MAX / unit.millis();
            let (low, new_low) = (millis(min, unit), millis(new_min, new_unit));
            let (high, new_high) = (millis(max, unit), millis(new_max, new_unit));
            if low < new_low || (high > new_high && !is_open(new_max, new_unit)) {
                let shown = |min, max, unit: &crate::schema::Unit| format!("{min} to {max} {}", unit.name());
                let (old, new) = (shown(min, max, unit), shown(new_min, new_max, new_unit));
                narrowed(changes, Narrowing::Range { old, new });
            }
        }
        (
            Text { format, min_len, max_len, pattern, or_empty },
            Text {
                format: new_format,
                min_len: new_min,
                max_len: new_max,
                pattern: new_pattern,
                or_empty: new_empty,
            },
        ) => {
            let is_open =
                |format: &Option<String>, pattern: &Option<String>| format.is_none() && pattern.is_none();
            let is_looser = |old: &Option<String>, new: &Option<String>| old == new || new.is_none();
            if !(is_looser(format, new_format) && is_looser(pattern, new_pattern)) {
                narrowed(changes, Narrowing::Text { old: old.clone(), new: new.clone() });
            } else if (format, pattern) != (new_format, new_pattern) {
                *is_wider = true;
            }
            // the empty text passed the old rules, or was excepted from them
            let took_empty = *or_empty || (*min_len == 0 && is_open(format, pattern));
            let takes_empty = *new_empty || (*new_min == 0 && is_open(new_format, new_pattern));
            if took_empty && !takes_empty && changes.is_empty() {
                narrowed(changes, Narrowing::Empty);
            }
            *is_wider |= takes_empty && !took_empty;
            let (low, new_low) = ((*min_len).max(1), (*new_min).max(1));
            range((&low, max_len), (&new_low, new_max), changes, is_wider);
        }
        (OneOf(values), OneOf(new_values)) => {
            let gone: Vec<String> =
                values.iter().filter(|value| !new_values.contains(value)).cloned().collect();
            *is_wider |= new_values.iter().any(|value| !values.contains(value));
            if !gone.is_empty() {
                narrowed(changes, Narrowing::Values(gone));
            }
        }
        (List(of), List(new)) | (Set(of), Set(new)) | (Optional(of), Optional(new)) => {
            return differences(of, new, changes, is_wider);
        }
        (Map { key, of }, Map { key: new_key, of: new }) => {
            return differences(key, new_key, changes, is_wider) && differences(of, new, changes, is_wider);
        }
        (Set(of), List(new)) => {
            *is_wider = true;
            return differences(of, new, changes, is_wider);
        }
        (List(of), Set(new)) => {
            narrowed(changes, Narrowing::Repeated);
            return differences(of, new, changes, is_wider);
        }
        (Optional(of), new) => {
            let is_same = differences(of, new, changes, is_wider);
            if is_same {
                narrowed(changes, Narrowing::Null);
            }
            return is_same;
        }
        (old, Optional(new)) => {
            *is_wider = true;
            return differences(old, new, changes, is_wider);
        }
        _ => return false,
    }
    true
}

fn range<N: PartialOrd + PartialEq + std::fmt::Debug>(
    (min, max): (&N, &N),
    (new_min, new_max): (&N, &N),
    changes: &mut Vec<ChangeKind>,
    is_wider: &mut bool,
) {
    if min < new_min || max > new_max {
        let (old, new) = (format!("{min:?} to {max:?}"), format!("{new_min:?} to {new_max:?}"));
        changes.push(ChangeKind::Narrowed(Narrowing::Range { old, new }));
    } else if min != new_min || max != new_max {
        *is_wider = true;
    }
}

/// Returns whether a kind of another sort accepts all values of the old one, as files write them.
fn accepts_all(old: &ValueKind, new: &ValueKind) -> bool {
    match (old, new) {
        (ValueKind::Optional(old), ValueKind::Optional(new)) => old == new || accepts_all(old, new),
        (old, ValueKind::Optional(new)) => *old == **new || accepts_all(old, new),
        (ValueKind::Map { key, of }, ValueKind::Map { key: new_key, of: new }) => {
            (key == new_key || accepts_all(key, new_key)) && (of == new || accepts_all(of, new))
        }
        (_, ValueKind::Json) | (ValueKind::Text { .. } | ValueKind::OneOf(_), ValueKind::Secret) => true,
        (ValueKind::Integer { min, max }, ValueKind::Float { min: low, max: high }) => {
            *low <= *min as f64 && *max as f64 <= *high
        }
        (
            ValueKind::Integer { .. } | ValueKind::Float { .. } | ValueKind::OneOf(_) | ValueKind::Secret,
            text,
        ) => *text == ValueKind::TEXT,
        _ => false,
    }
}
