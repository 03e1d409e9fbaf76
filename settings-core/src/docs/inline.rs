//! Converts inline markup from Markdown (doc comments) to reStructuredText (pages), and back.

/// Converts Markdown's code, links and emphasis to reStructuredText, and escapes its markup characters.
///
/// Strong and emphasized text is spelt alike in both. A link to an item (`[`X`]`) keeps its words only.
pub(super) fn markdown_to_rst(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() + 16);
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        if let Some((inner, after)) = code_of(rest) {
            separate(&mut out);
            out.push_str(&format!("``{inner}``"));
            separate_after(&mut out, after);
            rest = after;
            continue;
        }
        if let Some((words, target, after)) = link(rest) {
            separate(&mut out);
            match target {
                Some(target) => out.push_str(&rst_of_link(words, target)),
                None => out.push_str(&markdown_to_rst(words)),
            }
            separate_after(&mut out, after);
            rest = after;
            continue;
        }
        if let Some((mark, inner, after)) = emphasis(rest) {
            separate(&mut out);
            out.push_str(mark);
            out.push_str(inner);
            out.push_str(mark);
            separate_after(&mut out, after);
            rest = after;
            continue;
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' => match after.chars().next().filter(char::is_ascii_punctuation) {
                // A character that the author has escaped.
                Some(escaped) => {
                    push_plain(&mut out, escaped, after.get(escaped.len_utf8()..).unwrap_or_default());
                    rest = after.get(escaped.len_utf8()..).unwrap_or_default();
                    continue;
                }
                None => out.push_str("\\\\"),
            },
            c => push_plain(&mut out, c, after),
        }
        rest = after;
    }
    out
}

fn push_plain(out: &mut String, c: char, after: &str) {
    let word_ends = !after.starts_with(|next: char| next.is_alphanumeric());
    let escape = match c {
        '*' | '`' | '|' | '\\' => true,
        '_' => word_ends,
        _ => false,
    };
    if escape {
        out.push('\\');
    }
    out.push(c);
}

/// A link to an address, or the link that [`rst_to_doc`] made of a role, a reference or a substitution.
fn rst_of_link(words: &str, target: &str) -> String {
    match target.strip_prefix(':').and_then(|rest| rest.rsplit_once(':')) {
        Some(("substitution", "")) => format!("|{words}|"),
        Some(("reference", "")) => format!("`{words}`_"),
        Some((role, "")) => format!(":{role}:`{words}`"),
        Some((role, target)) => {
            format!(":{role}:`{words} <{}>`", target.replace("%20", " ").replace("%3A", ":"))
        }
        None => format!("`{} <{target}>`__", words.replace('`', "")),
    }
}

/// Markup must not touch the word before it; an escaped blank separates without showing.
fn separate(out: &mut String) {
    if out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '`' | '*' | '_' | '.' | ',')) {
        out.push_str("\\ ");
    }
}

fn separate_after(out: &mut String, after: &str) {
    if after.starts_with(|c: char| c.is_alphanumeric()) {
        out.push_str("\\ ");
    }
}

fn code_of(text: &str) -> Option<(String, &str)> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == 0 {
        return None;
    }
    let fence = text.get(..ticks)?;
    let body = text.get(ticks..)?;
    let end = body.find(fence)?;
    let inner = body.get(..end)?.trim();
    (!inner.is_empty()).then_some((inner.to_owned(), body.get(end + ticks..)?))
}

/// `[words](target)`, `[words]`, `<https://…>`: words, target, rest.
fn link(text: &str) -> Option<(&str, Option<&str>, &str)> {
    if let Some(rest) = text.strip_prefix('<') {
        let (url, after) = rest.split_once('>')?;
        let is_url = url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:");
        return (is_url && !url.contains(' ')).then_some((url, Some(url), after));
    }
    let (words, after) = text.strip_prefix('[')?.split_once(']')?;
    if words.is_empty() || words.contains(['[', '\n']) {
        return None;
    }
    match after.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((target, after)) if !target.contains(' ') => Some((words, Some(target), after)),
        _ if words.starts_with('`') => Some((words, None, after)),
        _ => None,
    }
}

