//! Lines that name a setting: the console path, the place in `config.json`, the variable.

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while, take_while1};
use nom::character::complete::{multispace0, multispace1};
use nom::combinator::{opt, recognize, rest};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::Piece;
use super::inline::{arrow, code, literal, strong};
use super::quotes::{is_double, is_quote, is_single, straight};
use crate::docs::dialect::{FILE_ENDINGS, WORDS};
use crate::schema::Path;

/// The kind of name that a bullet of the right cell states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::docs) enum StatementKind {
    Console,
    Config,
    Env,
}

/// The content of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::docs) struct Said {
    /// The dotted path, the variable or the console path, normalised; `None` for `N/A`.
    pub(in crate::docs) name: Option<Piece>,
    /// The default.
    pub(in crate::docs) default: Option<Piece>,
    /// The mistake in its markup, in words; the line is understood nevertheless.
    pub(in crate::docs) slip: Option<&'static str>,
}

/// Reads a bullet of the right cell. Returns `None` if it is not one of the three.
pub(in crate::docs) fn statement(text: &str) -> Option<(StatementKind, Said)> {
    let (body, (kind, _)) = label(text).ok()?;
    let body = body.trim_end();
    if WORDS.is_absent(body.trim()) {
        return Some((kind, Said::default()));
    }
    let said = match kind {
        StatementKind::Console => console(text, body),
        StatementKind::Config => config(text, body),
        StatementKind::Env => env(text, body),
    }?;
    let has_section = || said.name.as_ref().is_some_and(|name| name.text.contains('.'));
    (!is_file_alone(text) || has_section()).then_some((kind, said))
}

/// The mistake in the markup of a line that begins like one of the three and can't be read; `None` if the line is a
/// sentence of its own.
pub(in crate::docs) fn slip_of_unread(text: &str) -> Option<&'static str> {
    let (body, (kind, is_own)) = label(text).ok()?;
    if !is_own || kind == StatementKind::Console {
        return None;
    }
    // A link leads to what it names. It is no path.
    if body.contains(":`") || body.contains("`_") {
        return unreadable(text);
    }
    if body.matches("``").count() % 2 == 1 {
        return Some("a literal that is not closed");
    }
    if is_single_tick(body) {
        return Some("one backtick where two belong");
    }
    let between: Vec<&str> = body.trim().split("``").step_by(2).map(str::trim).collect();
    if let [first, inner @ .., last] = between.as_slice()
        && kind == StatementKind::Config
        && [*first, *last].iter().all(|outer| outer.is_empty())
        && inner.iter().all(|sign| matches!(*sign, "" | ">"))
        && inner.contains(&"")
    {
        return Some("a `>` is missing");
    }
    let keys: Vec<&str> = body.trim_end().split('>').map(str::trim).collect();
    let is_bare = |key: &&&str| is_path(key) || key.parse::<f64>().is_ok();
    let is_literal = |key: &&&str| literal(key).is_ok_and(|(after, _)| after.is_empty());
    let (bare, literals) = (keys.iter().filter(is_bare).count(), keys.iter().filter(is_literal).count());
    (kind == StatementKind::Config && bare > 0 && literals > 0 && bare + literals == keys.len())
        .then_some("a key that is not in a literal")
        .or_else(|| unreadable(text))
}

/// The label of a line, and whether it is one of the words of this module tree: the name of another configuration file
/// may begin any line, and counts only where a path follows.
fn label(input: &str) -> IResult<&str, (StatementKind, bool)> {
    let console = (opt(tag("**")), tag_no_case(WORDS.console), opt(tag("**")));
    let console_too = (opt(tag("**")), tag_no_case(WORDS.console_other), opt(tag("**")));
    let file = || (tag("``"), tag_no_case(WORDS.file));
    let label = || (tag_no_case(WORDS.file_label), opt(tag("s")));
    let config_inside = (file(), multispace1, label(), tag("``"));
    let config_outside = (file(), tag("``"), multispace0, label());
    let config_marked = delimited(marks, (tag_no_case(WORDS.file), marks, multispace1, label()), marks);
    let config_alone = delimited(marks, tag_no_case(WORDS.file), marks);
    let other_inside = (tag("``"), file_name, multispace1, label(), tag("``"));
    let other_outside = (tag("``"), file_name, tag("``"), multispace1, label());
    let env = (opt(tag("**")), tag_no_case(WORDS.env), opt(tag("s")), opt(tag("**")));
    terminated(
        alt((
            alt((recognize(console), recognize(console_too))).map(|_| (StatementKind::Console, true)),
            alt((recognize(config_inside), recognize(config_outside), recognize(config_marked)))
                .map(|_| (StatementKind::Config, true)),
            alt((recognize(other_inside), recognize(other_outside), recognize(config_alone)))
                .map(|_| (StatementKind::Config, false)),
            recognize(env).map(|_| (StatementKind::Env, true)),
        )),
        (multispace0, tag(":"), multispace0),
    )
    .parse(input)
}

