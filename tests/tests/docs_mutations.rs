//! Good entries made wrong one at a time: each mistake is found, once, where it is, and nothing else is; and changes
//! that are no mistakes are never found.
//!
//! The pages are our own in every style, and the real ones where they are at hand: every entry of them without a
//! finding of its own is a good one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use settings_core::Settings;
use settings_core::docs::model::{
    Bullet, Content, Directive, Entry, Fact, Part, Placed, Span, Statement, Value,
};
use settings_core::docs::{self, Against, Finding, Format, PageRead, Style};
use settings_core::reference::ServerSettings;
use settings_tests::shared;

/// How many places of a page are tried for each kind of mistake.
const PLACES: usize = 3;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

/// A change of a page, and the rules of which exactly one must be found at the line; none where it is no mistake.
struct Change {
    kind: &'static str,
    text: String,
    rules: &'static [&'static str],
    /// Lines from 1, within which the finding stands.
    lines: (usize, usize),
}

/// A setting of a page, taken apart.
struct Good<'p> {
    page: &'p PageRead,
    title: Option<&'p Fact<String>>,
    directive: Option<&'p Directive>,
    config: Option<&'p Statement>,
    env: Option<&'p Statement>,
    console: Option<&'p Statement>,
    lists: Vec<(&'p [Value], bool)>,
    hints: Vec<&'p Fact<String>>,
    table: Option<Span>,
    lines: (usize, usize),
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The settings of a page in which nothing is found, and whose facts all stand once.
fn good<'p>(page: &'p PageRead, findings: &[Finding]) -> Vec<Good<'p>> {
    let mut all = Vec::new();
    for entry in &page.page.entries {
        let Entry::Setting(parts) = entry else { continue };
        let start = parts.first().map_or(0, |part| part.span.start);
        let end = parts.last().map_or(0, |part| part.span.end);
        let lines = (line_of(&page.text, start), line_of(&page.text, end));
        if findings.iter().any(|finding| (lines.0..=lines.1).contains(&finding.line)) {
            continue;
        }
        let mut found = Good {
            page,
            title: None,
            directive: None,
            config: None,
            env: None,
            console: None,
            lists: Vec::new(),
            hints: Vec::new(),
            table: None,
            lines,
        };
        if parts.iter().filter(|placed| matches!(placed.part, Part::Table(_))).count() <= 1
            && parts.iter().all(|placed| found.take(placed))
        {
            all.push(found);
        }
    }
    all
}

impl<'p> Good<'p> {
    /// `false` where something stands twice.
    fn take(&mut self, placed: &'p Placed) -> bool {
        let once =
            |slot: &mut Option<&'p Statement>, statement: &'p Statement| slot.replace(statement).is_none();
        match &placed.part {
            Part::Heading(heading) => self.title = Some(&heading.title),
            Part::Directive(directive) => {
                self.directive = Some(directive);
                directive.body.iter().for_each(|content| self.content(content, true));
            }
            Part::Values(items) => self.lists.push((items, true)),
            Part::Table(table) => {
                self.table = Some(placed.span);
                for row in &table.rows {
                    row.left.iter().for_each(|content| self.content(content, false));
                    for bullet in row.right.iter().flatten() {
                        let first = match bullet {
                            Bullet::Console(statement) => once(&mut self.console, statement),
                            Bullet::Config(statement) => once(&mut self.config, statement),
                            Bullet::Env(statement) => once(&mut self.env, statement),
                            Bullet::Text(_) | Bullet::Verbatim(_) => true,
                        };
                        if !first {
                            return false;
                        }
                    }
                }
            }
            _ => {}
        }
        true
    }

    fn content(&mut self, content: &'p Content, free: bool) {
        match content {
            Content::Values(items) => self.lists.push((items, free)),
            Content::Hint(hint) => self.hints.extend(&hint.default),
            _ => {}
        }
    }