fn emphasis(text: &str) -> Option<(&'static str, &str, &str)> {
    for (mark, written) in [("**", "**"), ("__", "**"), ("*", "*")] {
        let Some(body) = text.strip_prefix(mark) else { continue };
        let Some(end) = body.find(mark) else { continue };
        let (inner, after) = (body.get(..end)?, body.get(end + mark.len()..)?);
        let tight = !inner.is_empty()
            && !inner.starts_with(char::is_whitespace)
            && !inner.ends_with(char::is_whitespace);
        if tight && !inner.contains(['*', '`']) {
            return Some((written, inner, after));
        }
    }
    None
}

/// A text as code of Markdown: between more backticks than it has in a row.
pub(super) fn code(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    let is_bare = !text.starts_with('`') && !text.ends_with('`');
    if is_bare { format!("{fence}{text}{fence}") } else { format!("{fence} {text} {fence}") }
}

/// Converts literals, links and roles of reStructuredText to Markdown; roles keep only their words.
pub(super) fn rst_to_markdown(rst: &str) -> String {
    to_markdown(rst, false)
}

/// Converts like [`rst_to_markdown`], but keeps roles, references and substitutions as links that [`markdown_to_rst`]
/// converts back: `[words](:doc:/target)`.
pub(super) fn rst_to_doc(rst: &str) -> String {
    to_markdown(rst, true)
}

fn to_markdown(rst: &str, keeps_roles: bool) -> String {
    let mut out = String::with_capacity(rst.len());
    let mut rest = rst;
    while let Some(c) = rest.chars().next() {
        if let Some((inner, after)) = rest.strip_prefix("``").and_then(|body| body.split_once("``")) {
            out.push_str(&code(inner));
            rest = after;
        } else if let Some((link, after)) = keeps_roles.then(|| kept_role(rest)).flatten() {
            out.push_str(&link);
            rest = after;
        } else if let Some((words, target, after)) = rst_link(rest) {
            match target {
                // A line break inside of an address is none of it.
                Some(target) => {
                    let target: String = target.split_whitespace().collect();
                    out.push_str(&format!("[{words}]({target})"));
                }
                None => out.push_str(words),
            }
            rest = after;
        } else {
            let after = rest.get(c.len_utf8()..).unwrap_or_default();
            if c == '\\' && after.starts_with(' ') {
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            if keeps_roles {
                out.push(c);
                rest = after;
            } else {
                rest = push_markdown(&mut out, c, after);
            }
        }
    }
    out
}

/// Writes a character of plain text so that Markdown doesn't read it as markup; returns the rest.
///
/// Emphasis is spelt alike in both languages, so stars stay.
fn push_markdown<'t>(out: &mut String, c: char, after: &'t str) -> &'t str {
    // An escaped character.
    if c == '\\' {
        let Some(escaped) = after.chars().next() else {
            out.push_str("\\\\");
            return after;
        };
        if escaped.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(escaped);
        return after.get(escaped.len_utf8()..).unwrap_or_default();
    }
    let in_word = |before: Option<char>| before.is_some_and(char::is_alphanumeric);
    let next = after.chars().next();
    let is_entity = || {
        let name = after.split(';').next().unwrap_or_default();
        after.contains(';')
            && !name.is_empty()
            && name.chars().enumerate().all(|(at, c)| c.is_ascii_alphanumeric() || at == 0 && c == '#')
    };
    let is_markup = match c {
        '<' | '[' | ']' | '`' => true,
        '&' => is_entity(),
        '~' => next == Some('~') || out.ends_with('~'),
        '!' => next == Some('['),
        '_' => !(in_word(out.chars().next_back()) && in_word(next)),
        // The first character of a paragraph may begin a block.
        '#' | '>' | '+' | '-' | '=' => {
            out.trim_start().is_empty() && (c == '>' || next.is_none_or(|next| next == ' ' || next == c))
        }
        '.' | ')' => {
            next.is_none_or(char::is_whitespace)
                && (1..=9).contains(&out.len())
                && out.chars().all(|c| c.is_ascii_digit())
        }
        _ => false,
    };
    if is_markup {
        out.push('\\');
    }
    out.push(c);
    after
}