/// Returns true if a line begins with the configuration file's name and a colon. Such a line may be about the file.
fn is_file_alone(text: &str) -> bool {
    let after = text.trim_start_matches(['*', '`', '"']).get(WORDS.file.len()..).unwrap_or_default();
    file_in(text).is_some_and(|at| at < 4)
        && after.trim_start_matches(['*', '`', '"']).trim_start().starts_with(':')
}

/// Emphasis, or the marks of a literal, if there are any: `*config.json* setting`.
fn marks(input: &str) -> IResult<&str, &str> {
    take_while(|c| matches!(c, '*' | '`' | '"')).parse(input)
}

/// The name of a configuration file: `/etc/chat/chat.toml`.
fn file_name(input: &str) -> IResult<&str, &str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    let (rest, name) = take_while1(is_part).parse(input)?;
    if FILE_ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending)) {
        return Ok((rest, name));
    }
    Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Verify)))
}

/// Returns true if a text begins with a configuration file in a literal.
pub(in crate::docs) fn begins_with_file(text: &str) -> bool {
    text.strip_prefix("``").is_some_and(|text| file_name(text).is_ok())
}

fn console(whole: &str, body: &str) -> Option<Said> {
    let (after, inner) = strong(body).ok()?;
    // Several paths in one line are more than a fact.
    if after.contains("**") {
        return None;
    }
    Some(Said { name: Some(Piece::of(whole, inner)), default: None, slip: None })
}

fn env(whole: &str, body: &str) -> Option<Said> {
    let bare = || {
        let end = body.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let name = body.get(..end.unwrap_or(body.len()))?;
        let is_all = end.is_none_or(|end| body.get(end..).is_some_and(|after| after.trim().is_empty()));
        (is_all && name.contains('_')).then_some(("", (name, name)))
    };
    let (after, (_, inner)) = code(body).ok().or_else(bare)?;
    if after.contains("``") || inner.trim().is_empty() {
        return None;
    }
    Some(Said { name: Some(Piece::of(whole, inner)), default: None, slip: None })
}

fn config(whole: &str, body: &str) -> Option<Said> {
    let (after, keys) = separated_list1(arrow, code).parse(body).ok()?;
    if after.contains("``") {
        return None;
    }
    match keys.as_slice() {
        [(_, one)] => dotted(whole, one),
        _ => apart(whole, body, &keys),
    }
    .map(|said| if after.trim_start().starts_with('>') { cut_short(body, said) } else { said })
}

/// The content of a line whose keys don't reach its end.
fn cut_short(body: &str, said: Said) -> Said {
    let slip =
        if is_single_tick(body) { "one backtick where two belong" } else { "a key that is not in a literal" };
    Said { slip: Some(said.slip.unwrap_or(slip)), ..said }
}

fn is_single_tick(body: &str) -> bool {
    let outside: String = body.split("``").step_by(2).collect();
    let ticks = outside.matches('`').count();
    ticks >= 2 && ticks.is_multiple_of(2)
}

/// ``` ``Section`` > ``Key`` > ``default`` ```
///
/// `marked` has each key with its markup, and alone.
fn apart(whole: &str, body: &str, marked: &[(&str, &str)]) -> Option<Said> {
    let keys: Vec<&str> = marked.iter().map(|(_, key)| *key).collect();
    let keys = keys.as_slice();
    let (path, default) = match (keys.len().checked_sub(path_length(keys)), keys) {
        (Some(0), _) => (keys, None),
        (Some(1), [path @ .., default]) => (path, Some(*default)),
        // Deeper than the sections that their names show.
        (Some(_), [path @ .., default]) if is_value(default) => (path, Some(*default)),
        (Some(_), _) => (keys, None),
        _ => return None,
    };
    let last = path.last()?;
    let ((first_marked, _), (last_marked, _)) = (marked.first()?, marked.get(path.len().checked_sub(1)?)?);
    let range = Piece::of(whole, first_marked).range.start..Piece::of(whole, last_marked).range.end;
    let has_comma = last.ends_with(',');
    let path: Vec<&str> =
        path.iter().map(|key| if has_comma { key.trim_end_matches(',') } else { key }).collect();
    if !path.iter().all(|key| is_path(key)) {
        return None;
    }
    let dotted = path.iter().any(|key| key.contains('.'))
        && path.first().is_none_or(|first| *first != WORDS.map_section);
    let slip = if has_comma {
        Some("a comma within the literal")
    } else if dotted {
        Some("section and key are in one literal")
    } else if body.contains("``  >") || body.contains(">  ``") {
        Some("two blanks where one belongs")
    } else if body.contains(">``") {
        // The literal after it does not begin without a blank.
        Some("a blank is missing after `>`")
    } else {
        None
    };
    Some(Said {
        name: Some(Piece { text: path.join("."), range }),
        default: default.map(|default| Piece::of(whole, default)),
        slip,
    })
}

