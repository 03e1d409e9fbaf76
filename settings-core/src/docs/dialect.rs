//! The words of one family of reference pages.

/// The words and conventions of the pages that are read and written.
///
/// There is one instance, [`DIALECT`]. Everything else in this module tree works with these words, and doesn't repeat
/// them.
pub(super) struct PageDialect {
    /// The label of a path in the System Console.
    pub(super) console: &'static str,
    /// Another label of the same, which is read but not written.
    pub(super) console_other: &'static str,
    /// The configuration file.
    pub(super) file: &'static str,
    /// The word after the file's name.
    pub(super) file_label: &'static str,
    /// The label of a variable.
    pub(super) env: &'static str,
    /// The start of the sentence in a table with one cell.
    pub(super) feature: &'static str,
    /// The text in place of a name that does not exist.
    pub(super) absent: &'static str,
    /// The suffix of the names of sections.
    pub(super) section_suffix: &'static str,
    /// The section of maps, whose paths have keys of other programs.
    pub(super) map_section: &'static str,
    /// Its maps, and the number of keys in a path into them.
    pub(super) maps: [&'static str; 2],
    pub(super) map_path_length: usize,
    /// The lead of hints, by the kind of input.
    pub(super) number: &'static str,
    pub(super) number_in: &'static str,
    pub(super) decimal: &'static str,
    pub(super) text: &'static str,
    pub(super) number_list: &'static str,
    pub(super) text_list: &'static str,
    pub(super) map: &'static str,
    pub(super) json: &'static str,
    /// The lead of a default in a hint.
    pub(super) default_is: &'static str,
    /// The words for an empty default after it.
    pub(super) empty: &'static str,
}

/// The words of the pages.
pub(super) static DIALECT: PageDialect = PageDialect {
    console: "System Config path",
    console_other: "System Console path",
    file: "config.json",
    file_label: "setting",
    env: "Environment variable",
    feature: "This feature",
    absent: "N/A",
    section_suffix: "Settings",
    map_section: "PluginSettings",
    maps: ["Plugins", "PluginStates"],
    map_path_length: 4,
    number: "Numerical input",
    number_in: "Numerical value in",
    decimal: "Decimal input",
    text: "String input",
    number_list: "Numerical array input",
    text_list: "String array input",
    map: "Map input",
    json: "JSON input",
    default_is: "Default is",
    empty: "empty",
};

impl PageDialect {
    /// Returns true if the text says that there is no name.
    pub(super) fn is_absent(&self, text: &str) -> bool {
        text.eq_ignore_ascii_case(self.absent)
    }

    /// Returns true if a key is the name of a section.
    pub(super) fn is_section(&self, key: &str) -> bool {
        key.ends_with(self.section_suffix)
    }
}
