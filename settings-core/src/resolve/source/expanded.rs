//! The JSON of a file with the references in its values expanded.

use crate::value::ZeroizingString;

/// The JSON of a file with the references in its values expanded, and the way back to the JSON as it was.
#[derive(Clone)]
pub(crate) struct Expanded {
    json: ZeroizingString,
    /// The expanded values, in order.
    regions: Vec<Region>,
}

/// An expanded value.
#[derive(Clone)]
struct Region {
    start: usize,
    end: usize,
    /// The value in the JSON as it was.
    before: (usize, usize),
    /// The references of the value; none for a value with mistakes.
    references: Vec<String>,
}

/// Copies JSON, with other text for some of its values.
pub(crate) struct Expanding<'j> {
    from: &'j str,
    copied: usize,
    expanded: Expanded,
}

impl<'j> Expanding<'j> {
    pub(crate) fn new(from: &'j str) -> Self {
        let expanded =
            Expanded { json: ZeroizingString::with_capacity(from.len() + 256), regions: Vec::new() };
        Self { from, copied: 0, expanded }
    }

    /// Replaces the value from `start` to `end`, which is after all that were replaced before.
    pub(crate) fn replace(&mut self, (start, end): (usize, usize), json: &str, references: Vec<String>) {
        self.expanded.json.push_str(self.from.get(self.copied..start).unwrap_or_default());
        let at = self.expanded.json.len();
        self.expanded.json.push_str(json);
        self.copied = end;
        let region = Region { start: at, end: at + json.len(), before: (start, end), references };
        self.expanded.regions.push(region);
    }

    /// Returns the length so far.
    pub(crate) fn len(&self) -> usize {
        self.expanded.json.len()
    }

    /// Returns the copy, if it differs.
    pub(crate) fn finish(mut self) -> Option<Expanded> {
        self.expanded.json.push_str(self.from.get(self.copied..).unwrap_or_default());
        (!self.expanded.regions.is_empty()).then_some(self.expanded)
    }
}

impl Expanded {
    pub(crate) fn json(&self) -> &str {
        &self.json
    }

    /// Translates a part to the part of the JSON as it was, as start and length. All of an expanded value is one part.
    pub(crate) fn before(&self, start: usize, len: usize) -> (usize, usize) {
        let (from, to) = (self.offset(start, false), self.offset(start + len, true));
        (from, to.saturating_sub(from))
    }

    fn offset(&self, offset: usize, is_end: bool) -> usize {
        // an end is after its last byte
        let is_after = |region: &Region| if is_end { region.start < offset } else { region.start <= offset };
        let count = self.regions.partition_point(is_after);
        let Some(region) = count.checked_sub(1).and_then(|last| self.regions.get(last)) else {
            return offset;
        };
        let is_within = if is_end { offset <= region.end } else { offset < region.end };
        match (is_within, is_end) {
            (true, false) => region.before.0,
            (true, true) => region.before.1,
            (false, _) => offset - region.end + region.before.1,
        }
    }

    /// Returns the references in a part; `None` if one of its values has mistakes.
    pub(crate) fn references(&self, start: usize, len: usize) -> Option<Vec<String>> {
        let first = self.regions.partition_point(|region| region.end <= start);
        let within = self.regions.iter().skip(first).take_while(|region| region.start < start + len);
        let mut references: Vec<String> = Vec::new();
        for region in within {
            if region.references.is_empty() {
                return None;
            }
            for reference in &region.references {
                if !references.contains(reference) {
                    references.push(reference.clone());
                }
            }
        }
        Some(references)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back() {
        let mut expanding = Expanding::new(r#"{"a":"${A}","b":["${B}",1]}"#);
        expanding.replace((5, 11), "80", vec!["${A}".to_owned()]);
        expanding.replace((17, 23), r#""longer text""#, Vec::new());
        let expanded = expanding.finish().unwrap_or_else(|| unreachable!());
        assert_eq!(expanded.json(), r#"{"a":80,"b":["longer text",1]}"#);
        assert_eq!(expanded.before(1, 3), (1, 3));
        assert_eq!(expanded.before(5, 2), (5, 6));
        assert_eq!(expanded.before(6, 1), (5, 6));
        assert_eq!(expanded.before(8, 3), (12, 3));
        assert_eq!(expanded.before(13, 13), (17, 6));
        assert_eq!(expanded.before(15, 2), (17, 6));
        assert_eq!(expanded.before(27, 1), (24, 1));
        assert_eq!(expanded.before(12, 17), (16, 10));
        assert_eq!(expanded.references(5, 2), Some(vec!["${A}".to_owned()]));
        assert_eq!(expanded.references(12, 16), None);
        assert_eq!(expanded.references(8, 3), Some(Vec::new()));
    }
}
