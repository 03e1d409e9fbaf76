//! The directives that docutils knows: arguments, options, content.

use super::convert::Convert;

/// The implementation of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Admonition,
    BlockQuote,
    Class,
    Code,
    Compound,
    Container,
    Contents,
    CsvTable,
    Date,
    DefaultRole,
    Figure,
    Footer,
    Generic,
    Header,
    Image,
    LineBlock,
    ListTable,
    Math,
    Meta,
    ParsedLiteral,
    Raw,
    Replace,
    Role,
    Rubric,
    Sectnum,
    Sidebar,
    Table,
    TargetNotes,
    Test,
    Title,
    Topic,
    Unicode,
}

/// The options of a directive, and the conversion of each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OptionSpec {
    /// No options: their lines are content.
    None,
    /// Any options, not converted.
    Any,
    Known(&'static [(&'static str, Convert)]),
}

/// The signature of a directive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    pub(crate) required: usize,
    pub(crate) optional: usize,
    /// Allow whitespace in the last argument.
    pub(crate) spaces: bool,
    pub(crate) options: OptionSpec,
    pub(crate) content: bool,
}

const COMMON: OptionSpec = OptionSpec::Known(&[("class", Convert::Class), ("name", Convert::Unchanged)]);
const H_ALIGN: Convert = Convert::Choice(&["left", "center", "right"]);
const ALIGN: Convert = Convert::Choice(&["top", "middle", "bottom", "left", "center", "right"]);
const LOADING: Convert = Convert::Choice(&["embed", "link", "lazy"]);

impl Spec {
    const fn new(kind: Kind) -> Spec {
        Spec { kind, required: 0, optional: 0, spaces: true, options: COMMON, content: true }
    }

    const fn arguments(self, required: usize, optional: usize) -> Spec {
        Spec { required, optional, ..self }
    }

    const fn options(self, options: OptionSpec) -> Spec {
        Spec { options, ..self }
    }

    const fn no_content(self) -> Spec {
        Spec { content: false, ..self }
    }

    const fn no_spaces(self) -> Spec {
        Spec { spaces: false, ..self }
    }

    /// A directive that is kept with its parts.
    pub(crate) const GENERIC: Spec = Spec::new(Kind::Generic).arguments(0, 1).options(OptionSpec::Any);

