//! Checks the text itself: encoding, grids, blanks, markup.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::docs::encoding;
use crate::docs::grammar;
use crate::docs::model::{Bullet, Content, Entry, Fact, Part, Span, Statement, Table, Value};
use crate::docs::read::{PageRead, TableFault};
use settings_rst::width::column_width;

use super::draft::Draft;
use super::finding::Rule;

pub(super) fn check(page: &PageRead) -> Vec<Draft> {
    let mut drafts = encoding(page);
    drafts.extend(tables(page));
    drafts.extend(blanks(page));
    let slips = markup(page);
    let known: HashSet<usize> = slips.iter().map(|slip| page.lines.line(&page.text, slip.at())).collect();
    drafts.extend(slips);
    drafts.extend(warnings(page, &known));
    drafts
}

fn encoding(page: &PageRead) -> Vec<Draft> {
    let faulty = page.faulty_spans();
    encoding::damage(&page.text)
        .into_iter()
        .map(|damage| {
            let found = page.text.get(damage.range.clone()).unwrap_or_default().to_owned();
            let span = Span::new(damage.range.start, damage.range.end);
            match damage.meant {
                Some(meant) => {
                    let in_table = faulty.find(span.start).is_some();
                    let widened = column_width(&found).saturating_sub(column_width(&meant));
                    let breaks = if in_table {
                        format!("; it makes the table's line {widened} columns too long")
                    } else {
                        String::new()
                    };
                    Draft::new(
                        Rule::Encoding,
                        span,
                        format!("`{found}` is `{meant}` that was decoded as Windows-1252{breaks}"),
                    )
                    .expected(meant.clone())
                    .found(found)
                    .help(format!("write `{meant}`"))
                    .fix(span, meant)
                }
                None => Draft::new(Rule::Encoding, span, "a character was lost when the text was decoded")
                    .found(found)
                    .help("write the character that was meant"),
            }
        })
        .collect()
}

fn tables(page: &PageRead) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for table in &page.tables {
        let Some(fault) = &table.fault else { continue };
        let raw = page.text.get(table.span.range()).unwrap_or_default();
        let (span, message) = match fault {
            TableFault::Refused { at, message } => {
                (*at, format!("docutils rejects this table and drops it: {message}"))
            }
            TableFault::Misread { at, message } => (*at, message.clone()),
        };
        let mut draft =
            Draft::new(Rule::MalformedTable, span, message).found(line_at(&page.text, span.start));
        draft = match &table.repaired {
            Some(lines) => {
                let row = page
                    .lines
                    .line(&page.text, span.start)
                    .saturating_sub(page.lines.line(&page.text, table.span.start));
                let line = lines.get(row).cloned().unwrap_or_default();
                let draft = match added_border(raw, lines) {
                    Some(border) => draft
                        .found("")
                        .expected(border)
                        .help("add the last border below the table; `settings docs sync` does it"),
                    None => {
                        let help = help_for_row(raw, row, &line);
                        draft.expected(line).help(help)
                    }
                };
                draft.fix(table.span, lines.join("\n"))
            }
            None => draft.help("make each row as wide as the first border, its bars below the border's `+`"),
        };
        drafts.push(draft);
    }
    drafts
}

/// Returns the border that a repair adds, if it is the only change.
fn added_border<'l>(raw: &str, repaired: &'l [String]) -> Option<&'l str> {
    let (added, kept) = repaired.split_last()?;
    kept.iter().map(String::as_str).eq(raw.lines().map(str::trim_end)).then_some(added)
}

fn help_for_row(raw: &str, row: usize, repaired: &str) -> String {
    let line = raw.split('\n').nth(row).unwrap_or_default().trim_end();
    if !encoding::damage(line).is_empty() {
        return "undo the wrong decoding in this line; `settings docs sync` does it".to_owned();
    }
    let (found, wanted) = (column_width(line), column_width(repaired));
    match wanted.cmp(&found) {
        Ordering::Equal => "replace the line as expected; `settings docs sync` does it".to_owned(),
        Ordering::Greater => {
            format!("the line is {} columns short; `settings docs sync` pads it", wanted - found)
        }
        Ordering::Less => {
            format!("the line is {} columns too long; `settings docs sync` fixes it", found - wanted)
        }
    }
}

fn line_at(text: &str, at: usize) -> String {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default().to_owned()
}

