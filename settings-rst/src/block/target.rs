//! Hyperlink targets: `.. _name: place` and `__ place`.

use super::Cut;
use crate::chars::{byte, char_at, char_before, cut, is_space, tail, trim};
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::text::{escape, normalize, normalize_whitespace, simple_name, unescape, uri_text};
use crate::tree::NodeId;
use crate::uri::is_email;

/// The destination of a target.
pub(crate) enum TargetType {
    /// Another target, by its name.
    Name(String),
    /// A URI. It is empty for a target that marks its own place.
    Uri(String),
}

impl Parser<'_> {
    /// Reads `.. _name: place`. Returns `None` if the name has no end.
    pub(super) fn hyperlink_target(&mut self, m: &mut Machine, marker: usize) -> Option<bool> {
        let line_number = m.abs_line();
        let start = self.here(m).map_or(0, |line| line.start);
        let mark = self.lines.len();
        let cut_at = Cut { until_blank: true, keep_indent: true, first: Some(marker), ..Cut::default() };
        let block = self.cut_block(m, cut_at);
        let span = start..self.span(block.view).end.max(start);
        let lines: Vec<String> =
            (0..block.view.len()).map(|i| escape(self.line_text(block.view, i))).collect();
        self.lines.truncate(mark);
        let (name, place) = split_target(&lines)?;
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        self.target(m, name.as_deref(), &place, span, line_number);
        Some(block.blank_finish)
    }

    /// Reads `__ place`.
    pub(super) fn anonymous_target(&mut self, m: &mut Machine, marker: usize) -> bool {
        let line_number = m.abs_line();
        let start = self.here(m).map_or(0, |line| line.start);
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { until_blank: true, first: Some(marker), ..Cut::default() });
        let span = start..self.span(block.view).end.max(start);
        let lines: Vec<String> =
            (0..block.view.len()).map(|i| escape(self.line_text(block.view, i))).collect();
        self.lines.truncate(mark);
        let place: Vec<&str> = lines.iter().map(String::as_str).collect();
        self.target(m, None, &place, span, line_number);
        block.blank_finish
    }

    fn target(
        &mut self,
        m: &Machine,
        name: Option<&str>,
        place: &[&str],
        span: std::ops::Range<u32>,
        line: i64,
    ) -> NodeId {
        let node = self.page.tree.add(Tag::Target, span, LineNo::new(line));
        let mut uri = String::new();
        match target_type(place) {
            TargetType::Name(name) => self.set_str(node, AttrName::Refname, &normalize(&name)),
            TargetType::Uri(place) => uri = place,
        }
        if let Some(name) = name {
            self.add_item(node, AttrName::Names, &normalize(&unescape(name)));
            if !uri.is_empty() {
                if is_email(&uri) {
                    uri.insert_str(0, "mailto:");
                }
                self.set_str(node, AttrName::Refuri, &uri);
            }
            self.note_explicit_target(node, m.node);
        } else {
            if !uri.is_empty() {
                self.set_str(node, AttrName::Refuri, &uri);
            }
            self.set_int(node, AttrName::Anonymous, 1);
            self.set_id(node);
        }
        self.append(m.node, node);
        node
    }
}

/// Returns the name of a target (`None`: anonymous) and the lines of its destination, or `None` if the name has no
/// end.
fn split_target(lines: &[String]) -> Option<(Option<String>, Vec<String>)> {
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let from = text.len();
        text.push_str(line);
        if let Some((name, end)) = match_name(&text, from) {
            let mut place = vec![trim(tail(&text, end)).to_owned()];
            place.extend(lines.iter().skip(i + 1).cloned());
            return Some((name, place));
        }
    }
    None
}

/// Returns the name before a colon that a blank or the end follows, and the start of the destination.
/// Colons before `from` were checked earlier.
fn match_name(text: &str, from: usize) -> Option<(Option<String>, usize)> {
    if text.starts_with('_') {
        return colon(text, 1).map(|end| (None, end));
    }
    let quoted = text.starts_with('`');
    let start = usize::from(quoted);
    if matches!(char_at(text, start), None | Some(' ' | '`')) {
        return None;
    }
    for at in
        memchr::memchr_iter(b':', tail(text, from).as_bytes()).map(|at| at + from).filter(|&at| at > start)
    {
        // A blank before the colon may belong to the delimiter.
        for end in [at.checked_sub(1).filter(|&end| byte(text, end) == b' '), Some(at)].into_iter().flatten()
        {
            if end <= start
                || bad_end(text, end)
                || (byte(text, end - 1) == b':' && byte_before(text, end - 1) != 0)
            {
                continue;
            }
            let name_end = if quoted { end - 1 } else { end };
            if quoted && (byte(text, name_end) != b'`' || name_end <= start || bad_end(text, name_end)) {
                continue;
            }
            if let Some(place) = colon(text, end) {
                return Some((Some(cut(text, start, name_end).to_owned()), place));
            }
        }
    }
    None
}

fn byte_before(text: &str, at: usize) -> u8 {
    at.checked_sub(1).map_or(1, |at| byte(text, at))
}

/// Returns true if whitespace, an escape or nothing precedes.
fn bad_end(text: &str, at: usize) -> bool {
    char_before(text, at).is_none_or(|c| c == '\0' || is_space(c))
}

/// Returns the end of a `:` with an optional blank before it, and blanks or the end of the text after it.
fn colon(text: &str, at: usize) -> Option<usize> {
    let at = at + usize::from(byte(text, at) == b' ');
    let rest = tail(text, at).strip_prefix(':')?;
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    (blanks > 0 || rest.is_empty()).then_some(at + 1 + blanks)
}

/// Returns the destination in the lines after the name of a target. The lines are escaped.
pub(crate) fn target_type(lines: &[&str]) -> TargetType {
    if lines.last().is_some_and(|line| trim(line).ends_with('_')) {
        let text = lines.iter().map(|line| trim(line)).collect::<Vec<_>>().join(" ");
        if let Some(name) = as_reference(&normalize_whitespace(&text)) {
            return TargetType::Name(unescape(name));
        }
    }
    TargetType::Uri(uri_text(&lines.join(" ")))
}

/// Returns the name if the whole text is a reference.
fn as_reference(text: &str) -> Option<&str> {
    let name = text.strip_suffix('_')?;
    if let Ok(("", name)) = simple_name(name) {
        return Some(name);
    }
    let phrase = name.strip_prefix('`')?.strip_suffix('`')?;
    let first_end =
        tail(text, 1).match_indices("`_").map(|(i, _)| i + 1).find(|&i| !bad_end(text, i) && i > 1);
    (!phrase.is_empty() && !phrase.starts_with(' ') && first_end.is_some()).then_some(phrase)
}