    fn path(&self) -> Option<&'p Fact<String>> {
        self.config?.name.as_ref().filter(|path| path.contains('.') && !path.starts_with("PluginSettings"))
    }

    fn option(&self, name: &str) -> Option<&'p Fact<String>> {
        self.directive?.option(name).filter(|value| {
            !value.is_empty()
                && *value.value != *"N/A"
                && self.stands(value)
                && !value.contains(['\n', ',', '='])
        })
    }

    fn stands(&self, fact: &Fact<String>) -> bool {
        self.page.text.get(fact.span.range()) == Some(fact.as_str())
    }

    /// The page with other words in a place; in a table the blanks before the next bar give way or follow.
    fn put(&self, span: Span, new: &str) -> Option<String> {
        let text = &self.page.text;
        let inside = self.table.is_some_and(|table| table.start <= span.start && span.end <= table.end);
        let mut out = text.clone();
        out.replace_range(span.range(), new);
        if !inside {
            return Some(out);
        }
        let old = text.get(span.range())?;
        let at = span.start + new.len();
        let bar = at + out.get(at..)?.find('|')?;
        let (was, is) = (old.chars().count(), new.chars().count());
        if is > was {
            let blanks = " ".repeat(is - was);
            out.get(bar - blanks.len()..bar).filter(|found| *found == blanks)?;
            out.replace_range(bar - blanks.len()..bar, "");
        } else {
            out.insert_str(bar, &" ".repeat(was - is));
        }
        Some(out)
    }

    fn change(
        &self,
        kind: &'static str,
        span: Span,
        new: &str,
        rules: &'static [&'static str],
    ) -> Option<Change> {
        let line = line_of(&self.page.text, span.start);
        Some(Change { kind, text: self.put(span, new)?, rules, lines: (line, line) })
    }

    /// The same, with the finding anywhere in the entry.
    fn somewhere(
        &self,
        kind: &'static str,
        span: Span,
        new: &str,
        rules: &'static [&'static str],
    ) -> Option<Change> {
        Some(Change { lines: self.lines, ..self.change(kind, span, new, rules)? })
    }
}