/// The number of keys that name the setting; the next one is its default.
fn path_length(keys: &[&str]) -> usize {
    match keys {
        [first, second, ..] if *first == WORDS.map_section && WORDS.maps.contains(second) => {
            keys.len().min(WORDS.map_path_length)
        }
        [first, ..] if first.contains('.') => 1,
        _ => {
            let sections = keys.iter().take_while(|key| WORDS.is_section(key)).count().max(1);
            (sections + 1).min(keys.len())
        }
    }
}

/// Returns true if the last literal of several can only be a value.
fn is_value(text: &str) -> bool {
    let is_word = matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "");
    is_word || text.parse::<f64>().is_ok() || text.starts_with(['"', '[', '{', '“']) || text.contains(' ')
}

/// The whole in one literal: `".Section.Key",`, `".Section.Key": default",`, `Section.Key`.
fn dotted(whole: &str, inner: &str) -> Option<Said> {
    let (after, path) = path(inner.strip_prefix('`').unwrap_or(inner)).ok()?;
    let name = Piece::of(whole, path);
    let default = match default(after) {
        Ok((_, value)) => Some(Piece::of(whole, value)),
        // A path with more after it is only a part of the name.
        Err(_)
            if !after
                .trim_matches(|c: char| is_quote(c) || matches!(c, ' ' | ',' | ':' | '.'))
                .is_empty() =>
        {
            return None;
        }
        Err(_) => None,
    };
    let slip = if inner.starts_with('`') {
        Some("a backtick too many")
    } else if straight(inner) != inner {
        Some(TYPOGRAPHIC_SLIP)
    } else if inner.matches('"').count() == 1 {
        Some(OPEN_QUOTE)
    } else {
        None
    };
    Some(Said { name: Some(name), default, slip })
}

pub(in crate::docs) const OPEN_QUOTE: &str = "a quote that is not closed";

pub(in crate::docs) const TYPOGRAPHIC_SLIP: &str = "a typographic quote in a literal";

fn path(input: &str) -> IResult<&str, &str> {
    let (after, _) = (opt(tag("\"")), opt(tag("."))).parse(input)?;
    let end = path_end(after);
    match (after.get(..end), after.get(end..)) {
        (Some(path), Some(after)) if is_path(path) => Ok((after, path)),
        _ => Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Alpha))),
    }
}

fn default(input: &str) -> IResult<&str, &str> {
    let (after, value) = preceded((opt(tag("\"")), tag(":"), multispace0), rest).parse(input)?;
    let value = value.trim_end();
    let value = value.strip_suffix(',').unwrap_or(value);
    let unbalanced = value.matches('"').count() % 2 == 1;
    let value = if unbalanced { value.strip_suffix('"').unwrap_or(value) } else { value };
    let value =
        if straight(value) == value { value } else { value.trim_matches(|c| is_double(c) || is_single(c)) };
    if value.is_empty() {
        return Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Eof)));
    }
    Ok((after, value))
}

/// ``This feature's ``config.json`` setting is ``"Key": value`` with …``
pub(in crate::docs) fn feature_sentence(text: &str) -> Option<Said> {
    let (tail, inner) = literal(feature(text)?).ok()?;
    let mut said = dotted(text, inner)?;
    let odd = |literal: &&str| literal.matches('"').count() % 2 == 1;
    if said.slip.is_none() && (odd(&inner) || super::literals(tail).iter().any(odd)) {
        said.slip = Some(OPEN_QUOTE);
    }
    Some(said)
}

/// The text after ``This feature's ``config.json`` setting is``; the file's name may lack its literal.
fn feature(text: &str) -> Option<&str> {
    let after = text.strip_prefix(WORDS.feature)?;
    let at = file_in(after)?;
    let (before, after) = (after.get(..at)?, after.get(at + WORDS.file.len()..)?);
    let verb = format!(" {} is ", WORDS.file_label);
    let is_near = before.len() <= 12 && !before.contains('.');
    after.trim_start_matches(['`', '*', '"']).strip_prefix(verb.as_str()).filter(|_| is_near)
}

