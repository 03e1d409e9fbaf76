//! Converts doc comments (Markdown) to HTML that is safe in any page.

use super::{code, link};

/// Converts Markdown to HTML: paragraphs, lists, headings as paragraphs, code, emphasis and links.
///
/// All text is escaped, so that HTML in the source appears as text. A link is one only if it leads to `https:`,
/// `http:`, `mailto:` or `#`; of others the text stays.
///
/// ```
/// use settings_core::markdown::html;
///
/// assert_eq!(html("The `port`,\n*not* <b>."), "<p>The <code>port</code>, <em>not</em> &lt;b&gt;.</p>");
/// ```
pub fn html(markdown: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(markdown.len() + 32), open: Block::None };
    for line in markdown.lines() {
        let line = line.trim();
        let item = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
        if line.is_empty() {
            writer.blank();
        } else if let Some(item) = item {
            writer.begin(Block::Item);
            inline(&mut writer.out, item.trim_start());
        } else if line.starts_with('#') {
            writer.begin(Block::Paragraph);
            inline(&mut writer.out, line.trim_start_matches('#').trim_start());
            writer.blank();
        } else {
            match writer.open {
                Block::None | Block::List => writer.begin(Block::Paragraph),
                Block::Paragraph | Block::Item => writer.out.push(' '),
            }
            inline(&mut writer.out, line);
        }
    }
    writer.begin(Block::None);
    writer.out
}

/// The innermost block that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Paragraph,
    /// A list between two items.
    List,
    Item,
}

struct Writer {
    out: String,
    open: Block,
}

impl Writer {
    /// Ends the innermost text; a list stays open.
    fn blank(&mut self) {
        match self.open {
            Block::Paragraph => self.begin(Block::None),
            Block::Item => {
                self.out.push_str("</li>");
                self.open = Block::List;
            }
            Block::None | Block::List => {}
        }
    }

    /// Closes what is open, and opens the block.
    fn begin(&mut self, block: Block) {
        self.out.push_str(match (self.open, block) {
            (Block::Paragraph, Block::Item) => "</p><ul><li>",
            (Block::Paragraph, Block::Paragraph) => "</p><p>",
            (Block::Paragraph, _) => "</p>",
            (Block::Item, Block::Item) => "</li><li>",
            (Block::Item, Block::Paragraph) => "</li></ul><p>",
            (Block::Item, _) => "</li></ul>",
            (Block::List, Block::Item) => "<li>",
            (Block::List, Block::Paragraph) => "</ul><p>",
            (Block::List, _) => "</ul>",
            (Block::None, Block::Item) => "<ul><li>",
            (Block::None, Block::Paragraph) => "<p>",
            (Block::None, _) => "",
        });
        self.open = block;
    }
}

/// Writes the text of one line.
fn inline(out: &mut String, line: &str) {
    let mut rest = line;
    let mut emphasis: Vec<&'static str> = Vec::new();
    let mut before = ' ';
    while let Some(at) = rest.find(['`', '*', '[', '\\']) {
        let (text, marked) = rest.split_at(at);
        escape(out, text);
        before = text.chars().last().unwrap_or(before);
        rest = if let Some((text, after)) = code(marked) {
            out.push_str("<code>");
            escape(out, text.trim());
            out.push_str("</code>");
            before = '`';
            after
        } else if let Some((text, after)) = link(marked) {
            anchor(out, text, target(marked, after));
            before = ']';
            after
        } else {
            let (mark, after) = special(marked, before);
            match mark {
                Mark::Text(text) => escape(out, text),
                Mark::Emphasis(tag) if emphasis.last() == Some(&tag) => {
                    emphasis.pop();
                    out.push_str(&format!("</{tag}>"));
                }
                Mark::Emphasis(tag) => {
                    emphasis.push(tag);
                    out.push_str(&format!("<{tag}>"));
                }
            }
            before = marked.chars().next().unwrap_or(' ');
            after
        };
    }
    escape(out, rest);
    emphasis.into_iter().rev().for_each(|tag| out.push_str(&format!("</{tag}>")));
}

enum Mark<'t> {
    Text(&'t str),
    Emphasis(&'static str),
}

/// Reads a star, a backslash, or a character that only looked like markup.
fn special(marked: &str, before: char) -> (Mark<'_>, &str) {
    let next = |at: usize| marked.get(at..).and_then(|rest| rest.chars().next());
    let is_alone = |after: Option<char>| before == ' ' && after.is_none_or(|c| c == ' ');
    if let Some(after) = marked.strip_prefix("**").filter(|_| !is_alone(next(2))) {
        return (Mark::Emphasis("strong"), after);
    }
    if let Some(after) = marked.strip_prefix('*').filter(|_| !is_alone(next(1))) {
        return (Mark::Emphasis("em"), after);
    }
    let escaped = marked.strip_prefix('\\').and_then(|rest| rest.chars().next());
    let start = usize::from(escaped.is_some_and(|c| c.is_ascii_punctuation()));
    let end = start + marked.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    (Mark::Text(marked.get(start..end).unwrap_or_default()), marked.get(end..).unwrap_or_default())
}

/// Returns the target of a link that ends before `after`.
fn target<'t>(marked: &'t str, after: &str) -> Option<&'t str> {
    let whole = marked.strip_suffix(after)?.strip_suffix(')')?;
    let (_, target) = whole.split_once("](")?;
    let is_safe = ["https:", "http:", "mailto:", "#"]
        .iter()
        .any(|start| target.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)));
    is_safe.then_some(target)
}

fn anchor(out: &mut String, text: &str, target: Option<&str>) {
    match target {
        Some(target) => {
            out.push_str("<a href=\"");
            escape(out, target);
            out.push_str("\">");
            inline(out, text);
            out.push_str("</a>");
        }
        None => inline(out, text),
    }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn markup_becomes_elements_and_html_stays_text() {
        for (markdown, expected) in [
            ("", ""),
            ("One\ntwo.\n\nThree.", "<p>One two.</p><p>Three.</p>"),
            ("**always** *on*", "<p><strong>always</strong> <em>on</em></p>"),
            ("*open", "<p><em>open</em></p>"),
            ("2 * 3, a\\*b, snake_case", "<p>2 * 3, a*b, snake_case</p>"),
            ("- one\n- two\n  more\n\nEnd.", "<ul><li>one</li><li>two more</li></ul><p>End.</p>"),
            ("# Title\ntext", "<p>Title</p><p>text</p>"),
            ("``a`b`` `<i>`", "<p><code>a`b</code> <code>&lt;i&gt;</code></p>"),
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
            (
                "[guide](https://e.org/?a=1&b='2')",
                "<p><a href=\"https://e.org/?a=1&amp;b=&#39;2&#39;\">guide</a></p>",
            ),
            ("[x](javascript:alert(1)) [`Kind`]", "<p>x) <code>Kind</code></p>"),
            ("[x](JavaScript:y) [up](#top)", "<p>x <a href=\"#top\">up</a></p>"),
            ("\\", "<p>\\</p>"),
            ("ü*ä*", "<p>ü<em>ä</em></p>"),
        ] {
            assert_eq!(html(markdown), expected, "{markdown:?}");
        }
    }
}
