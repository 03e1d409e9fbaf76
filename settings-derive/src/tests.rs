//! Facts that this crate shares with the library and with its own documentation.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use settings_core::resolve::Registry;
use settings_core::schema::{DynamicSection, Format, Kind, Unit};
use settings_core::value::ByteSize;

use crate::{attr, default, naming};

/// The attributes in the left column of the table below `heading` in the documentation of the derive.
fn documented(heading: &str) -> BTreeSet<String> {
    let source = include_str!("lib.rs");
    let table = source.split_once(heading).unwrap().1.lines().skip(2);
    let rows = table.map_while(|line| line.strip_prefix("/// | "));
    let cells =
        rows.filter_map(|row| row.split(" | ").next().map(|cell| cell.split("`, `").collect::<Vec<_>>()));
    let name = |attribute: &str| {
        attribute
            .trim_matches('`')
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap()
            .to_owned()
    };
    cells.flatten().map(name).collect()
}

fn known(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn every_attribute_is_documented() {
    assert_eq!(documented("/// | `#[settings(…)]` | meaning |"), known(attr::STRUCT));
    assert_eq!(documented("/// | `#[setting(…)]` | meaning |"), known(attr::SETTING));
}

#[test]
fn units_are_those_of_the_library() {
    let units = [Unit::Milliseconds, Unit::Seconds, Unit::Minutes, Unit::Hours, Unit::Days];
    let library = units.map(|unit| (unit.name(), unit.millis()));
    assert_eq!(attr::UNITS, library);
}

#[test]
fn formats_are_those_of_the_library() {
    let formats =
        [Format::Url, Format::Email, Format::Host, Format::Port, Format::Path, Format::SocketAddress];
    let library = formats.map(|format| (format.id(), format!("{format:?}")));
    assert_eq!(attr::FORMATS.map(|(id, variant)| (id, variant.to_owned())), library);
}

#[test]
fn sizes_are_read_as_the_library_does() {
    let units = [
        "", "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "kiB", "mb", "K", "PB", " B", "é",
    ];
    for count in ["", "0", "1", "17", "18446744073709551615", "18446744073709551616", "-1", "1.5"] {
        for unit in units {
            let text = format!("{count}{unit}");
            assert_eq!(default::bytes(&text), ByteSize::parse(&text).map(ByteSize::bytes), "{text}");
        }
    }
}

#[test]
fn keys_are_those_that_the_library_accepts() {
    for key in ["A", "a_1", "_", "1", "", "a.b", "a-b", "ä", "a b", "a\n", "-a", "a-", ".a", "a.", "a..b"] {
        let section = DynamicSection::new(key, "").setting("K", "", Kind::Bool, "true").finish();
        let accepted = Registry::<Program>::new().register(section).is_ok();
        assert_eq!(naming::key_fault(key).is_none(), accepted, "{key:?}");
    }
}

/// A program without settings.
struct Program;

impl settings_core::Settings for Program {
    const SCHEMA: &'static settings_core::schema::Section =
        &const { settings_core::schema::Section::new("", &[]) };

    fn build(_: &mut settings_core::__private_0_1_0::Builder<'_>) -> Option<Self> {
        Some(Self)
    }
}
