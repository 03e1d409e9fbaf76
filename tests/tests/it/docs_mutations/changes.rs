//! One setting made wrong, or changed so that it stays right.

use settings_core::docs::model::{Fact, Span, Value};
use settings_tests::random::Random;

use super::good::{Good, line_of};
use super::grids::grids;

/// A change of a page, and the rules of which exactly one must be found at the line; none if it is not a mistake.
pub(crate) struct Change {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) rules: &'static [&'static str],
    /// The lines of the finding, from 1.
    pub(crate) lines: (usize, usize),
}

/// A name with two of its letters exchanged.
pub(crate) fn misspelt(name: &str, random: &mut Random) -> Option<String> {
    let chars: Vec<char> = name.chars().collect();
    let begin = chars.len() / 2;
    for _ in 0..20 {
        let at = begin + random.below(chars.len() - begin - 1);
        let (a, b) = (*chars.get(at)?, *chars.get(at + 1)?);
        if a != b && a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && !a.eq_ignore_ascii_case(&b) {
            let mut swapped = chars.clone();
            swapped.swap(at, at + 1);
            return Some(swapped.into_iter().collect());
        }
    }
    None
}

/// One letter in its other case.
fn other_case(name: &str) -> Option<String> {
    let at = name.rfind(|c: char| c.is_ascii_alphabetic())?;
    let mut out = name.to_owned();
    let c = name[at..].chars().next()?;
    let other = if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    out.replace_range(at..=at, &other.to_string());
    Some(out)
}

/// Every change of a good setting.
pub(crate) fn changes(good: &Good<'_>, random: &mut Random) -> Vec<Change> {
    let mut all: Vec<Option<Change>> = Vec::new();
    let env = good.env.and_then(|env| env.name.as_ref()).filter(|env| good.is_verbatim(env));
    let spelt = |env: &Fact<String>, path: &Fact<String>| {
        env.value.ends_with(&format!("_{}", path.value.to_ascii_uppercase().replace('.', "_")))
    };
    let path = good.path();
    let (option_path, option_env) = (good.option("configjson"), good.option("environment"));
    let option_dotted = option_path.filter(|path| path.value.trim_start_matches('.').contains('.'));
    if let (Some(env), Some(path)) = (env, path)
        && spelt(env, path)
    {
        let wrong = misspelt(&env.value, random);
        all.push(
            wrong.and_then(|wrong| good.change("variable of the table", env.span, &wrong, &["env-name"])),
        );
        let wrong = other_case(&env.value);
        all.push(
            wrong.and_then(|wrong| good.change("case of the variable", env.span, &wrong, &["letter-case"])),
        );
        if good.is_verbatim(path)
            && let Some(wrong) = misspelt(&path.value, random)
        {
            all.push(good.somewhere("path of the table", path.span, &wrong, &["config-path", "env-name"]));
        }
        // Keys in literals of their own.
        if !good.is_verbatim(path)
            && let (Some(written), Some(key)) =
                (good.page.text.get(path.span.range()), path.value.rsplit('.').next())
            && let Some(wrong) = misspelt(key, random)
            && written.matches(key).count() == 1
        {
            let rules = &["config-path", "env-name"];
            all.push(good.somewhere("key of the table", path.span, &written.replace(key, &wrong), rules));
        }
        if let (Some(directive), Some(own)) = (option_path, option_env)
            && directive.value.ends_with(path.as_str())
            && own.value == env.value
        {
            let wrong = misspelt(&directive.value, random);
            let rules = &["config-path"];
            all.push(
                wrong
                    .and_then(|wrong| good.somewhere("path of the directive", directive.span, &wrong, rules)),
            );
            let wrong = other_case(&directive.value);
            let rules = &["letter-case"];
            all.push(wrong.and_then(|wrong| good.somewhere("case of a path", directive.span, &wrong, rules)));
            all.push(good.change("path of the directive N/A", directive.span, "N/A", &["config-path"]));
            all.push(good.change("variable of the directive N/A", own.span, "N/A", &["env-name"]));
            let key = directive.value.rsplit('.').next().unwrap();
            all.push(good.change("no mistake: a bare key", directive.span, key, &[]));
        }
    }
    if let (Some(env), Some(_)) = (option_env, option_dotted) {
        let wrong = misspelt(&env.value, random);
        all.push(
            wrong.and_then(|wrong| good.change("variable of the directive", env.span, &wrong, &["env-name"])),
        );
        let without = env.value.split_once('_').map(|(_, rest)| rest.to_owned());
        all.push(
            without.and_then(|wrong| good.change("variable without prefix", env.span, &wrong, &["env-name"])),
        );
    }
    consoles(good, &mut all);
    defaults(good, &mut all);
    markup(good, &mut all);
    if let Some(table) = good.table {
        grids(good, table, random, &mut all);
    }
    all.into_iter().flatten().collect()
}

fn consoles(good: &Good<'_>, all: &mut Vec<Option<Change>>) {
    let table = good.console.and_then(|console| console.name.as_ref()).filter(|name| good.is_verbatim(name));
    let (Some(table), Some(own)) = (table, good.option("systemconsole")) else { return };
    if own.value == table.value && !own.value.contains(" or ") {
        let rules = &["console-path"];
        all.push(good.somewhere("console of the directive", own.span, "Elsewhere > Post", rules));
        all.push(good.change("console of the table", table.span, "X > Y", rules));
        let spaced = own.value.replace(" > ", ">").to_lowercase();
        all.push(good.change("no mistake: a path spaced otherwise", own.span, &spaced, &[]));
    }
}

