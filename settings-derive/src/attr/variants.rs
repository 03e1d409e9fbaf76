//! `#[settings(…)]` on an enum with data, and on its variants.

use syn::{Attribute, Path};

use super::container::case;
use super::entry::Elsewhere;
use super::slot::attributes;
use super::{Entry, Spanned, entries};
use crate::ctxt::Ctxt;
use crate::naming::Case;

const ENUM_ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere { names: &["key", "default_variant"], belongs: "belongs on a variant." },
    Elsewhere {
        names: &["env_prefix", "root", "rule", "env_case", "env_separator"],
        belongs: "belongs on a struct.",
    },
];
const VARIANT_ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere { names: &["tag", "content", "rename_all", "section"], belongs: "belongs on the enum." },
    Elsewhere { names: &["default"], belongs: "is called `default_variant` here." },
];

attributes! {
    /// The attributes of an enum whose variants are sections.
    pub(crate) struct EnumSection, ENUM_SECTION {
        "section" => section: Spanned<String> = Entry::string,
        /// The key of the setting that selects the variant.
        "tag" => tag: Spanned<String> = Entry::string,
        /// The key of the section with the settings of the variant.
        "content" => content: Spanned<String> = Entry::string,
        "rename_all" => rename_all: Case = case,
        "page" => page: Spanned<String> = Entry::string,
        "console" => console: Spanned<String> = Entry::string,
        /// The library's path, if it is not `::settings_core`.
        "crate" => library: Path = Entry::path,
    }
}

attributes! {
    /// The attributes of a variant that is a section.
    pub(crate) struct VariantSection, VARIANT_SECTION {
        "key" => key: Spanned<String> = Entry::string,
        /// Present if it is the variant where no layer selects one.
        "default_variant" => default_variant: Spanned<bool> = Entry::flag,
    }
}

impl EnumSection {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        Self::read(cx, &entries(cx, attrs, "settings", ENUM_SECTION), |entry| {
            entry.unknown(cx, "settings", ENUM_SECTION, &ENUM_ELSEWHERE);
        })
    }
}

impl VariantSection {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        Self::read(cx, &entries(cx, attrs, "settings", VARIANT_SECTION), |entry| {
            entry.unknown(cx, "settings", VARIANT_SECTION, &VARIANT_ELSEWHERE);
        })
    }
}
