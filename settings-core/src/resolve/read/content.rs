//! The texts of values, by their places.

use super::candidates::ValuePlace;
use crate::resolve::source::{Layers, SecretFile, Source};
use crate::value::ZeroizingString;
use crate::value::json::{Raw, parse_value};

/// Returns the text of a value; of one in a file, its JSON.
pub(crate) fn text_at<'r>(layers: &'r Layers, texts: &'r [ZeroizingString], place: ValuePlace) -> &'r str {
    let text = match place {
        ValuePlace::Source { source, start, len, .. } => Some(json_at(layers, source, start, len)),
        ValuePlace::Variable(variable) => layers.environment.value(variable),
        ValuePlace::VariableFile { text, .. } => texts.get(text as usize).map(|text| &**text),
        ValuePlace::SecretFile(number) => layers.extras().secrets.get(number as usize).map(SecretFile::text),
        ValuePlace::Override(number) => {
            layers.extras().overrides.get(number as usize).map(|value| &*value.text)
        }
    };
    text.unwrap_or_default()
}

#[inline]
fn json_at(layers: &Layers, source: u16, start: u32, len: u32) -> &str {
    let json = layers.sources.get(usize::from(source)).map_or("", Source::json);
    let start = start as usize;
    json.get(start..start + len as usize).unwrap_or_default()
}

/// A value in one layer, or a part of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'t> {
    /// JSON.
    Json(Raw<'t>),
    /// The text of a variable, of a file with a single value, or of an explicit value.
    Text(&'t str),
}

impl<'t> Piece<'t> {
    /// Returns the value at a place.
    #[inline]
    pub(crate) fn at(layers: &'t Layers, texts: &'t [ZeroizingString], place: ValuePlace) -> Self {
        match place {
            ValuePlace::Source { source, start, len, shape } => {
                let text = json_at(layers, source, start, len);
                Self::Json(Raw { text, start: start as usize, shape })
            }
            place => Self::Text(text_at(layers, texts, place)),
        }
    }

    /// Returns the value as JSON, if it is JSON.
    pub(crate) fn json(self) -> Option<Raw<'t>> {
        match self {
            Self::Json(raw) => Some(raw),
            Self::Text(text) => parse_value(text).ok(),
        }
    }
}