fn blanks(page: &PageRead) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut start = 0;
    for line in page.text.split('\n') {
        let content = line.trim_end_matches([' ', '\t']);
        if content.len() < line.len() {
            let span = Span::new(start + content.len(), start + line.len());
            let count = line.len() - content.len();
            let blanks = if count == 1 { "a blank".to_owned() } else { format!("{count} blanks") };
            drafts.push(
                Draft::new(Rule::TrailingSpace, span, format!("{blanks} at the end of the line"))
                    .warning()
                    .expected("")
                    .found(line.get(content.len()..).unwrap_or_default())
                    .help("delete the blanks after the last character")
                    .fix(span, ""),
            );
        }
        start += line.len() + 1;
    }
    if !page.text.is_empty() && !page.text.ends_with('\n') {
        let end = page.text.len();
        let last = page.text.char_indices().next_back().map_or(0, |(at, _)| at);
        drafts.push(
            Draft::new(Rule::FinalNewline, Span::new(last, end), "the last line has no line end")
                .warning()
                .expected("\n")
                .found("")
                .help("end the file with a line end")
                .fix(Span::new(end, end), "\n"),
        );
    }
    drafts
}

/// The warnings and errors of docutils that concern every reader of reStructuredText.
///
/// Damaged grid tables have a rule of their own, and what only Sphinx knows (directives, roles, options) is not a mistake.
/// The lines `known` have a more specific finding.
fn warnings(page: &PageRead, known: &HashSet<usize>) -> Vec<Draft> {
    let faulty = page.faulty_spans();
    let mut reported: HashSet<(usize, &str)> = HashSet::new();
    let mut drafts = Vec::new();
    for warning in &page.warnings {
        let words = warning.text.as_str();
        if known.contains(&warning.line) || is_of_sphinx(words) || !reported.insert((warning.line, words)) {
            continue;
        }
        let start = page.lines.line_start(&page.text, warning.line);
        if faulty.find(start).is_some() {
            continue;
        }
        let line =
            page.text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default().trim_end();
        let (rule, help) = help_for_warning(words);
        let message = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = format!("docutils: {}", shortened(message.trim_end_matches('.')));
        let mut draft = Draft::new(rule, Span::new(start, start + line.len()), message);
        draft = draft.found(shortened(line)).help(help);
        if warning.level < settings_rst::Level::Error {
            draft = draft.warning();
        }
        drafts.push(match longer_underline(page, warning.line, words) {
            Some((at, underline)) => draft.expected(underline.clone()).fix(at, underline),
            None => draft,
        });
    }
    drafts
}

/// The start of a text, if it is long: a page of one long line must not be copied for each of its findings.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Returns true if a message is about something that Sphinx knows and docutils doesn't, or about files that only a build
/// includes.
fn is_of_sphinx(message: &str) -> bool {
    const STARTS: [&str; 7] = [
        "Unknown directive type",
        "Unknown interpreted text role",
        "Interpreted text role",
        "No role entry for",
        "No directive entry for",
        "\"include\" directive disabled",
        "Problems with \"include\"",
    ];
    /// Options that Sphinx adds to directives of docutils.
    const OPTIONS: [(&str, &[&str]); 5] = [
        ("math", &["label", "no-wrap", "nowrap"]),
        ("code", &["caption", "dedent", "emphasize-lines", "force", "lineno-start", "linenos"]),
        ("code-block", &["caption", "dedent", "emphasize-lines", "force", "lineno-start", "linenos"]),
        ("sourcecode", &["caption", "dedent", "emphasize-lines", "force", "lineno-start", "linenos"]),
        ("rubric", &["heading-level"]),
    ];
    let is_option = || {
        let (name, rest) = message.strip_prefix("Error in \"")?.split_once('"')?;
        let (_, option) = rest.split_once("unknown option: \"")?;
        let (_, options) = OPTIONS.iter().find(|(known, _)| *known == name)?;
        let option = option.split('"').next()?;
        options.contains(&option).then_some(())
    };
    STARTS.iter().any(|start| message.starts_with(start)) || is_option().is_some()
}