/// A name with two of its letters exchanged.
fn misspelt(name: &str, random: &mut Random) -> Option<String> {
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
fn changes(good: &Good<'_>, random: &mut Random) -> Vec<Change> {
    let mut all: Vec<Option<Change>> = Vec::new();
    let env = good.env.and_then(|env| env.name.as_ref()).filter(|env| good.stands(env));
    let spelt = |env: &Fact<String>, path: &Fact<String>| {
        env.ends_with(&format!("_{}", path.to_ascii_uppercase().replace('.', "_")))
    };
    let path = good.path();
    let (option_path, option_env) = (good.option("configjson"), good.option("environment"));
    let option_dotted = option_path.filter(|path| path.trim_start_matches('.').contains('.'));
    if let (Some(env), Some(path)) = (env, path)
        && spelt(env, path)
    {
        let wrong = misspelt(env, random);
        all.push(
            wrong.and_then(|wrong| good.change("variable of the table", env.span, &wrong, &["env-name"])),
        );
        let wrong = other_case(env);
        all.push(
            wrong.and_then(|wrong| good.change("case of the variable", env.span, &wrong, &["letter-case"])),
        );
        if good.stands(path)
            && let Some(wrong) = misspelt(path, random)
        {
            all.push(good.somewhere("path of the table", path.span, &wrong, &["config-path", "env-name"]));
        }
        // Keys in literals of their own.
        if !good.stands(path)
            && let (Some(written), Some(key)) =
                (good.page.text.get(path.span.range()), path.rsplit('.').next())
            && let Some(wrong) = misspelt(key, random)
            && written.matches(key).count() == 1
        {
            let rules = &["config-path", "env-name"];
            all.push(good.somewhere("key of the table", path.span, &written.replace(key, &wrong), rules));
        }
        if let (Some(directive), Some(own)) = (option_path, option_env)
            && directive.ends_with(path.as_str())
            && own.value == env.value
        {
            let wrong = misspelt(directive, random);
            let rules = &["config-path"];
            all.push(
                wrong
                    .and_then(|wrong| good.somewhere("path of the directive", directive.span, &wrong, rules)),
            );
            let wrong = other_case(directive);
            let rules = &["letter-case"];
            all.push(wrong.and_then(|wrong| good.somewhere("case of a path", directive.span, &wrong, rules)));
            all.push(good.change("path of the directive N/A", directive.span, "N/A", &["config-path"]));
            all.push(good.change("variable of the directive N/A", own.span, "N/A", &["env-name"]));
            let key = directive.rsplit('.').next().unwrap();
            all.push(good.change("no mistake: a bare key", directive.span, key, &[]));
        }
    }
    if let (Some(env), Some(_)) = (option_env, option_dotted) {
        let wrong = misspelt(env, random);
        all.push(
            wrong.and_then(|wrong| good.change("variable of the directive", env.span, &wrong, &["env-name"])),
        );
        let without = env.split_once('_').map(|(_, rest)| rest.to_owned());
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
    let table = good.console.and_then(|console| console.name.as_ref()).filter(|name| good.stands(name));
    let (Some(table), Some(own)) = (table, good.option("systemconsole")) else { return };
    if own.value == table.value && !own.contains(" or ") {
        let rules = &["console-path"];
        all.push(good.somewhere("console of the directive", own.span, "Elsewhere > Post", rules));
        all.push(good.change("console of the table", table.span, "X > Y", rules));
        let spaced = own.replace(" > ", ">").to_lowercase();
        all.push(good.change("no mistake: a path spaced otherwise", own.span, &spaced, &[]));
    }
}

fn defaults(good: &Good<'_>, all: &mut Vec<Option<Change>>) {
    let config =
        good.config.and_then(|config| config.default.as_ref()).filter(|default| good.stands(default));
    let marked = |list: &[Value]| list.iter().filter(|item| item.default).count();
    let is_bool = |text: &str| matches!(text, "true" | "false");
    if let Some(default) = config
        && is_bool(default)
        && good.lists.iter().any(|(list, _)| {
            marked(list) == 1
                && list.iter().any(|item| {
                    item.default && item.value.as_ref().is_some_and(|value| value.value == default.value)
                })
        })
    {
        let other = if default.value == "true" { "false" } else { "true" };
        all.push(good.somewhere("default beside the path", default.span, other, &["default"]));
        let wrong = if default.value == "true" { "ture" } else { "flase" };
        all.push(good.change("default misspelt", default.span, wrong, &["default"]));
        let capital = if default.value == "true" { "True" } else { "False" };
        all.push(good.change("no mistake: a capital", default.span, capital, &[]));
    }
    if let (Some(default), Some(hint)) = (config, good.hints.first())
        && let (Ok(a), Ok(b)) = (default.parse::<u64>(), hint.parse::<u64>())
        && a == b
        && a > 2
    {
        let other = (a + 7).to_string();
        all.push(good.somewhere("number beside the path", default.span, &other, &["default"]));
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
        && let Some(at) = text.get(config.span.range()).and_then(|line| line.rfind("`` > ``"))
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
        && good.stands(title)
        && title.value.chars().count() > 5
        && text.get(title.span.end..title.span.end + 1) == Some("\n")
    {
        let start = title.span.end + 1;
        let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
        let length = end - start;
        let needed = settings_core::rst::width::column_width(title);
        if length >= needed && needed == title.value.len() {
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

fn grids(good: &Good<'_>, table: Span, random: &mut Random, all: &mut Vec<Option<Change>>) {
    let text = &good.page.text;
    let raw = &text[table.range()];
    let mut starts = vec![table.start];
    starts.extend(raw.match_indices('\n').map(|(at, _)| table.start + at + 1));
    let lines: Vec<(usize, &str)> =
        starts.iter().map(|start| (*start, text[*start..].split('\n').next().unwrap().trim_end())).collect();
    let border = lines[0].1;
    let inner = border.match_indices('+').nth(1).map(|(at, _)| at).filter(|at| at + 1 < border.len());
    let whole = |change: &str, kind: &'static str, at: usize, length: usize, line: usize| {
        let mut out = text.clone();
        out.replace_range(at..at + length, change);
        let line = line_of(text, lines[line].0);
        Some(Change { kind, text: out, rules: &["malformed-table"], lines: (line, line) })
    };
    let rows: Vec<usize> =
        (1..lines.len()).filter(|i| lines[*i].1.starts_with('|') && lines[*i].1.is_ascii()).collect();
    if rows.is_empty() {
        return;
    }
    let row = rows[random.below(rows.len())];
    let (start, line) = lines[row];
    let last = start + line.len() - 1;
    if line.ends_with(" |") {
        all.push(whole("", "a row too short", last - 1, 1, row));
    }
    all.push(whole("   ", "a row too long", last, 0, row));
    let Some(inner) = inner else { return };
    let bottom = lines.len() - 1;
    // Rows that span the table have no bar to lose; a table of one row pairs has.
    let pairs = |row: &usize| lines[*row].1.as_bytes().get(inner) == Some(&b'|');
    if rows.iter().all(pairs) {
        let at = lines[bottom].0 + inner;
        all.push(
            whole("-", "a corner missing below", at, 1, bottom)
                .map(|change| Change { lines: good.lines, ..change }),
        );
        all.push(
            whole("-", "a corner missing above", lines[0].0 + inner, 1, 0)
                .map(|change| Change { lines: good.lines, ..change }),
        );
        if rows.len() > 2 && line.get(inner - 1..inner + 2) == Some(" | ") {
            all.push(
                whole(" ", "a bar missing", start + inner, 1, row)
                    .map(|change| Change { lines: good.lines, ..change }),
            );
        }
    }
    // A wider column is a matter of taste.
    if lines.iter().all(|(_, line)| line.is_ascii() && line.len() == border.len()) {
        let wider: Vec<String> = lines
            .iter()
            .map(|(_, line)| {
                let (head, tail) = line.split_at(line.len() - 1);
                format!("{head}{}{tail}", if line.starts_with('+') { "--" } else { "  " })
            })
            .collect();
        let mut out = text.clone();
        out.replace_range(table.start..lines[bottom].0 + lines[bottom].1.len(), &wider.join("\n"));
        all.push(Some(Change {
            kind: "no mistake: a wider column",
            text: out,
            rules: &[],
            lines: good.lines,
        }));
    }
}

/// Changes of the page as a whole.
fn page_changes(page: &PageRead, goods: &[Good<'_>]) -> Vec<Change> {
    let text = &page.text;
    let mut all = Vec::new();
    let ids: Vec<&Fact<String>> =
        goods.iter().filter_map(|good| good.directive).map(|directive| &directive.id).collect();
    if let [first, .., last] = ids.as_slice()
        && !text[..first.span.start].contains(&format!(":: {}\n", first.value))
    {
        let mut out = text.clone();
        out.replace_range(last.span.range(), first);
        let line = line_of(text, last.span.start);
        all.push(Change {
            kind: "an anchor twice",
            text: out,
            rules: &["duplicate-id"],
            lines: (line, line),
        });
    }
    let prose = page.page.entries.iter().flat_map(Entry::parts).find_map(|placed| match &placed.part {
        Part::Text(_) => {
            let raw = &text[placed.span.range()];
            let ends = raw.match_indices(". ").map(|(at, _)| at);
            let mut after_word = ends.filter(|at| raw[..*at].ends_with(|c: char| c.is_alphabetic()));
            after_word.next().map(|at| placed.span.start + at)
        }
        _ => None,
    });
    if let Some(at) = prose {
        let line = line_of(text, at);
        let mut out = text.clone();
        out.insert_str(at, "â€™");
        all.push(Change { kind: "decoded twice", text: out, rules: &["encoding"], lines: (line, line) });
    }
    if text.ends_with('\n') && !text.ends_with("\n\n") {
        let out = text.trim_end().to_owned();
        let line = line_of(text, out.len());
        all.push(Change {
            kind: "no final line end",
            text: out,
            rules: &["final-newline"],
            lines: (line, line),
        });
    }
    all.push(Change {
        kind: "no mistake: CR LF",
        text: text.replace('\n', "\r\n"),
        rules: &[],
        lines: (0, 0),
    });
    all
}

/// What was found of one kind of mistake.
#[derive(Default)]
struct Count {
    tried: usize,
    exact: usize,
}

fn check(name: &str, text: &str) -> Vec<Finding> {
    let read = docs::read(name, text.as_bytes()).unwrap();
    docs::check(&read, None, Against::Itself)
}

fn key(finding: &Finding) -> (&'static str, usize, String) {
    (finding.rule.name(), finding.line, finding.message.clone())
}

/// Tries every kind of change on a page.
fn try_page(
    name: &str,
    text: &str,
    random: &mut Random,
    counts: &mut BTreeMap<&'static str, Count>,
    failures: &mut Vec<String>,
) {
    let page = docs::read(name, text.as_bytes()).unwrap();
    let before = docs::check(&page, None, Against::Itself);
    let goods = good(&page, &before);
    let mut by_kind: BTreeMap<&'static str, Vec<Change>> = BTreeMap::new();
    for good in &goods {
        for change in changes(good, random) {
            by_kind.entry(change.kind).or_default().push(change);
        }
    }
    for change in page_changes(&page, &goods) {
        by_kind.entry(change.kind).or_default().push(change);
    }
    for (kind, mut changes) in by_kind {
        while changes.len() > PLACES {
            changes.swap_remove(random.below(changes.len()));
        }
        for change in changes {
            let count = counts.entry(kind).or_default();
            count.tried += 1;
            let after = check(name, &change.text);
            let mut old: Vec<_> = before.iter().map(key).collect();
            let mut new: Vec<&Finding> = Vec::new();
            for finding in &after {
                match old.iter().position(|known| *known == key(finding)) {
                    Some(at) => drop(old.swap_remove(at)),
                    None => new.push(finding),
                }
            }
            let fits = |finding: &&Finding| {
                change.rules.contains(&finding.rule.name())
                    && (change.lines.0..=change.lines.1).contains(&finding.line)
            };
            let wanted = usize::from(!change.rules.is_empty());
            if old.is_empty() && new.len() == wanted && new.iter().all(fits) {
                count.exact += 1;
            } else {
                let shown: Vec<String> = new
                    .iter()
                    .map(|finding| {
                        format!("{} at {}: {}", finding.rule.name(), finding.line, finding.message)
                    })
                    .collect();
                failures.push(format!("{kind}, {name}, lines {:?}: {shown:?}, lost {old:?}", change.lines));
            }
        }
    }
}

fn report(counts: &BTreeMap<&'static str, Count>) -> usize {
    for (kind, count) in counts {
        println!("{kind:36} {:4} of {:4}", count.exact, count.tried);
    }
    counts.values().map(|count| count.tried).sum()
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_mistake_on_our_own_pages_is_found_once() {
    let [page] = docs::from_schema(ServerSettings::SCHEMA).try_into().unwrap();
    let mut pages = vec![
        ("table.rst".to_owned(), docs::render(&page, Style::Table, Format::Rst)),
        ("directive.rst".to_owned(), docs::render(&page, Style::Directive, Format::Rst)),
    ];
    pages.extend(["rules.rst", "modern.rst", "mended.rst"].map(|name| (name.to_owned(), fixture(name))));
    let (mut counts, mut failures, mut random) = (BTreeMap::new(), Vec::new(), Random(0x5EED));
    for (name, text) in &pages {
        assert_eq!(check(name, text), [], "{name}");
        try_page(name, text, &mut random, &mut counts, &mut failures);
    }
    let tried = report(&counts);
    assert!(tried > 150, "{tried}");
    assert!(failures.is_empty(), "{} of {tried}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn each_mistake_on_real_pages_is_found_once() {
    let Some(shared) = shared("docs_mutations") else { return };
    let mut pages: Vec<PathBuf> = Vec::new();
    for folder in ["seed", "pages/2026", "pages/2022/2022-10-18", "pages/2022/2022-11-09"] {
        pages.extend(std::fs::read_dir(shared.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "rst"));
    pages.sort();
    let (mut counts, mut failures, mut random) = (BTreeMap::new(), Vec::new(), Random(0xD1CE));
    for path in pages {
        let name = path.strip_prefix(&shared).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        try_page(&name, &text, &mut random, &mut counts, &mut failures);
    }
    let tried = report(&counts);
    assert!(tried > 700, "{tried}");
    assert!(failures.is_empty(), "{} of {tried}:\n{}", failures.len(), failures.join("\n"));
}
