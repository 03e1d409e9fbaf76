//! A `config:setting` directive.

use crate::docs::grid::GridLine;
use crate::docs::model::{Directive, DirectiveOption, Fact, Span};

use super::cell::{contents, dedented};

/// The directive's name as it stands in a page.
pub(in crate::docs) const NAME: &str = "config:setting";

/// Reads a block that begins with `.. config:setting::`.
pub(super) fn directive(raw: &str, start: usize) -> Option<Directive> {
    let lines = super::table::lines_of(raw, start);
    let (first, rest) = lines.split_first()?;
    let after =
        first.text.strip_prefix("..")?.trim_start().strip_prefix(NAME)?.trim_start().strip_prefix("::")?;
    let id = after.trim_start();
    let id_at = first.start + first.text.len() - id.len();
    let (rest, indent) = dedented(rest);
    let options_end = rest.iter().position(|line| !is_option_line(line)).unwrap_or(rest.len());
    let (options, body) = rest.split_at_checked(options_end)?;
    Some(Directive {
        id: Fact::at(id.to_owned(), Span::new(id_at, id_at + id.len())),
        options: read_options(options),
        body: contents(body, usize::MAX),
        indent: (indent != 2 && !rest.is_empty()).then_some(indent),
    })
}

fn is_option_line(line: &GridLine<'_>) -> bool {
    line.text.starts_with(' ') || split_option(line.text).is_some()
}

/// `:name: value`
fn split_option(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    (is_name && (value.is_empty() || value.starts_with(' '))).then_some((name, value))
}

fn read_options(lines: &[GridLine<'_>]) -> Vec<DirectiveOption> {
    let mut options: Vec<DirectiveOption> = Vec::new();
    for line in lines {
        if let Some((name, value)) = split_option(line.text) {
            let (name_at, trimmed) = (line.start + 1, value.trim());
            let blanks = value.len() - value.trim_start().len();
            let value_at = name_at + name.len() + 1 + blanks;
            options.push(DirectiveOption {
                name: Fact::at(name.to_owned(), Span::new(name_at, name_at + name.len())),
                value: Fact::at(trimmed.to_owned(), Span::new(value_at, value_at + trimmed.len())),
            });
        } else if let Some(last) = options.last_mut() {
            last.value.value.push('\n');
            last.value.value.push_str(line.text.trim());
            last.value.span.end = line.start + line.text.len();
        }
    }
    options
}