/// The offset of the configuration file's name in a text, in any letter case.
fn file_in(text: &str) -> Option<usize> {
    let file = WORDS.file;
    text.char_indices()
        .map(|(at, _)| at)
        .find(|at| text.get(*at..at + file.len()).is_some_and(|found| found.eq_ignore_ascii_case(file)))
}

/// Returns the mistake in a text that names the configuration file and something in a literal, where a setting is
/// expected and none is named.
pub(in crate::docs) fn mentions_file(text: &str) -> Option<&'static str> {
    file_in(text)?;
    // A line with a label is judged as such a line.
    if label(text).is_ok_and(|(_, (kind, is_own))| is_own && kind == StatementKind::Config) {
        return None;
    }
    let is_name = |literal: &&str| {
        let bare = literal.trim_matches(|c: char| is_quote(c) || matches!(c, '.' | ',' | ' '));
        !bare.get(..WORDS.file.len()).is_some_and(|start| start.eq_ignore_ascii_case(WORDS.file))
            && bare.starts_with(|c: char| c.is_ascii_uppercase())
    };
    super::literals(text).iter().any(is_name).then_some(UNREADABLE)
}

const UNREADABLE: &str = "names the configuration file, but no path can be read";

/// The mistake in a line that names the configuration file like a statement, and from which no path can be read.
/// Returns `None` for any other line, and for one with several paths.
pub(in crate::docs) fn unreadable(text: &str) -> Option<&'static str> {
    if feature(text).is_some() {
        return feature_sentence(text).is_none().then_some(UNREADABLE);
    }
    let (body, (kind, is_own)) = label(text).ok()?;
    if !is_own || kind != StatementKind::Config || statement(text).is_some() {
        return None;
    }
    if body.get(..WORDS.absent.len()).is_some_and(|start| WORDS.is_absent(start)) {
        return None;
    }
    let parts = body.split([',', '\n']).flat_map(|part| part.split(" and ")).map(str::trim);
    let mut parts = parts.filter(|part| !part.is_empty()).peekable();
    let has_several = parts.peek().is_some() && parts.all(|part| config(part, part).is_some());
    (!has_several).then_some(UNREADABLE)
}

fn is_path_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// The length of the path at the start of a text, with its placeholders of entries.
fn path_end(text: &str) -> usize {
    let mut end = 0;
    while let Some(rest) = text.get(end..) {
        let placeholder = [Path::ENTRY, Path::NAMED_ENTRY].iter().find(|entry| rest.starts_with(**entry));
        end += match (placeholder, rest.chars().next()) {
            (Some(entry), _) if end > 0 => entry.len(),
            (_, Some(c)) if is_path_char(c) => c.len_utf8(),
            _ => break,
        };
    }
    end
}

