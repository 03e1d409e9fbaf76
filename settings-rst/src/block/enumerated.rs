//! Enumerated lists: numbers, letters, Roman numerals, or `#`.

use super::Construct;
use crate::markers::{Dress, enumerator};
use crate::messages::Level;
use crate::parser::{Machine, Parser};
use crate::tag::{AttrName, Tag};

/// The sequence that an enumerator counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequence {
    Auto,
    Arabic,
    LowerAlpha,
    UpperAlpha,
    LowerRoman,
    UpperRoman,
}

impl Sequence {
    const ORDERED: [Sequence; 5] =
        [Self::Arabic, Self::LowerAlpha, Self::UpperAlpha, Self::LowerRoman, Self::UpperRoman];

    const fn name(self) -> &'static str {
        match self {
            Self::Auto | Self::Arabic => "arabic",
            Self::LowerAlpha => "loweralpha",
            Self::UpperAlpha => "upperalpha",
            Self::LowerRoman => "lowerroman",
            Self::UpperRoman => "upperroman",
        }
    }

    fn matches(self, text: &str) -> bool {
        match self {
            Self::Auto => text == "#",
            Self::Arabic => text.bytes().all(|b| b.is_ascii_digit()),
            Self::LowerAlpha => text.len() == 1 && text.bytes().all(|b| b.is_ascii_lowercase()),
            Self::UpperAlpha => text.len() == 1 && text.bytes().all(|b| b.is_ascii_uppercase()),
            Self::LowerRoman => text.chars().all(|c| "ivxlcdm".contains(c)),
            Self::UpperRoman => text.chars().all(|c| "IVXLCDM".contains(c)),
        }
    }

    /// Returns the value of an enumerator, or `None` if it has none (`iiii`, or too large).
    fn ordinal(self, text: &str) -> Option<u64> {
        let first = text.bytes().next().unwrap_or(0);
        match self {
            Self::Auto => Some(1),
            Self::Arabic => text.parse().ok(),
            Self::LowerAlpha => Some(u64::from(first.saturating_sub(b'a')) + 1),
            Self::UpperAlpha => Some(u64::from(first.saturating_sub(b'A')) + 1),
            Self::LowerRoman => roman_value(&text.to_ascii_uppercase()),
            Self::UpperRoman => roman_value(text),
        }
    }

    /// Returns the enumerator of a value, if there is one.
    fn text(self, ordinal: u64) -> Option<String> {
        Some(match self {
            Self::Auto => "#".into(),
            Self::Arabic => ordinal.to_string(),
            Self::LowerAlpha | Self::UpperAlpha => {
                let letter = u8::try_from(ordinal).ok().filter(|n| (1..=26).contains(n))?;
                let base = if self == Self::LowerAlpha { b'a' } else { b'A' };
                char::from(base + letter - 1).to_string()
            }
            Self::LowerRoman => roman(ordinal)?.to_ascii_lowercase(),
            Self::UpperRoman => roman(ordinal)?,
        })
    }
}

const ROMAN: [(&str, u64); 13] = [
    ("M", 1000),
    ("CM", 900),
    ("D", 500),
    ("CD", 400),
    ("C", 100),
    ("XC", 90),
    ("L", 50),
    ("XL", 40),
    ("X", 10),
    ("IX", 9),
    ("V", 5),
    ("IV", 4),
    ("I", 1),
];

fn roman(mut value: u64) -> Option<String> {
    if !(1..=4999).contains(&value) {
        return None;
    }
    let mut text = String::new();
    for (digits, worth) in ROMAN {
        while value >= worth {
            text.push_str(digits);
            value -= worth;
        }
    }
    Some(text)
}

fn roman_value(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut value = 0;
    for (digits, worth) in ROMAN {
        while let Some(shorter) = rest.strip_prefix(digits) {
            value += worth;
            rest = shorter;
            if value > 4999 {
                return None;
            }
        }
    }
    (rest.is_empty() && roman(value).as_deref() == Some(text)).then_some(value)
}