/// The rule of a message, and the remedy.
fn help_for_warning(text: &str) -> (Rule, &'static str) {
    const TABLE: &str = "make each row as wide as the borders, and leave a blank line after the table";
    const KNOWN: [(&str, &str); 24] = [
        (
            "cannot be used as a unique reference",
            "rename one of the targets, or give the one that is meant a target of its own",
        ),
        ("Unknown target name", "define the target, correct its name, or put the text into a literal"),
        ("refers to target", "define the target, or correct its name"),
        ("footnote references", "write the footnote, or remove the reference"),
        ("Anonymous hyperlink mismatch", "write one anonymous target for each anonymous reference"),
        ("ransition", "write a transition only between two body elements"),
        ("underline too short", "make the underline as long as the title"),
        ("Title overline too short", "make both lines as long as the title"),
        ("Content block expected", "write the content of the directive, indented, or remove the directive"),
        ("Blank line required after table", TABLE),
        ("ends without a blank line", "put a blank line before the next block, or indent it like the block"),
        ("start-string without end-string", "close the markup, or escape its first character by a backslash"),
        ("Unexpected indentation", "put a blank line before the block, or remove its indent"),
        ("Literal block expected", "indent the following lines, or write a single colon"),
        ("title style", "use the underlines of titles in the order in which the page introduces them"),
        ("section cannot be used here", "use the underline of the next level"),
        ("Unexpected section title", "remove the indent of the title, or use a rubric"),
        ("Footnote content expected", "write the text of the footnote"),
        ("Citation content expected", "write the text of the citation"),
        (
            "Duplicate explicit target name",
            "rename one of the targets, or write anonymous references with two underscores",
        ),
        ("Duplicate target name", "rename one of the targets"),
        ("unknown option", "remove the option, or correct its name"),
        ("invalid option", "correct the option of the directive"),
        ("Error in ", "correct the directive: docutils drops it with its content"),
    ];
    let is_table = text.starts_with("Malformed table") || text.starts_with("Blank line required after table");
    if text.starts_with("Malformed table") {
        return (Rule::MalformedTable, TABLE);
    }
    let rule = if is_table { Rule::MalformedTable } else { Rule::DocutilsWarning };
    let help = KNOWN.into_iter().find(|(words, _)| text.contains(words)).map(|(_, help)| help);
    (rule, help.unwrap_or("correct the markup"))
}

/// The underline that a title needs, and the span of the short one.
fn longer_underline(page: &PageRead, line: usize, text: &str) -> Option<(Span, String)> {
    if !text.starts_with("Title underline too short") {
        return None;
    }
    let start = page.lines.line_start(&page.text, line);
    let underline = line_at(&page.text, start);
    let title = line_at(&page.text, page.lines.line_start(&page.text, line.checked_sub(1)?));
    let mark = underline.chars().next().filter(char::is_ascii_punctuation)?;
    let needed = column_width(title.trim_end());
    let is_short =
        underline.trim_end().chars().all(|c| c == mark) && column_width(underline.trim_end()) < needed;
    let longer = std::iter::repeat_n(mark, needed).collect();
    is_short.then(|| (Span::new(start, start + underline.trim_end().len()), longer))
}

/// Mistakes in bullets that are understood nevertheless.
fn markup(page: &PageRead) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for entry in &page.page.entries {
        let Entry::Setting(parts) = entry else { continue };
        for placed in parts {
            match &placed.part {
                Part::Table(table) => {
                    let mut found: Vec<Draft> = Vec::new();
                    for row in &table.rows {
                        found.extend(row.left.iter().flat_map(content_slips));
                        found.extend(
                            row.right.iter().flatten().filter_map(|bullet| bullet_slip(page, bullet)),
                        );
                    }
                    if found.is_empty() && !names_path(table) {
                        found.extend(mentions(table));
                    }
                    drafts.extend(found);
                }
                Part::Directive(directive) => drafts.extend(directive.body.iter().flat_map(content_slips)),
                Part::Values(items) => drafts.extend(items.iter().filter_map(value_slip)),
                _ => {}
            }
        }
    }
    for span in &page.unread {
        let text = page.text.get(span.range()).unwrap_or_default();
        // A cell of several lines.
        let text: Vec<&str> = text.lines().map(|line| line.trim_matches(['|', ' '])).collect();
        let text = text.join(" ");
        let slip = grammar::unreadable(&text).or_else(|| grammar::mentions_file(&text));
        drafts.extend(slip.map(|slip| unread(*span, &text, slip)));
    }
    drafts
}

/// Returns true if a place of the table is the one in the configuration file, or the words that there is none.
fn names_path(table: &Table) -> bool {
    table.rows.iter().any(|row| {
        row.left.iter().any(|content| matches!(content, Content::Statement(_)))
            || row.right.iter().flatten().any(|bullet| matches!(bullet, Bullet::Config(_)))
    })
}

/// Lines of a table without a path that name the configuration file in words of their own.
fn mentions(table: &Table) -> Vec<Draft> {
    let texts = table.rows.iter().flat_map(|row| {
        let left = row.left.iter().filter_map(|content| match content {
            Content::Text(text) => Some(text),
            _ => None,
        });
        let right = row.right.iter().flatten().filter_map(|bullet| match bullet {
            Bullet::Text(text) | Bullet::Verbatim(text) => Some(text),
            _ => None,
        });
        left.chain(right)
    });
    texts
        .filter_map(|text| {
            grammar::mentions_file(&text.value).map(|slip| unread(text.span, &text.value, slip))
        })
        .collect()
}

