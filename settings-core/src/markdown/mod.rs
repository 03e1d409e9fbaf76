//! Converts doc comments (Markdown) to plain text, for places without markup, and to HTML.

mod html;

pub use html::html;

/// Removes inline markup: drops code and emphasis marks, and replaces links by their text.
///
/// Line breaks within a paragraph become spaces; paragraphs and list items keep lines of their own.
pub fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        let line = line.trim();
        let starts_block = ["- ", "* ", "+ ", "#"].iter().any(|mark| line.starts_with(mark));
        if line.is_empty() {
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push_str(if out.ends_with('\n') { "\n" } else { "\n\n" });
            }
            continue;
        }
        if !out.is_empty() && !out.ends_with('\n') {
            out.push(if starts_block { '\n' } else { ' ' });
        }
        inline(&mut out, line.trim_start_matches('#').trim_start());
    }
    out.truncate(out.trim_end().len());
    out
}

/// The first paragraph, plain.
pub fn summary(markdown: &str) -> String {
    let text = plain(markdown);
    text.split_once("\n\n").map_or(text.as_str(), |(first, _)| first).to_owned()
}

fn inline(out: &mut String, line: &str) {
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '[', '\\']) {
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        rest = if let Some((text, after)) = code(marked) {
            out.push_str(text.trim());
            after
        } else if let Some((text, after)) = link(marked) {
            inline(out, text);
            after
        } else {
            let mut chars = marked.chars();
            match (chars.next(), chars.clone().next()) {
                (Some('\\'), Some(escaped)) if escaped.is_ascii_punctuation() => {
                    out.push(escaped);
                    chars.next();
                }
                // a lone star between spaces is a star
                (Some('*'), after) if !(after.is_none_or(|c| c == ' ') && out.ends_with([' ', '\n'])) => {}
                (Some('*'), _) if out.is_empty() || out.ends_with('\n') => out.push('-'),
                (Some(c), _) => out.push(c),
                (None, _) => {}
            }
            chars.as_str()
        };
    }
    out.push_str(rest);
}

/// The text between runs of equally many backticks, and the rest.
fn code(marked: &str) -> Option<(&str, &str)> {
    let ticks = marked.len() - marked.trim_start_matches('`').len();
    let (fence, inner) = marked.split_at(ticks);
    if fence.is_empty() {
        return None;
    }
    inner.split_once(fence)
}

/// The text of `[text](target)` or `[text]`, and what follows.
fn link(marked: &str) -> Option<(&str, &str)> {
    let (text, after) = marked.strip_prefix('[')?.split_once(']')?;
    if text.contains('[') {
        return None;
    }
    let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
    match target {
        Some((_, after)) => Some((text, after)),
        None if text.starts_with('`') => Some((text, after)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, summary};

    #[test]
    fn markup_goes_and_text_stays() {
        for (markdown, text) in [
            ("The `STARTTLS` *mode*,\n**always**.", "The STARTTLS mode, always."),
            ("See [the guide](https://example.com/a) and [`Kind`].", "See the guide and Kind."),
            ("- `true`: on\n- `false`: off", "- true: on\n- false: off"),
            ("One.\n\n\nTwo\nlines.\n", "One.\n\nTwo lines."),
            ("2 * 3, a\\*b, snake_case, [0, 1], ``a`b``", "2 * 3, a*b, snake_case, [0, 1], a`b"),
            ("[", "["),
            ("`open", "`open"),
            ("# Title\ntext", "Title text"),
            ("", ""),
        ] {
            assert_eq!(plain(markdown), text, "{markdown:?}");
        }
        assert_eq!(summary("A\n*b*.\n\nC."), "A b.");
    }
}
