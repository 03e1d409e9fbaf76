//! Values of directive options, and docutils' words for wrong ones.

use crate::chars::{is_space, trim, words};
use crate::names::make_id;
use crate::text::{escape, parse_int, split_lines, uri_text};

/// A conversion of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Convert {
    Backlinks,
    Char,
    CharOrSpace,
    Choice(&'static [&'static str]),
    Class,
    Encoding,
    FigureWidth,
    Flag,
    Int,
    Length,
    /// A length or percentage, with the unit for a bare number.
    LengthOrPercentage(&'static str),
    LineNumbers,
    NonNegative,
    Path,
    Percentage,
    Required,
    Unchanged,
    Uri,
    Widths(&'static [&'static str]),
}

/// A converted value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Converted {
    /// A flag, or a feature that is switched off.
    None,
    Text(String),
    Int(i64),
    Words(Vec<String>),
    Ints(Vec<i64>),
}

const UNITS: [&str; 15] =
    ["em", "ex", "ch", "rem", "vw", "vh", "vmin", "vmax", "cm", "mm", "Q", "in", "pt", "pc", "px"];

const ENCODINGS: &[&str] = &[
    "ascii",
    "big5",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp437",
    "cp850",
    "eucjp",
    "euckr",
    "gb18030",
    "gb2312",
    "gbk",
    "iso88591",
    "iso885915",
    "iso88592",
    "koi8r",
    "latin1",
    "latin2",
    "macroman",
    "shiftjis",
    "usascii",
    "utf16",
    "utf16be",
    "utf16le",
    "utf32",
    "utf7",
    "utf8",
    "utf8sig",
    "windows1252",
];

impl Convert {
    /// Converts a value.
    ///
    /// # Errors
    /// Docutils' description of the fault.
    pub(crate) fn convert(self, value: Option<&str>) -> Result<Converted, String> {
        let required = || value.ok_or_else(|| "argument required but none supplied".to_owned());
        let text = |text: &str| Ok(Converted::Text(text.to_owned()));
        match self {
            Convert::Flag => match value {
                Some(value) if !trim(value).is_empty() => {
                    Err(format!("no argument is allowed; \"{value}\" supplied"))
                }
                _ => Ok(Converted::None),
            },
            Convert::Unchanged => text(value.unwrap_or_default()),
            Convert::Required => text(required()?),
            Convert::Path => text(&split_lines(required()?).map(trim).collect::<String>()),
            Convert::Uri => text(&uri_text(&escape(required()?))),
            Convert::Class => class_names(required()?).map(Converted::Words),
            Convert::Int => int(value).map(Converted::Int),
            Convert::NonNegative => non_negative(value).map(Converted::Int),
            Convert::Percentage => {
                non_negative(value.map(|value| value.trim_end_matches([' ', '%']))).map(Converted::Int)
            }
            Convert::Length => measure(value, false).map(Converted::Text),
            Convert::LengthOrPercentage(default) => length(value, default).map(Converted::Text),
            Convert::FigureWidth => match value {
                Some(value) if value.eq_ignore_ascii_case("image") => text("image"),
                value => length(value, "px").map(Converted::Text),
            },
            Convert::Choice(values) => choice(value, values).map(Converted::Text),
            Convert::Backlinks => Ok(match choice(value, &["top", "entry", "none"])? {
                value if value == "none" => Converted::None,
                value => Converted::Text(value),
            }),
            Convert::Widths(names) => match value {
                Some(value) if names.contains(&value) => text(value),
                value => widths(value).map(Converted::Ints),
            },
            Convert::LineNumbers => match value {
                None => Ok(Converted::None),
                value => int(value).map(Converted::Int),
            },
            Convert::Encoding => {
                let name = required()?;
                let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
                if ENCODINGS.contains(&plain.to_ascii_lowercase().as_str()) {
                    text(name)
                } else {
                    Err(format!("unknown encoding: \"{name}\""))
                }
            }
            Convert::Char => single(value).map(Converted::Text),
            Convert::CharOrSpace => match value {
                Some("tab") => text("\t"),
                Some("space") => text(" "),
                value => single(value).map(Converted::Text),
            },
        }
    }
}

/// Returns class names.
pub(crate) fn class_names(value: &str) -> Result<Vec<String>, String> {
    words(value)
        .map(|word| match make_id(word) {
            name if name.is_empty() => Err(format!("cannot make \"{word}\" into a class name")),
            name => Ok(name),
        })
        .collect()
}

fn int(value: Option<&str>) -> Result<i64, String> {
    let Some(value) = value else {
        return Err(
            "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'".into()
        );
    };
    parse_int(value).ok_or_else(|| format!("invalid literal for int() with base 10: {}", quote(value)))
}

fn non_negative(value: Option<&str>) -> Result<i64, String> {
    match int(value)? {
        value if value < 0 => Err("negative value; must be positive or zero".into()),
        value => Ok(value),
    }
}