/// A parsed enumerator.
struct Enumerator<'a> {
    text: &'a str,
    dress: Dress,
    sequence: Sequence,
    ordinal: Option<u64>,
    marker: usize,
}

fn parse(line: &str, expected: Option<Sequence>) -> Option<Enumerator<'_>> {
    let (text, dress, marker) = enumerator(line)?;
    let sequence = match (text, expected) {
        ("#", _) => Some(Sequence::Auto),
        (_, Some(expected)) if expected.matches(text) => Some(expected),
        ("i", None) => Some(Sequence::LowerRoman),
        ("I", None) => Some(Sequence::UpperRoman),
        _ => Sequence::ORDERED.into_iter().find(|sequence| sequence.matches(text)),
    }?;
    Some(Enumerator { text, dress, sequence, ordinal: sequence.ordinal(text), marker })
}

impl Parser<'_> {
    /// Reads `1. item` and the like. Returns false if the second line shows that it is a paragraph.
    pub(super) fn enumerated_list(&mut self, m: &mut Machine, line: &str) -> bool {
        let Some(first) = parse(line, None) else { return false };
        if !self.is_item(m, &first) {
            return false;
        }
        let number = self.page.current_line;
        let start = self.here(m).map_or(0, |line| line.start);
        let list = self.child(m.node, Tag::EnumeratedList, start..start, number);
        self.set_str(list, AttrName::Enumtype, first.sequence.name());
        self.set_str(list, AttrName::Prefix, first.dress.prefix());
        self.set_str(list, AttrName::Suffix, first.dress.suffix());
        let mut last = first.ordinal.unwrap_or(1);
        if last != 1 {
            self.set_int(list, AttrName::Start, i64::try_from(last).unwrap_or(i64::MAX));
            let words =
                format!("Enumerated list start value not ordinal-1: \"{}\" (ordinal {last})", first.text);
            let message = self.message(Level::Info, &words, number.into());
            self.append(m.node, message);
        }
        let kind = if first.sequence == Sequence::Auto { Sequence::Arabic } else { first.sequence };
        let mut auto = first.sequence == Sequence::Auto;
        let mut finish = self.list_item(m, list, first.marker);
        self.members(m, |parser, m| {
            while let Some(line) = parser.next_member(m) {
                let is_enumerator = parser.construct(line) == Construct::Enumerator;
                let item = is_enumerator.then(|| parse(line, Some(kind))).flatten().filter(|item| {
                    let follows = item.sequence == Sequence::Auto
                        || (item.sequence == kind && !auto && item.ordinal == Some(last.saturating_add(1)));
                    item.dress == first.dress && follows && parser.is_item(m, item)
                });
                let Some(item) = item else { return parser.goto(m, m.at - 1) };
                auto |= item.sequence == Sequence::Auto;
                finish = parser.list_item(m, list, item.marker);
                last = item.ordinal.unwrap_or(1);
            }
        });
        self.check_finish(m, "Enumerated list", finish);
        true
    }

    /// Returns true if the next line is blank, indented, or the next item.
    fn is_item(&self, m: &Machine, item: &Enumerator<'_>) -> bool {
        let Some(ordinal) = item.ordinal else { return false };
        let next = usize::try_from(m.at + 1).map_or("", |at| self.line_text(m.view, at));
        if next.is_empty() || next.starts_with(' ') {
            return true;
        }
        let starts = |text: &str| {
            next.strip_prefix(item.dress.prefix())
                .and_then(|next| next.strip_prefix(text))
                .and_then(|next| next.strip_prefix(item.dress.suffix()))
                .is_some_and(|next| next.starts_with(' '))
        };
        item.sequence.text(ordinal.saturating_add(1)).is_some_and(|text| starts(&text) || starts("#"))
    }
}