    /// Returns the directive with a name in lower case, or `None` if docutils does not have it.
    pub(crate) fn find(name: &str) -> Option<Spec> {
        use OptionSpec::{Known, None as NoOptions};
        let spec = |kind| Spec::new(kind);
        Some(match name {
            "attention" | "caution" | "danger" | "error" | "hint" | "important" | "note" | "tip"
            | "warning" => spec(Kind::Admonition),
            "admonition" => spec(Kind::Admonition).arguments(1, 0),
            "topic" => spec(Kind::Topic).arguments(1, 0),
            "sidebar" => spec(Kind::Sidebar).arguments(0, 1).options(Known(&[
                ("class", Convert::Class),
                ("name", Convert::Unchanged),
                ("subtitle", Convert::Required),
            ])),
            "line-block" => spec(Kind::LineBlock),
            "parsed-literal" => spec(Kind::ParsedLiteral),
            "code" | "code-block" | "sourcecode" => {
                spec(Kind::Code).arguments(0, 1).no_spaces().options(Known(&[
                    ("class", Convert::Class),
                    ("name", Convert::Unchanged),
                    ("number-lines", Convert::LineNumbers),
                ]))
            }
            "math" => spec(Kind::Math),
            "rubric" => spec(Kind::Rubric).arguments(1, 0).no_content(),
            "epigraph" | "highlights" | "pull-quote" => spec(Kind::BlockQuote).options(NoOptions),
            "compound" => spec(Kind::Compound),
            "container" => {
                spec(Kind::Container).arguments(0, 1).options(Known(&[("name", Convert::Unchanged)]))
            }
            "table" => spec(Kind::Table).arguments(0, 1).options(Known(&[
                ("class", Convert::Class),
                ("name", Convert::Unchanged),
                ("align", H_ALIGN),
                ("width", Convert::LengthOrPercentage("")),
                ("widths", Convert::Widths(&["auto", "grid"])),
            ])),
            "list-table" => spec(Kind::ListTable).arguments(0, 1).options(Known(&[
                ("header-rows", Convert::NonNegative),
                ("stub-columns", Convert::NonNegative),
                ("width", Convert::LengthOrPercentage("")),
                ("widths", Convert::Widths(&["auto"])),
                ("class", Convert::Class),
                ("name", Convert::Unchanged),
                ("align", H_ALIGN),
            ])),
            "csv-table" => spec(Kind::CsvTable).arguments(0, 1).options(Known(&[
                ("header-rows", Convert::NonNegative),
                ("stub-columns", Convert::NonNegative),
                ("header", Convert::Unchanged),
                ("width", Convert::LengthOrPercentage("")),
                ("widths", Convert::Widths(&["auto"])),
                ("file", Convert::Path),
                ("url", Convert::Uri),
                ("encoding", Convert::Encoding),
                ("class", Convert::Class),
                ("name", Convert::Unchanged),
                ("align", H_ALIGN),
                ("delim", Convert::CharOrSpace),
                ("keepspace", Convert::Flag),
                ("quote", Convert::Char),
                ("escape", Convert::Char),
            ])),
            "image" => spec(Kind::Image).arguments(1, 0).no_content().options(Known(&[
                ("alt", Convert::Unchanged),
                ("height", Convert::Length),
                ("width", Convert::LengthOrPercentage("")),
                ("scale", Convert::Percentage),
                ("align", ALIGN),
                ("target", Convert::Required),
                ("loading", LOADING),
                ("class", Convert::Class),
                ("name", Convert::Unchanged),
            ])),
            "figure" => spec(Kind::Figure).arguments(1, 0).options(Known(&[
                ("alt", Convert::Unchanged),
                ("height", Convert::Length),
                ("width", Convert::LengthOrPercentage("")),
                ("scale", Convert::Percentage),
                ("align", H_ALIGN),
                ("target", Convert::Required),
                ("loading", LOADING),
                ("class", Convert::Class),
                ("name", Convert::Unchanged),
                ("figwidth", Convert::FigureWidth),
                ("figclass", Convert::Class),
                ("figname", Convert::Unchanged),
            ])),
            "contents" => spec(Kind::Contents).arguments(0, 1).no_content().options(Known(&[
                ("depth", Convert::NonNegative),
                ("local", Convert::Flag),
                ("backlinks", Convert::Backlinks),
                ("class", Convert::Class),
            ])),
            "sectnum" | "section-numbering" => spec(Kind::Sectnum).no_content().options(Known(&[
                ("depth", Convert::Int),
                ("start", Convert::Int),
                ("prefix", Convert::Required),
                ("suffix", Convert::Required),
            ])),
            "header" => spec(Kind::Header).options(NoOptions),
            "footer" => spec(Kind::Footer).options(NoOptions),
            "target-notes" => {
                spec(Kind::TargetNotes).no_content().options(Known(&[("class", Convert::Class)]))
            }
            "meta" => spec(Kind::Meta).options(NoOptions),
            "raw" => spec(Kind::Raw).arguments(1, 0).options(Known(&[
                ("file", Convert::Path),
                ("url", Convert::Uri),
                ("encoding", Convert::Encoding),
                ("class", Convert::Class),
            ])),
            "include" => Spec::GENERIC,
            "replace" => spec(Kind::Replace).options(NoOptions),
            "unicode" => spec(Kind::Unicode).arguments(1, 0).no_content().options(Known(&[
                ("trim", Convert::Flag),
                ("ltrim", Convert::Flag),
                ("rtrim", Convert::Flag),
            ])),
            "class" | "rst-class" => spec(Kind::Class).arguments(1, 0).options(NoOptions),
            "role" => spec(Kind::Role).options(NoOptions),
            "default-role" => {
                spec(Kind::DefaultRole).arguments(0, 1).no_spaces().no_content().options(NoOptions)
            }
            "title" => spec(Kind::Title).arguments(1, 0).no_content().options(NoOptions),
            "date" => spec(Kind::Date).options(NoOptions),
            "restructuredtext-test-directive" => {
                spec(Kind::Test).arguments(0, 1).options(Known(&[("option", Convert::Required)]))
            }
            _ => return None,
        })
    }
}
