//! Names of elements and attributes.

use std::fmt;

macro_rules! names {
    ($(#[$doc:meta])* $enum:ident { $($variant:ident $name:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $enum {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl $enum {
            /// Returns the name that docutils prints.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

names! {
    /// The name of an element: docutils' names, and `generic_directive`, `generic_role` and `generic_text` for
    /// the directives and roles that the Sphinx dialect keeps.
    Tag {
        Abbreviation "abbreviation" Acronym "acronym" Admonition "admonition" Attention "attention"
        Attribution "attribution" BlockQuote "block_quote" BulletList "bullet_list" Caption "caption"
        Caution "caution" Citation "citation" CitationReference "citation_reference" Classifier "classifier"
        Colspec "colspec" Comment "comment" Compound "compound" Container "container" Danger "danger"
        Decoration "decoration" Definition "definition" DefinitionList "definition_list"
        DefinitionListItem "definition_list_item" Description "description" DoctestBlock "doctest_block"
        Document "document" Element "Element" Emphasis "emphasis" Entry "entry" EnumeratedList "enumerated_list"
        Error "error" Field "field" FieldBody "field_body" FieldList "field_list" FieldName "field_name"
        Figure "figure" Footer "footer" Footnote "footnote" FootnoteReference "footnote_reference"
        GenericDirective "generic_directive" GenericRole "generic_role" GenericText "generic_text"
        Header "header" Hint "hint" Image "image" Important "important" Inline "inline" Label "label"
        Legend "legend" Line "line" LineBlock "line_block" ListItem "list_item" Literal "literal"
        LiteralBlock "literal_block" Math "math" MathBlock "math_block" Meta "meta" Note "note" Option "option"
        OptionArgument "option_argument" OptionGroup "option_group" OptionList "option_list"
        OptionListItem "option_list_item" OptionString "option_string" Paragraph "paragraph" Pending "pending"
        Problematic "problematic" Raw "raw" Reference "reference" Row "row" Rubric "rubric" Section "section"
        Sidebar "sidebar" Strong "strong" Subscript "subscript" SubstitutionDefinition "substitution_definition"
        SubstitutionReference "substitution_reference" Subtitle "subtitle" Superscript "superscript"
        SystemMessage "system_message" Table "table" Target "target" Tbody "tbody" Term "term" Text "#text"
        Tgroup "tgroup" Thead "thead" Tip "tip" Title "title" TitleReference "title_reference" Topic "topic"
        Transition "transition"
        Warning "warning"
    }
}

impl Tag {
    /// Returns true for an inline element.
    #[must_use]
    pub const fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Abbreviation
                | Self::Acronym
                | Self::CitationReference
                | Self::Emphasis
                | Self::FootnoteReference
                | Self::GenericRole
                | Self::Image
                | Self::Inline
                | Self::Literal
                | Self::Math
                | Self::Problematic
                | Self::Raw
                | Self::Reference
                | Self::Strong
                | Self::Subscript
                | Self::SubstitutionReference
                | Self::Superscript
                | Self::Target
                | Self::Text
                | Self::TitleReference
        )
    }
}

names! {
    /// The name of an attribute. For the options of a generic directive, see
    /// [`NodeRef::option`](crate::NodeRef::option).
    AttrName {
        Align "align" Alt "alt" Anonymous "anonymous" Arguments "arguments" Auto "auto" Backrefs "backrefs"
        Bullet "bullet" Classes "classes" Cols "cols" Colwidth "colwidth" Content "content" Delimiter "delimiter"
        Dupnames "dupnames" Enumtype "enumtype" Format "format" Height "height" Ids "ids" Language "language"
        Level "level" Line "line" Loading "loading" Ltrim "ltrim" Morecols "morecols" Morerows "morerows"
        Name "name" Names "names" Prefix "prefix" Refid "refid" Refname "refname" Refuri "refuri" Role "role"
        Rtrim "rtrim" Scale "scale" Source "source" Start "start" Stub "stub" Suffix "suffix" Title "title"
        Type "type" Uri "uri" Width "width" XmlSpace "xml:space"
    }
}