/// A role, a reference by its words or a substitution as a reversible link, and the rest.
fn kept_role(text: &str) -> Option<(String, &str)> {
    let plain = |words: &str| !words.is_empty() && !words.contains(['[', ']', '`', '|', '\n', '<']);
    if let Some((words, after)) = text.strip_prefix('|').and_then(|body| body.split_once('|')) {
        let tight = !words.contains(char::is_whitespace) && !after.starts_with(char::is_alphanumeric);
        return (plain(words) && tight).then(|| (format!("[{words}](:substitution:)"), after));
    }
    if let Some((words, after)) = text.strip_prefix('`').and_then(|body| body.split_once('`')) {
        let after = after.strip_prefix('_').filter(|after| !after.starts_with('_'))?;
        return plain(words).then(|| (format!("[{words}](:reference:)"), after));
    }
    let (role, body) = text.strip_prefix(':')?.split_once(":`")?;
    if role.is_empty() || !role.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':')) {
        return None;
    }
    let (inner, after) = body.split_once('`')?;
    match inner.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
        Some((words, target)) => {
            let fits = plain(words) && !target.contains([')', '(', '%']);
            let target = target.split_whitespace().collect::<Vec<_>>().join("%20").replace(':', "%3A");
            fits.then(|| (format!("[{}](:{role}:{target})", words.trim_end()), after))
        }
        None => plain(inner).then(|| (format!("[{inner}](:{role}:)"), after)),
    }
}

/// `` `words <target>`__ ``, `` :role:`words <target>` ``: words, target if it is an address, rest.
fn rst_link(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (is_role, body) = match text.strip_prefix('`') {
        Some(body) => (false, body),
        None => {
            let (name, body) = text.strip_prefix(':')?.split_once(":`")?;
            let is_name =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':'));
            (true, is_name.then_some(body)?)
        }
    };
    let (inner, after) = body.split_once('`')?;
    let after = after.strip_prefix("__").or_else(|| after.strip_prefix('_')).unwrap_or(after);
    match inner.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
        Some((words, target)) => Some((words.trim_end(), (!is_role).then_some(target), after)),
        None => Some((inner, None, after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_markup_over() {
        assert_eq!(
            markdown_to_rst("See `a.b` and [the guide](https://x.test/a)."),
            "See ``a.b`` and `the guide <https://x.test/a>`__."
        );
        assert_eq!(markdown_to_rst("`Port`s of **two** *kinds*"), "``Port``\\ s of **two** *kinds*");
        assert_eq!(markdown_to_rst("[`Duration`] is a type"), "``Duration`` is a type");
    }

    #[test]
    fn escapes_what_would_be_markup() {
        assert_eq!(
            markdown_to_rst("5 * 3 | 2, snake_case and trailing_ end"),
            "5 \\* 3 \\| 2, snake_case and trailing\\_ end"
        );
        assert_eq!(markdown_to_rst(r"a \* b"), r"a \* b");
        assert_eq!(markdown_to_rst("an ` alone"), "an \\` alone");
    }

    #[test]
    fn what_only_a_page_knows_comes_back() {
        for rst in [
            "Press |save|, see :doc:`the guide </a/b>`, :kbd:`Ctrl` and `Another title`_.",
            "See :ref:`here <a/b:some title>`.",
            "See ``a`` and `the guide <https://x.test>`__.",
        ] {
            assert_eq!(markdown_to_rst(&rst_to_doc(rst)), rst);
        }
    }

    #[test]
    fn plain_text_is_not_markup_in_markdown() {
        for (rst, markdown) in [
            ("Write <host>:<port> and &lt; is &amp;", "Write \\<host>:\\<port> and \\&lt; is \\&amp;"),
            ("# hash first", "\\# hash first"),
            ("A [bracket](paren) & ~~x~~", "A \\[bracket\\](paren) & \\~\\~x\\~\\~"),
            ("snake_case _x_ and \\*star", "snake_case \\_x\\_ and \\*star"),
            ("1. one", "1\\. one"),
            ("*so*, **very**, ``<code>`` & more", "*so*, **very**, `<code>` & more"),
            ("-5 is below 0", "-5 is below 0"),
        ] {
            assert_eq!(rst_to_markdown(rst), markdown);
        }
    }

    #[test]
    fn goes_back() {
        assert_eq!(
            rst_to_markdown("See ``a`` and `the guide <https://x.test>`__, :doc:`this </x>`."),
            "See `a` and [the guide](https://x.test), this."
        );
    }
}
