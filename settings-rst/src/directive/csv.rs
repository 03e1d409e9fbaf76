//! Comma-separated values, as strictly as docutils reads them.

use super::parts::Parts;

/// The separators of the values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    delimiter: char,
    quote: char,
    escape: Option<char>,
    /// Ignore blanks after a delimiter.
    skips_blanks: bool,
}

impl Dialect {
    /// Returns the dialect that the options of a directive ask for.
    pub(super) fn of(parts: &Parts) -> Result<Dialect, String> {
        let char_of = |name: &str| parts.text(name).map(|text| (name.to_owned(), text.chars().next()));
        let pick = |name: &str, shown: &str, default: char| match char_of(name) {
            None => Ok(default),
            Some((_, Some(c))) => Ok(c),
            Some((_, None)) => Err(format!("\"{shown}\" must be a 1-character string")),
        };
        Ok(Dialect {
            delimiter: pick("delim", "delimiter", ',')?,
            quote: pick("quote", "quotechar", '"')?,
            escape: char_of("escape").and_then(|(_, c)| c),
            skips_blanks: !parts.has("keepspace"),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    RowStart,
    FieldStart,
    Field,
    Escaped,
    Quoted,
    QuotedEscaped,
    AfterQuote,
}

/// Splits a text into rows.
///
/// # Errors
/// The message of Python's reader.
pub(super) fn read(text: &str, dialect: &Dialect) -> Result<Vec<Vec<String>>, String> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut state = State::RowStart;
    for c in text.chars().chain(['\n']) {
        let ends = c == '\n' || c == '\r';
        if state == State::RowStart {
            if ends {
                rows.push(Vec::new());
                continue;
            }
            state = State::FieldStart;
        }
        state = match state {
            State::RowStart | State::FieldStart => match c {
                _ if ends => end_row(&mut rows, &mut row, &mut field),
                c if c == dialect.quote => State::Quoted,
                c if Some(c) == dialect.escape => State::Escaped,
                ' ' if dialect.skips_blanks => State::FieldStart,
                c if c == dialect.delimiter => end_field(&mut row, &mut field),
                c => {
                    field.push(c);
                    State::Field
                }
            },
            State::Field => match c {
                _ if ends => end_row(&mut rows, &mut row, &mut field),
                c if Some(c) == dialect.escape => State::Escaped,
                c if c == dialect.delimiter => end_field(&mut row, &mut field),
                c => {
                    field.push(c);
                    State::Field
                }
            },
            State::Escaped => {
                field.push(c);
                State::Field
            }
            State::Quoted => match c {
                c if Some(c) == dialect.escape => State::QuotedEscaped,
                c if c == dialect.quote => State::AfterQuote,
                c => {
                    field.push(c);
                    State::Quoted
                }
            },
            State::QuotedEscaped => {
                field.push(c);
                State::Quoted
            }
            State::AfterQuote => match c {
                _ if ends => end_row(&mut rows, &mut row, &mut field),
                c if c == dialect.delimiter => end_field(&mut row, &mut field),
                c if c == dialect.quote && dialect.escape.is_none() => {
                    field.push(c);
                    State::Quoted
                }
                _ => {
                    let (delimiter, quote) = (dialect.delimiter, dialect.quote);
                    return Err(format!("'{delimiter}' expected after '{quote}'"));
                }
            },
        };
    }
    if state != State::RowStart {
        return Err("unexpected end of data".into());
    }
    Ok(rows)
}

fn end_field(row: &mut Vec<String>, field: &mut String) -> State {
    row.push(std::mem::take(field));
    State::FieldStart
}

fn end_row(rows: &mut Vec<Vec<String>>, row: &mut Vec<String>, field: &mut String) -> State {
    row.push(std::mem::take(field));
    rows.push(std::mem::take(row));
    State::RowStart
}