fn is_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && path_end(text) == text.len()
        && !text.ends_with('.')
        && !text.contains("..")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn said(text: &str) -> (StatementKind, Option<String>, Option<String>) {
        let (kind, said) = statement(text).unwrap_or_else(|| panic!("not read: {text}"));
        for piece in said.name.iter().chain(&said.default) {
            assert!(text.get(piece.range.clone()).is_some());
        }
        (kind, said.name.map(|name| name.text), said.default.map(|default| default.text))
    }

    #[test]
    fn reads_each_dialect_of_a_path() {
        for text in [
            "``config.json setting``: ``\".MailSettings.Port\": 25\",``",
            "``config.json setting``: ``\".MailSettings.Port: 25\",``",
            "``config.json`` setting: ``\".MailSettings.Port: 25\",``",
            "``config.json`` setting: ``.MailSettings.Port: 25``",
            "``config.json`` setting: ``\"MailSettings.Port\": 25``",
            "``config.json`` setting: ``MailSettings`` > ``Port`` > ``25``",
            "``config.json`` setting: ``MailSettings`` >\n``Port`` > ``25``",
            "``config.json`` setting: ``MailSettings.Port`` > ``25``",
        ] {
            let (kind, name, default) = said(text);
            assert_eq!(kind, StatementKind::Config);
            assert_eq!(name.as_deref(), Some("MailSettings.Port"), "{text}");
            assert_eq!(default.as_deref(), Some("25"), "{text}");
        }
    }

    #[test]
    fn reads_a_label_and_keys_in_any_markup() {
        for label in [
            "``config.json``:",
            "config.json setting:",
            "*config.json* setting:",
            "**config.json setting**:",
            "`config.json` setting:",
            "Config.json setting:",
            "``Config.json`` settings:",
        ] {
            for path in ["``A`` > ``B``", ":code:`A` > :code:`B`", ":literal:`A.B`", "``\".A.B\",``"] {
                let text = format!("{label} {path}");
                let (kind, name, default) = said(&text);
                assert_eq!(
                    (kind, name.as_deref(), default),
                    (StatementKind::Config, Some("A.B"), None),
                    "{text}"
                );
            }
        }
        assert_eq!(said("Environment variable: :code:`MM_A_B`").1.as_deref(), Some("MM_A_B"));
        for text in ["``config.json``: the file", "``config.json``: ``Words``", "config.json: see :doc:`x`"] {
            assert_eq!((statement(text), slip_of_unread(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn a_literal_is_read_to_its_end() {
        for literal in ["ASettings > K9", "\".ASettings,K9\",", "\".ASettings.K 9\",", "\"A\" 80", "A.B ="] {
            let text = format!("``config.json`` setting: ``{literal}``");
            assert_eq!(statement(&text), None, "{text}");
            assert!(slip_of_unread(&text).is_some(), "{text}");
        }
        for literal in ["\".X.Enable: false,", ".X.Enable: false\",", "\".X.Enable,"] {
            let (_, said) = statement(&format!("``config.json`` setting: ``{literal}``")).unwrap();
            assert_eq!(said.slip, Some(OPEN_QUOTE), "{literal}");
        }
    }

    #[test]
    fn distinguishes_nested_sections_from_defaults() {
        let text = "``config.json`` setting: ``ASettings`` > ``BSettings`` > ``Key`` > ``true``";
        assert_eq!(said(text).1.as_deref(), Some("ASettings.BSettings.Key"));
        assert_eq!(said(text).2.as_deref(), Some("true"));
        let text = "``config.json`` setting: ``PluginSettings`` > ``Plugins`` > ``com.example.x`` > ``key``";
        assert_eq!(said(text).1.as_deref(), Some("PluginSettings.Plugins.com.example.x.key"));
        assert_eq!(said(text).2, None);
    }

    #[test]
    fn reads_not_available() {
        assert_eq!(said("Environment variable: N/A"), (StatementKind::Env, None, None));
        assert_eq!(said("``config.json`` setting: N/A"), (StatementKind::Config, None, None));
        assert_eq!(said("System Config path: N/A"), (StatementKind::Console, None, None));
    }

    #[test]
    fn keeps_quotes_that_belong_to_a_value() {
        let text = "``config.json`` setting: ``\".MailSettings.Host\": \"localhost\",``";
        assert_eq!(said(text).2.as_deref(), Some("\"localhost\""));
        assert_eq!(said("``config.json`` setting: ``\".A.B\": \"\"``").2.as_deref(), Some("\"\""));
    }

    #[test]
    fn knows_a_slip_from_what_is_said_otherwise() {
        for text in [
            "``config.json`` setting: A > ``B`` > ``true``",
            "``config.json`` setting: `A` > `B`",
            "``config.json`` setting: ``A``  ``B`` > ``true``",
            "``config.json`` setting: ``A`` > ``B > ``true``",
            "``config.json`` setting: see :doc:`there </there>`",
            "Environment variable: ``MM_A_B",
            "Environment variable: `MM_A_B`",
        ] {
            assert_eq!(statement(text), None, "{text}");
            assert!(slip_of_unread(text).is_some(), "{text}");
        }
        for text in [
            "``config.json`` setting: ``A`` > ``B`` and ``C``",
            "``config.json`` setting: ``A`` > ``B``, ``A`` > ``C``",
            "Environment variable: see :doc:`there </there>`",
            "Environment variable: `there <https://x.test>`__",
            "Environment variable: none",
            "System Config path: nowhere",
        ] {
            assert_eq!(slip_of_unread(text), None, "{text}");
        }
    }

    #[test]
    fn leaves_what_names_several_settings() {
        assert_eq!(statement("``config.json`` setting: ``A.B`` and ``A.C``"), None);
        assert_eq!(statement("Environment variable: ``X``, ``Y``"), None);
        assert_eq!(statement("See also: ``X``"), None);
    }

    #[test]
    fn reads_the_sentence_of_a_single_cell() {
        let said = feature_sentence(
            "This feature's ``config.json`` setting is ``\"Size\": 3`` with numerical input.",
        );
        let said = said.unwrap();
        assert_eq!(said.name.unwrap().text, "Size");
        assert_eq!(said.default.unwrap().text, "3");
    }
}
