//! Lines that name a setting: the console path, the place in `config.json`, the variable.

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case};
use nom::character::complete::{multispace0, multispace1};
use nom::combinator::{opt, recognize, rest};
use nom::multi::separated_list1;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::Piece;
use super::inline::{arrow, literal, strong};

/// What a bullet of the right cell speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::docs) enum StatementKind {
    Console,
    Config,
    Env,
}

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::docs) struct Said {
    /// The dotted path, the variable or the console path, normalised; `None` for `N/A`.
    pub(in crate::docs) name: Option<Piece>,
    /// The default.
    pub(in crate::docs) default: Option<Piece>,
    /// What its markup has wrong, in words; the line is understood all the same.
    pub(in crate::docs) slip: Option<&'static str>,
}

/// Reads a bullet of the right cell. `None` where it is none of the three.
pub(in crate::docs) fn statement(text: &str) -> Option<(StatementKind, Said)> {
    let (body, kind) = label(text).ok()?;
    let body = body.trim_end();
    if body.trim().eq_ignore_ascii_case("n/a") {
        return Some((kind, Said::default()));
    }
    let said = match kind {
        StatementKind::Console => console(text, body),
        StatementKind::Config => config(text, body),
        StatementKind::Env => env(text, body),
    }?;
    Some((kind, said))
}

/// What is wrong with the markup of a line that begins like one of the three and can't be read; `None` where it says
/// something of its own.
pub(in crate::docs) fn slip_of_unread(text: &str) -> Option<&'static str> {
    let (body, kind) = label(text).ok()?;
    if kind == StatementKind::Console || body.contains(":`") || body.contains("`_") {
        return None;
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
}

fn label(input: &str) -> IResult<&str, StatementKind> {
    let console = (opt(tag("**")), tag_no_case("System Config path"), opt(tag("**")));
    let console_too = (opt(tag("**")), tag_no_case("System Console path"), opt(tag("**")));
    let config_inside =
        (tag_no_case("``config.json"), multispace1, tag_no_case("setting"), opt(tag("s")), tag("``"));
    let config_outside = (tag_no_case("``config.json``"), multispace0, tag_no_case("setting"), opt(tag("s")));
    let env = (opt(tag("**")), tag_no_case("Environment variable"), opt(tag("s")), opt(tag("**")));
    terminated(
        alt((
            alt((recognize(console), recognize(console_too))).map(|_| StatementKind::Console),
            alt((recognize(config_inside), recognize(config_outside))).map(|_| StatementKind::Config),
            recognize(env).map(|_| StatementKind::Env),
        )),
        (multispace0, tag(":"), multispace0),
    )
    .parse(input)
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
    let (after, inner) = literal(body).ok()?;
    if after.contains("``") || inner.trim().is_empty() {
        return None;
    }
    Some(Said { name: Some(Piece::of(whole, inner)), default: None, slip: None })
}

fn config(whole: &str, body: &str) -> Option<Said> {
    let (after, keys) = separated_list1(arrow, literal).parse(body).ok()?;
    if after.contains("``") {
        return None;
    }
    match keys.as_slice() {
        [one] => dotted(whole, one),
        _ => apart(whole, body, &keys),
    }
    .map(|said| if after.trim_start().starts_with('>') { cut_short(body, said) } else { said })
}

/// What is said by keys that don't go on to the line's end.
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
fn apart(whole: &str, body: &str, keys: &[&str]) -> Option<Said> {
    let (path, default) = match (keys.len().checked_sub(path_length(keys)), keys) {
        (Some(0), _) => (keys, None),
        (Some(1), [path @ .., default]) => (path, Some(*default)),
        _ => return None,
    };
    if !path.iter().all(|key| is_path(key)) {
        return None;
    }
    let (first, last) = (path.first()?, path.last()?);
    let range = Piece::of(whole, first).range.start.saturating_sub(2)..Piece::of(whole, last).range.end + 2;
    let dotted = path.iter().any(|key| key.contains('.'))
        && path.first().is_none_or(|first| *first != "PluginSettings");
    let slip = if dotted {
        Some("section and key stand in one literal")
    } else if body.contains("``  >") || body.contains(">  ``") {
        Some("two blanks where one belongs")
    } else if body.contains(">``") {
        // The literal behind it does not begin without a blank.
        Some("a blank is missing behind `>`")
    } else {
        None
    };
    Some(Said {
        name: Some(Piece { text: path.join("."), range }),
        default: default.map(|default| Piece::of(whole, default)),
        slip,
    })
}

/// How many of the keys name the setting; what follows is its default.
fn path_length(keys: &[&str]) -> usize {
    match keys {
        ["PluginSettings", "Plugins" | "PluginStates", ..] => keys.len().min(4),
        [first, ..] if first.contains('.') => 1,
        _ => {
            let sections = keys.iter().take_while(|key| key.ends_with("Settings")).count().max(1);
            (sections + 1).min(keys.len())
        }
    }
}

/// The whole in one literal: `".Section.Key",`, `".Section.Key": default",`, `Section.Key`.
fn dotted(whole: &str, inner: &str) -> Option<Said> {
    let (after, path) = path(inner).ok()?;
    let name = Piece::of(whole, path);
    let default = match default(after) {
        Ok((_, value)) => Some(Piece::of(whole, value)),
        Err(_) => None,
    };
    Some(Said { name: Some(name), default, slip: None })
}

fn path(input: &str) -> IResult<&str, &str> {
    let (after, _) = (opt(tag("\"")), opt(tag("."))).parse(input)?;
    let end = after.find(|c: char| !is_path_char(c)).unwrap_or(after.len());
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
    if value.is_empty() {
        return Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Eof)));
    }
    Ok((after, value))
}

/// ``This feature's ``config.json`` setting is ``"Key": value`` with …``
pub(in crate::docs) fn feature_sentence(text: &str) -> Option<Said> {
    let after = text.strip_prefix("This feature")?;
    let sentences = ["``config.json`` setting is ", "config.json setting is "];
    let after = sentences.into_iter().find_map(|words| after.split_once(words).map(|(_, after)| after))?;
    let (tail, inner) = literal(after).ok()?;
    let mut said = dotted(text, inner)?;
    let odd = |literal: &&str| literal.matches('"').count() % 2 == 1;
    if super::literals(tail).iter().any(odd) {
        said.slip = Some("a quote that is not closed");
    }
    Some(said)
}

fn is_path_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn is_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_path_char)
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
    fn tells_nested_sections_from_defaults() {
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
