//! The forms of pages.

/// The place of a setting's facts on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// As in the model: a table under each heading.
    #[default]
    Table,
    /// In a `config:setting` directive above each heading, its texts below it, no table.
    Directive,
    /// In a `confval` directive, which Sphinx has from version 7.4 on, no heading.
    Confval,
    /// Below each heading: the texts, then a list of the places where the setting can be set.
    Heading,
}

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// reStructuredText.
    #[default]
    Rst,
    /// Markdown, as CommonMark and GitHub read it.
    Markdown,
}
