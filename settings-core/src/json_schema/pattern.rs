//! Regular expressions (in the common subset of ECMA 262 and other dialects) for numbers in text.

use crate::schema::{Format, SIZE_UNITS};

/// A number with a fraction, as Rust reads it; neither infinity nor NaN.
pub(super) const FLOAT: &str = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$";

/// The characters of an IPv6 address, with two colons. All its forms (RFC 4291, 2.2) would take kilobytes.
const IPV6: &str = "[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*";

/// The longest pattern that is exact. A longer one, which no one could read, gives way to the form of the text alone.
const LONGEST: usize = 160;

/// Nothing but `pattern` from the text's start to its end.
pub(super) fn whole(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

/// The exact pattern if it is short, else the form of the text.
fn short(exact: &str, form: &str) -> String {
    let exact = whole(exact);
    if exact.len() <= LONGEST { exact } else { whole(form) }
}

/// A text in any letter case.
pub(super) fn any_case(text: &str) -> String {
    let one = |c: char| match c {
        c if c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
        c if r"^$\.*+?()[]{}|/".contains(c) => format!("\\{c}"),
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}

/// A whole number from `min` to `max`.
pub(super) fn integer(min: i128, max: i128) -> String {
    short(&exact_integer(min, max), any_integer(min))
}

/// A whole number from `min` to `max` as the key of a map: without a plus sign or leading zeros.
pub(super) fn key_integer(min: i128, max: i128) -> String {
    let mut ways = Vec::new();
    if min <= 0 && max >= 0 {
        ways.push("0".to_owned());
    }
    if max > 0 {
        ways.push(natural(min.max(1).unsigned_abs(), max.unsigned_abs()));
    }
    if min < 0 {
        ways.push(format!("-(?:{})", natural(max.min(-1).unsigned_abs(), min.unsigned_abs())));
    }
    let form = if min < 0 { "0|-?[1-9][0-9]*" } else { "0|[1-9][0-9]*" };
    short(&ways.join("|"), form)
}

/// A whole number, negative only if `min` is.
const fn any_integer(min: i128) -> &'static str {
    if min < 0 { "[+-]?[0-9]+" } else { r"\+?[0-9]+|-0+" }
}

/// A whole number from `min` to `max`, signs and leading zeros as Rust reads them.
fn exact_integer(min: i128, max: i128) -> String {
    let mut ways = Vec::new();
    if min <= 0 && max >= 0 {
        ways.push("[+-]?0+".to_owned());
    }
    if max > 0 {
        ways.push(format!(r"\+?0*(?:{})", natural(min.max(1).unsigned_abs(), max.unsigned_abs())));
    }
    if min < 0 {
        ways.push(format!("-0*(?:{})", natural(max.min(-1).unsigned_abs(), min.unsigned_abs())));
    }
    ways.join("|")
}

/// A count from `min` to `max`, or a duration with units: `90s`, `1.5h`, `1h30m`, `PT30S`. Only the count is bounded.
pub(super) fn duration(min: u64, max: u64) -> String {
    let exact = exact_integer(min.into(), max.into());
    let count = if exact.len() <= LONGEST { exact.as_str() } else { any_integer(0) };
    let sum = "(?:[0-9]+(?:\\.[0-9]+)?(?:[nu\u{b5}m]?s|m(?:in)?|h|d|w))+";
    let iso = r"P(?:[0-9.]+[WD])*(?:T(?:[0-9.]+[HMS])+)?";
    whole(&format!("{count}|{sum}|{iso}"))
}

/// A count of bytes, or one with a unit, from `min` to `max` bytes.
pub(super) fn size(min: u64, max: u64) -> String {
    let mut ways = vec![exact_integer(min.into(), max.into())];
    for (unit, bytes) in SIZE_UNITS {
        let (low, high) = (min.div_ceil(bytes), max / bytes);
        if low == 0 {
            ways.push(format!("0+{unit}"));
        }
        if high >= low.max(1) {
            ways.push(format!("0*(?:{}){unit}", natural(low.max(1).into(), high.into())));
        }
    }
    let units: Vec<&str> = SIZE_UNITS.iter().map(|(unit, _)| *unit).collect();
    let form = format!("{}|[0-9]+(?:{})", any_integer(0), units.join("|"));
    short(&ways.join("|"), &form)
}

/// The texts that a format accepts, except for the length limit of a host name.
pub(super) fn format(format: Format) -> String {
    let name = |inner: &str| format!("[A-Za-z0-9{inner}](?:[A-Za-z0-9{inner}-]{{0,61}}[A-Za-z0-9{inner}])?");
    let names = |inner: &str| format!("{0}(?:\\.{0})*", name(inner));
    let host = format!("{}\\.?|{IPV6}|\\[{IPV6}\\]", names("_"));
    let port = format!("0*(?:{})", natural(1, 65_535));
    match format {
        Format::Url => {
            let refused = r#"\u0000-\u0020\u007f"<>\\^`{|}"#;
            let host = format!(r"(?:\[[^{refused}/?#@\]]*\]|[^{refused}/?#:@\[\],]+)(?::[0-9]*)?");
            let user = format!("[^{refused}/?#:@][^{refused}/?#@]*@");
            let hosts = format!("(?:{user})?{host}(?:,{host})*");
            let local = r"(?:file|ldapi|mysql|postgres|postgresql|redis|redis\+unix|sqlite|unix)://";
            let path = format!("[^{refused}]*");
            format!(
                "^(?:[A-Za-z][A-Za-z0-9+.-]*://{hosts}(?:[/?#]{path})?|{local}(?:/|{user}(?:[/?#]|$)){path})$"
            )
        }
        Format::Email => whole(&format!(r"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{}", names(""))),
        Format::Host => whole(&host),
        Format::Port => whole(&port),
        Format::Path => r"^[^\u0000]+$".to_owned(),
        Format::SocketAddress => whole(&format!(r"(?:{}\.?|\[{IPV6}\])?:{port}", names("_"))),
    }
}

/// A whole number from `low` (at least 1) to `high`, without leading zeros.
fn natural(low: u128, high: u128) -> String {
    let (low, high) = (low.to_string(), high.to_string());
    if low.len() == high.len() {
        return same_length(low.as_bytes(), high.as_bytes());
    }
    let mut ways = vec![same_length(low.as_bytes(), "9".repeat(low.len()).as_bytes())];
    let between = (low.len(), high.len() - 1);
    if between.0 < between.1 {
        ways.push(format!("[1-9]{}", digits(between.0, between.1 - 1)));
    }
    let smallest = format!("1{}", "0".repeat(high.len() - 1));
    ways.push(same_length(smallest.as_bytes(), high.as_bytes()));
    ways.join("|")
}

/// A number from `low` to `high`, which have as many digits; the recursion is as deep as those.
fn same_length(low: &[u8], high: &[u8]) -> String {
    let (Some((&first, low_rest)), Some((&last, high_rest))) = (low.split_first(), high.split_first()) else {
        return String::new();
    };
    let count = low_rest.len();
    let low_is_least = low_rest.iter().all(|&digit| digit == b'0');
    let high_is_most = high_rest.iter().all(|&digit| digit == b'9');
    if low_is_least && high_is_most {
        return format!("{}{}", class(first, last), digits(count, count));
    }
    if first == last {
        return format!("{}{}", char::from(first), group(&same_length(low_rest, high_rest)));
    }
    let mut ways = Vec::new();
    let mut middle = (first, last);
    if !low_is_least {
        let nines = vec![b'9'; count];
        ways.push(format!("{}{}", char::from(first), group(&same_length(low_rest, &nines))));
        middle.0 += 1;
    }
    if !high_is_most {
        middle.1 -= 1;
    }
    if middle.0 <= middle.1 {
        ways.push(format!("{}{}", class(middle.0, middle.1), digits(count, count)));
    }
    if !high_is_most {
        let zeros = vec![b'0'; count];
        ways.push(format!("{}{}", char::from(last), group(&same_length(&zeros, high_rest))));
    }
    ways.join("|")
}

fn class(first: u8, last: u8) -> String {
    let (first, last) = (char::from(first), char::from(last));
    if first == last { first.to_string() } else { format!("[{first}-{last}]") }
}

fn digits(least: usize, most: usize) -> String {
    match (least, most) {
        (0, 0) => String::new(),
        (1, 1) => "[0-9]".to_owned(),
        (least, most) if least == most => format!("[0-9]{{{least}}}"),
        (least, most) => format!("[0-9]{{{least},{most}}}"),
    }
}

fn group(ways: &str) -> String {
    if ways.contains('|') { format!("(?:{ways})") } else { ways.to_owned() }
}