fn defaults(good: &Good<'_>, all: &mut Vec<Option<Change>>) {
    let config =
        good.config.and_then(|config| config.default.as_ref()).filter(|default| good.is_verbatim(default));
    let marked = |list: &[Value]| list.iter().filter(|item| item.default).count();
    let is_bool = |text: &str| matches!(text, "true" | "false");
    if let Some(default) = config
        && is_bool(&default.value)
        && good.lists.iter().any(|(list, _)| {
            marked(list) == 1
                && list.iter().any(|item| {
                    item.default && item.value.as_ref().is_some_and(|value| value.value == default.value)
                })
        })
    {
        let other = if default.value == "true" { "false" } else { "true" };
        all.push(good.somewhere("default next to the path", default.span, other, &["default"]));
        let wrong = if default.value == "true" { "ture" } else { "flase" };
        all.push(good.change("default misspelt", default.span, wrong, &["default"]));
        let capital = if default.value == "true" { "True" } else { "False" };
        all.push(good.change("no mistake: a capital", default.span, capital, &[]));
    }
    if let (Some(default), Some(hint)) = (config, good.hints.first())
        && let (Ok(a), Ok(b)) = (default.value.parse::<u64>(), hint.value.parse::<u64>())
        && a == b
        && a > 2
    {
        let other = (a + 7).to_string();
        all.push(good.somewhere("number next to the path", default.span, &other, &["default"]));
        let quoted = format!("\"{a}\"");
        all.push(good.change("no mistake: a number in quotes", default.span, &quoted, &[]));
        let seconds = (a * 60).to_string();
        all.push(good.change("no mistake: another unit", default.span, &seconds, &[]));
    }
    for (list, free) in &good.lists {
        if !free
            || marked(list) != 1
            || list.iter().any(|item| item.lead.is_some() || item.default_if.is_some())
        {
            continue;
        }
        let (Some(default), Some(other)) = (
            list.iter().find(|item| item.default),
            list.iter().find(|item| !item.default && item.value.is_some()),
        ) else {
            continue;
        };
        let place = Span::new(other.text.span.start, other.text.span.start);
        all.push(good.somewhere("two marks", place, "**(Default)** ", &["default"]));
        let both = "**(Default for new servers)** ";
        if let Some(second) = good.put(place, both)
            && let Some(at) = good.page.text[..default.text.span.start].rfind("(Default)")
            && good.page.text[at..default.text.span.start] == *"(Default)** "
        {
            // The two marks name different deployments; which of them the code has is still open.
            let shift = if place.start < at { both.len() } else { 0 };
            let mut text = second;
            text.replace_range(at + shift..at + shift + "(Default)".len(), "(Default for old servers)");
            let line = line_of(&good.page.text, default.text.span.start);
            let other_line = line_of(&good.page.text, place.start);
            all.push(Some(Change {
                kind: "two marks with conditions",
                text,
                rules: &["default"],
                lines: (line.min(other_line), line.max(other_line)),
            }));
        }
    }
}

fn markup(good: &Good<'_>, all: &mut Vec<Option<Change>>) {
    let text = &good.page.text;
    for (list, _) in &good.lists {
        for item in
            list.iter().filter(|item| item.default && item.lead.is_none() && item.default_if.is_none())
        {
            let before = &text[..item.text.span.start];
            if let Some(at) = before.rfind("**(Default)** ").filter(|at| at + 14 == before.len()) {
                let span = Span::new(at, at + 13);
                all.push(good.somewhere("a mark not closed", span, "**(Default**", &["markup"]));
            }
        }
    }
    if let Some(config) = good.config
        && let Some(line) = text.get(config.span.range()).filter(|line| !line.contains('\n'))
        && let Some(at) = line.rfind("`` > ``")
    {
        let at = config.span.start + at;
        all.push(good.change("two blanks", Span::new(at + 2, at + 3), "  ", &["markup"]));
        all.push(good.change("no blank", Span::new(at + 4, at + 5), "", &["markup"]));
        all.push(good.somewhere("no sign", Span::new(at + 3, at + 4), "", &["markup"]));
        let last = at + 5;
        if let Some(end) = text[last + 2..config.span.end].find("``").map(|end| last + 2 + end)
            && !text[last..end].contains('\n')
        {
            let key = &text[last + 2..end];
            let plain = key.chars().all(|c| c.is_ascii_alphanumeric());
            let whole = Span::new(last, end + 2);
            all.push(good.somewhere("a literal not closed", Span::new(end, end + 2), "", &["markup"]));
            if plain {
                all.push(good.somewhere("a key without literal", whole, key, &["markup"]));
                all.push(good.somewhere("one backtick", whole, &format!("`{key}`"), &["markup"]));
            }
        }
    }
    if let Some(title) = good.title
        && good.is_verbatim(title)
        && title.value.chars().count() > 5
        && text.get(title.span.end..title.span.end + 1) == Some("\n")
    {
        let start = title.span.end + 1;
        let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
        let length = end - start;
        let needed = settings_rst::width::column_width(&title.value);
        if length == needed && needed == title.value.len() {
            let short = text[start..end].chars().next().unwrap().to_string().repeat(needed - 1);
            all.push(good.change(
                "an underline too short",
                Span::new(start, end),
                &short,
                &["docutils-warning"],
            ));
        }
    }
    let end = text[..].len();
    let start = good.title.map_or(0, |title| title.span.start);
    if let Some(line_end) = text[start..end].find('\n').map(|at| start + at) {
        let span = Span::new(line_end, line_end);
        all.push(good.change("a blank at a line's end", span, " ", &["trailing-space"]));
    }
}