fn positive(value: &str) -> Result<i64, String> {
    match int(Some(value))? {
        value if value < 1 => Err("negative or zero value; must be positive".into()),
        value => Ok(value),
    }
}

fn widths(value: Option<&str>) -> Result<Vec<i64>, String> {
    let Some(value) = value else { return Err("argument of type 'NoneType' is not iterable".into()) };
    if value.contains(',') {
        value.split(',').map(positive).collect()
    } else {
        words(value).map(positive).collect()
    }
}

fn choice(value: Option<&str>, values: &[&str]) -> Result<String, String> {
    let (last, others) = values.split_last().unwrap_or((&"", &[]));
    let quoted: Vec<String> = others.iter().map(|value| format!("\"{value}\"")).collect();
    let listed = format!("{}, or \"{last}\"", quoted.join(", "));
    let Some(value) = value else { return Err(format!("must supply an argument; choose from {listed}")) };
    let plain = trim(&value.to_lowercase()).to_owned();
    if values.contains(&plain.as_str()) {
        Ok(plain)
    } else {
        Err(format!("\"{value}\" unknown; choose from {listed}"))
    }
}

/// Returns a number, with or without a decimal part, and its unit, both as docutils prints them.
fn parse_measure(value: Option<&str>) -> Result<(String, &str), String> {
    let Some(value) = value else {
        return Err("expected string or bytes-like object, got 'NoneType'".into());
    };
    let wrong = || format!("\"{value}\" is no valid measure.");
    let digits = value.strip_prefix('-').unwrap_or(value);
    let length = digits.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = value.split_at_checked(value.len() - digits.len() + length).ok_or_else(wrong)?;
    let unit = unit.trim_start_matches(' ');
    let known = unit == "%" || unit.chars().all(|c| c.is_ascii_alphabetic() || c == 'µ');
    if length == 0 || !known {
        return Err(wrong());
    }
    if let Ok(number) = number.parse::<i64>() {
        return Ok((number.to_string(), unit));
    }
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let text = if number.fract() == 0.0 { format!("{number:.1}") } else { number.to_string() };
    Ok((text, unit))
}

fn measure(value: Option<&str>, percent: bool) -> Result<String, String> {
    let (number, unit) = parse_measure(value)?;
    let known = UNITS.contains(&unit) || if percent { unit == "%" } else { unit.is_empty() };
    if known && !number.starts_with('-') {
        return Ok(format!("{number}{unit}"));
    }
    let mut units = UNITS.join(", ");
    if percent {
        units.push_str(", %");
    }
    Err(format!("not a positive number or measure of one of the following units:\n{units}"))
}

fn length(value: Option<&str>, default: &str) -> Result<String, String> {
    measure(value, true).or_else(|error| match parse_measure(value) {
        Ok((number, "")) if !number.starts_with('-') => Ok(format!("{number}{default}")),
        _ => Err(error),
    })
}

/// Returns a character given literally or by its code.
pub(crate) fn unicode_code(code: &str) -> Result<String, String> {
    let too_large = || "code too large (Python int too large to convert to C int)".to_owned();
    let lower = code.to_ascii_lowercase();
    let hex = ["0x", "x", "\\x", "u+", "u", "\\u"]
        .iter()
        .find_map(|prefix| lower.strip_prefix(prefix).filter(|hex| is_hex(hex)))
        .or_else(|| {
            lower.strip_prefix("&#x").and_then(|hex| hex.strip_suffix(';')).filter(|hex| is_hex(hex))
        });
    let value = if !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()) {
        code.parse::<i32>().map_err(|_| too_large())?
    } else if let Some(hex) = hex {
        i32::from_str_radix(hex, 16).map_err(|_| too_large())?
    } else {
        return Ok(code.to_owned());
    };
    let c = u32::try_from(value).ok().and_then(char::from_u32);
    c.map(String::from).ok_or_else(|| "chr() arg not in range(0x110000)".into())
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn single(value: Option<&str>) -> Result<String, String> {
    let Some(value) = value else { return Err("'NoneType' object has no attribute 'isdigit'".into()) };
    let c = unicode_code(value)?;
    if c.chars().count() > 1 {
        return Err(format!("{} invalid; must be a single character or a Unicode code", quote(&c)));
    }
    Ok(c)
}

/// Quotes a text as Python's `repr` does.
pub(crate) fn quote(text: &str) -> String {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            ' ' => out.push(' '),
            c if c.is_control() || is_space(c) => {
                let code = c as u32;
                out.push_str(&if code < 0x100 { format!("\\x{code:02x}") } else { format!("\\u{code:04x}") });
            }
            c => out.push(c),
        }
    }
    out.push(mark);
    out
}

impl Converted {
    /// Writes the value as Python's `repr` does.
    pub(crate) fn repr(&self) -> String {
        match self {
            Converted::None => "None".into(),
            Converted::Text(text) => quote(text),
            Converted::Int(value) => value.to_string(),
            Converted::Words(words) => {
                format!("[{}]", words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(", "))
            }
            Converted::Ints(values) => format!("{values:?}"),
        }
    }
}
