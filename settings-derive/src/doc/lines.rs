//! Doc attributes → lines, each with the place of its attribute.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, Meta};

use crate::ctxt::Ctxt;

/// One line of a doc comment.
pub(super) struct Line {
    /// Without the indentation that all lines share and without trailing blanks.
    pub(super) text: String,
    pub(super) span: Span,
}

/// The lines of all `///`, `/** */` and `#[doc = "…"]`.
pub(super) fn lines(cx: &Ctxt, attrs: &[Attribute]) -> Vec<Line> {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        let Meta::NameValue(meta) = &attr.meta else { continue };
        match &meta.value {
            Expr::Lit(literal) => {
                if let Lit::Str(text) = &literal.lit {
                    lines.extend(cut(&text.value(), text.span()));
                }
            }
            other => {
                let message = "the documentation of settings is read by the derive: write it as a doc comment, \
                    not by a macro";
                cx.error_at(other.span(), message);
            }
        }
    }
    outdent(&mut lines);
    lines
}

fn cut(text: &str, span: Span) -> Vec<Line> {
    let is_block = text.contains('\n');
    let starred = is_block
        && text.lines().skip(1).all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
    // Unlike `lines`, which has none for the empty text of a bare `///`.
    text.split('\n')
        .enumerate()
        .map(|(i, line)| {
            let line = if starred && i > 0 { line.trim_start().trim_start_matches('*') } else { line };
            Line { text: line.trim_end().to_owned(), span }
        })
        .collect()
}

/// Removes the indentation that all lines share, as rustdoc does.
fn outdent(lines: &mut [Line]) {
    let indent = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let shared = lines.iter().filter(|line| !line.text.is_empty()).map(|line| indent(&line.text)).min();
    for line in lines {
        line.text = line.text.chars().skip(shared.unwrap_or(0)).collect();
    }
}
