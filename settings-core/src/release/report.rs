//! Judgements as text and as JSON.

use super::change::{Change, ChangeKind};
use super::finding::{At, Finding, Judgement, Weight};
use super::write::kind;
use super::{ReleaseDefault, ValueKind};
use crate::resolve::Place;
use crate::value::json::{Object, Tree};

impl Judgement {
    /// Formats the findings for people, with the changes that do not concern the configuration if `all` is true.
    #[must_use]
    pub fn to_human(&self, all: bool) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            out.push_str(&format!("{}[{}]: {}\n", finding.weight.name(), finding.code, finding.message));
            if let Some(place) = &finding.place {
                out.push_str(&format!("  --> {place}\n"));
            }
            if !finding.help.is_empty() {
                out.push_str(&format!("  = help: {}\n", finding.help));
            }
            out.push('\n');
        }
        let others: Vec<&Change> = self.others().collect();
        if all && !others.is_empty() {
            out.push_str("changes that do not concern this configuration:\n");
            others.iter().for_each(|change| out.push_str(&format!("  {change}\n")));
            out.push('\n');
        }
        out.push_str(&self.summary(others.len()));
        out
    }

    /// Formats each finding on one line.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let line = |finding: &Finding| {
            let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            let help = if finding.help.is_empty() { String::new() } else { format!(" ({})", finding.help) };
            format!("{place}{}[{}]: {}{help}\n", finding.weight.name(), finding.code, finding.message)
        };
        self.findings.iter().map(line).collect()
    }

    /// Returns the judgement as JSON.
    #[must_use]
    pub fn to_json(&self) -> Object {
        Object::from([
            ("from", self.from.clone().into()),
            ("to", self.to.clone().into()),
            ("needs_a_hand", self.needs_a_hand().into()),
            ("refused_before", self.refused_before.into()),
            ("findings", self.findings.iter().map(Finding::to_json).collect()),
            ("changes", self.changes.iter().map(Change::to_json).collect()),
        ])
    }

    fn others(&self) -> impl Iterator<Item = &Change> {
        let concerns =
            |change: &Change| self.findings.iter().any(|finding| is_instance(&finding.path, &change.path));
        self.changes.iter().filter(move |change| !concerns(change))
    }

    fn summary(&self, others: usize) -> String {
        let name =
            |version: &Option<String>, other: &str| version.clone().unwrap_or_else(|| other.to_owned());
        let releases = format!("{} -> {}", name(&self.from, "old"), name(&self.to, "new"));
        let (broken, changed) = (self.count(Weight::Broken), self.count(Weight::Changed));
        let later = self.count(Weight::Later);
        let plural =
            |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let others = plural(others, "other change does", "other changes do");
        let mut summary = match broken + changed + later {
            0 => format!("{releases}: nothing to do; "),
            _ => format!("{releases}: {broken} broken, {changed} changed, {later} for later; "),
        };
        summary.push_str(&format!("{others} not concern this configuration\n"));
        if self.refused_before > 0 {
            let errors = plural(self.refused_before, "error", "errors");
            summary.push_str(&format!("note: the old release has {errors} in this configuration too\n"));
        }
        summary
    }
}

/// Returns whether an address is the path of a change, or one of its entries.
fn is_instance(address: &str, path: &str) -> bool {
    let Some((above, rest)) = path.split_once(".*.") else { return address == path };
    let field = rest.rsplit(".*.").next().unwrap_or(rest);
    let after = address.strip_prefix(above).unwrap_or_default();
    after.starts_with(['.', '[']) && after.strip_suffix(field).is_some_and(|entry| entry.ends_with('.'))
}

impl Finding {
    /// Returns the finding as JSON.
    #[must_use]
    pub fn to_json(&self) -> Object {
        let place = match &self.place {
            Some(At::Origin(origin)) => Some(origin.to_json()),
            Some(At::Place(place)) => Some(place_json(place)),
            None => None,
        };
        Object::from([
            ("weight", self.weight.name().into()),
            ("code", self.code.into()),
            ("setting", (&self.path).into()),
            ("place", place.into()),
            ("message", (&self.message).into()),
            ("help", (&self.help).into()),
            ("fix", self.fix.as_ref().map(super::Fix::name).into()),
        ])
    }
}

fn place_json(place: &Place) -> Object {
    match place {
        Place::File { name, line, column, .. } => {
            Object::from([("file", name.into()), ("line", (*line).into()), ("column", (*column).into())])
        }
        Place::Variable { name, file } => {
            let (file, line) = file.as_ref().map(|(file, line)| (file, *line)).unzip();
            Object::from([("variable", name.into()), ("env_file", file.into()), ("line", line.into())])
        }
        Place::SecretFile { path } => Object::from([("secret_file", path.into())]),
        Place::Override { origin, path } => {
            Object::from([("override", origin.into()), ("path", path.into())])
        }
        Place::Program => Object::new(),
    }
}

impl Change {
    /// Returns the change as JSON.
    #[must_use]
    pub fn to_json(&self) -> Object {
        let (old, new) = sides(&self.kind);
        let mut object = Object::from([
            ("change", self.kind.name().into()),
            ("setting", (&self.path).into()),
            ("old_setting", self.old_path.clone().into()),
            ("message", self.to_string().into()),
        ]);
        object.extend(old.map(|old| ("old".to_owned(), old)));
        object.extend(new.map(|new| ("new".to_owned(), new)));
        object
    }
}

/// Returns the old and the new value of what changed.
fn sides(change: &ChangeKind) -> (Option<Tree>, Option<Tree>) {
    let default = |default: &ReleaseDefault| match default {
        ReleaseDefault::Unstated => Tree::Null,
        ReleaseDefault::Value(value) => value.clone(),
        ReleaseDefault::Computed(rule) => Object::from([("rule", Tree::from(rule))]).into(),
    };
    let kinds = |old: &ValueKind, new: &ValueKind| (Some(kind(old)), Some(kind(new)));
    match change {
        ChangeKind::DefaultChanged { old, new } => (Some(default(old)), Some(default(new))),
        ChangeKind::KindChanged { old, new, .. } | ChangeKind::Widened { old, new } => kinds(old, new),
        ChangeKind::Narrowed(super::Narrowing::Text { old, new }) => kinds(old, new),
        ChangeKind::Narrowed(super::Narrowing::Range { old, new }) => (Some(old.into()), Some(new.into())),
        ChangeKind::UnitChanged { old, new } => (Some(old.name().into()), Some(new.name().into())),
        ChangeKind::PrefixChanged { old, new } | ChangeKind::UntilChanged { old, new } => {
            (Some(old.clone().into()), Some(new.clone().into()))
        }
        _ => (None, None),
    }
}
