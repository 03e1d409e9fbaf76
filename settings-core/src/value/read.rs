//! The readers of raw values, with suggestions for refused ones.

use super::from_json::{no_suggestion, read as read_json};
use super::from_text::read as read_text;
use super::json::Raw;
use super::{Mismatch, Value, repair};
use crate::schema::Kind;

/// Reads a JSON value as a value of `kind`.
///
/// A number is accepted as numeric text, and numeric text as a number, if nothing is lost. `null` is an empty list or
/// map.
///
/// # Errors
/// If `kind` does not accept the value. The mismatch suggests the value that was probably meant.
#[inline]
pub fn from_json<'a>(kind: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    read_json(kind, raw, repair::json).map_err(|mut mismatch| {
        mismatch.suggest(|| repair::json(kind, raw));
        mismatch
    })
}

/// Reads the text of a variable or a command-line argument as a value of `kind`.
///
/// A bool is `true`, `false`, `1`, `0`, `t` or `f` (also `TRUE`, `True`, `T` and so on); a list is JSON or words with
/// commas between; a map is JSON.
///
/// # Errors
/// If `kind` does not accept the text. The mismatch suggests the text that was probably meant.
#[inline]
pub fn from_text<'a>(kind: &Kind, text: &'a str) -> Result<Value<'a>, Mismatch> {
    from_text_with(kind, text, ',')
}

/// Reads a text as [`from_text`] does, with another separator between the words of a list.
///
/// # Errors
/// If `kind` does not accept the text.
#[inline]
pub fn from_text_with<'a>(kind: &Kind, text: &'a str, separator: char) -> Result<Value<'a>, Mismatch> {
    read_text(kind, text, separator, repair::json).map_err(|mut mismatch| {
        mismatch.suggest(|| repair::text(kind, text));
        mismatch
    })
}

/// Reads a JSON value as [`from_json`] does. The mismatch suggests nothing.
#[inline]
pub(crate) fn json_value<'a>(kind: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    read_json(kind, raw, no_suggestion)
}

/// Reads a text as [`from_text_with`] does. The mismatch suggests nothing.
#[inline]
pub(crate) fn text_value<'a>(kind: &Kind, text: &'a str, separator: char) -> Result<Value<'a>, Mismatch> {
    read_text(kind, text, separator, no_suggestion)
}