fn bullet_slip(page: &PageRead, bullet: &Bullet) -> Option<Draft> {
    if let Bullet::Text(text) = bullet {
        let slip = grammar::slip_of_unread(&text.value)?;
        let draft = Draft::new(Rule::Markup, text.span, format!("{slip}: {}", text.value));
        let draft = if grammar::unreadable(&text.value) == Some(slip) { draft.warning() } else { draft };
        return Some(
            draft.found(text.value.clone()).help("put each name into a literal of its own: ``name``"),
        );
    }
    let (Bullet::Config(statement) | Bullet::Env(statement) | Bullet::Console(statement)) = bullet else {
        return None;
    };
    let text = statement.text.as_ref()?;
    let (_, said) = grammar::statement(&text.value)?;
    let slip = said.slip?;
    if slip == grammar::TYPOGRAPHIC_SLIP {
        return Some(straight_quotes(text).setting(statement.name.as_ref().map_or("", |name| name.as_str())));
    }
    let rule = crate::docs::layout::statement_rule(
        grammar::StatementKind::Config,
        &Statement { text: None, ..statement.clone() },
        text.value.contains('>') || slip.contains("one literal"),
    );
    let rule = with_label_of(&text.value, rule);
    // The rule's words must not drop anything.
    let is_whole =
        !["a key", "one backtick", grammar::OPEN_QUOTE].iter().any(|start| slip.starts_with(start));
    let raw = page.text.get(text.span.range()).unwrap_or_default();
    let place = [("``  >", 2), (">  ``", 1), (">``", 0)]
        .into_iter()
        .find_map(|(sign, by)| Some(raw.find(sign)? + by));
    let at = place.unwrap_or(0);
    let span = Span::new(text.span.start + at, text.span.end);
    let draft = Draft::new(Rule::Markup, span, format!("{slip}: {}", text.value)).found(text.value.clone());
    let draft = draft.help(format!("write - {rule}"));
    let draft = if is_whole { draft.replacing(text.clone(), rule.clone()) } else { draft };
    Some(draft.expected(rule).setting(statement.name.as_ref().map_or("", |name| name.as_str())))
}

/// Returns a line with the label as the page has it: the file's name alone in the literal, or with the words after it.
fn with_label_of(found: &str, line: String) -> String {
    match (found.split_once(':'), line.split_once(':')) {
        (Some((label, _)), Some((_, statement))) => format!("{label}:{statement}"),
        _ => line,
    }
}

/// A typographic quote in a literal of `config.json`, which has one answer.
fn straight_quotes(text: &Fact<String>) -> Draft {
    let right = grammar::straightened(&text.value);
    let message = format!("{}: {}", grammar::TYPOGRAPHIC_SLIP, text.value);
    let draft =
        Draft::new(Rule::Markup, text.span, message).found(text.value.clone()).expected(right.clone());
    draft.help("write a straight quote").replacing(text.clone(), right)
}

fn content_slips(content: &Content) -> Vec<Draft> {
    match content {
        Content::Text(text) => {
            let slip = grammar::unreadable(&text.value);
            slip.map(|slip| unread(text.span, &text.value, slip)).into_iter().collect()
        }
        Content::Values(items) => items.iter().filter_map(value_slip).collect(),
        Content::Statement(statement) => sentence_slip(statement).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A text that names the configuration file, and from which no path can be read.
fn unread(span: Span, text: &str, slip: &str) -> Draft {
    Draft::new(Rule::Markup, span, format!("{slip}: {text}"))
        .warning()
        .found(text)
        .help("put each key into a literal of its own, or the path into one literal: ``\".Section.Key\",``")
}

fn sentence_slip(statement: &Statement) -> Option<Draft> {
    let text = statement.text.as_ref()?;
    let slip = grammar::feature_sentence(&text.value)?.slip?;
    if slip == grammar::TYPOGRAPHIC_SLIP {
        return Some(straight_quotes(text).setting(statement.name.as_ref().map_or("", |name| name.as_str())));
    }
    Some(
        Draft::new(Rule::Markup, text.span, slip)
            .found(text.value.clone())
            .help("close the quote within the literal, or remove it")
            .setting(statement.name.as_ref().map_or("", |name| name.as_str())),
    )
}

fn value_slip(item: &Value) -> Option<Draft> {
    let lead = item.lead.as_ref()?;
    let slip = grammar::value_item(&format!("{}x", lead.value))?.slip?;
    let rule = crate::docs::layout::item_lead(&Value { lead: None, ..item.clone() });
    Some(
        Draft::new(Rule::Markup, lead.span, format!("{slip}: {}", lead.value.trim_end()))
            .warning()
            .found(lead.value.trim_end())
            .expected(rule.trim_end())
            .help(format!("write {}", rule.trim_end())),
    )
}
