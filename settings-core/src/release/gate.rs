//! The gate of releases: breaking changes that were not announced, or come without a major version, are refused.

use std::cmp::Ordering;
use std::fmt;

use super::change::{Change, ChangeKind};
use super::version;
use super::{Allowance, Release, compare};
use crate::value::json::Object;

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $help:literal;)+) => {
        /// A rule of the [gate](gate()).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum GateRule {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl GateRule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns its stable name, by which a setting allows it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Returns the way out.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self {
                    $(Self::$variant => $help,)+
                }
            }
        }
    };
}

rules! {
    /// A setting is gone, and nothing records it.
    RemovalUnrecorded = "removal-unrecorded",
        "record it with `removed(path = ..., since = ..., reason = ...)`, or keep the old path as an alias";
    /// A setting is gone that the release before did not deprecate.
    RemovalUnannounced = "removal-unannounced",
        "keep it for one release with `deprecated(since = ..., until = ..., reason = ...)`";
    /// A setting is gone without a major version.
    RemovalInMinor = "removal-in-minor", "remove it in the next major version";
    /// A setting is gone before the release that its deprecation names.
    RemovalBeforeUntil = "removal-before-until", "keep it until the release that its deprecation names";
    /// The release that removes a setting is an earlier one than was announced.
    UntilBroughtForward = "until-brought-forward", "keep the release that was announced";
    /// An old name works no longer, without a major version.
    AliasRemoved = "alias-removed", "keep the alias until the next major version";
    /// Variables have another prefix, without a major version.
    PrefixChanged = "prefix-changed", "change the prefix in the next major version";
    /// A default is another, without a major version.
    DefaultChanged = "default-changed", "change the default in the next major version";
    /// Values of another kind are expected, without a major version.
    KindChanged = "kind-changed", "add a setting with the new kind, and deprecate this one";
    /// A secret is no longer one, whatever the version.
    SecretExposed = "secret-exposed", "keep the type `Secret`, or add another setting";
    /// A bare number means another time, without a major version.
    UnitChanged = "unit-changed", "keep the unit, or add a setting with the new one and deprecate this one";
    /// Numbers are refused that were accepted, without a major version.
    RangeNarrowed = "range-narrowed", "keep accepting the old range until the next major version";
    /// Texts, elements or `null` are refused that were accepted, without a major version.
    ValuesNarrowed = "values-narrowed", "keep accepting the old values until the next major version";
    /// A setting must be set that need not be, without a major version.
    NewlyRequired = "newly-required", "give it a default until the next major version";
    /// A new setting must be set, without a major version.
    RequiredAdded = "required-added", "give it a default until the next major version";
}

/// A breaking change.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The rule.
    pub rule: GateRule,
    /// The change.
    pub change: Change,
    /// The reason why the setting allows it.
    pub allowed: Option<String>,
}

/// The result of the [gate](gate()).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct GateReport {
    /// The old release's version.
    pub from: Option<String>,
    /// The new release's version.
    pub to: Option<String>,
    /// The breaking changes by path, those that are allowed included.
    pub violations: Vec<Violation>,
}

/// Checks the changes between two releases against the promises of the old one.
///
/// A major version may change defaults, kinds and ranges; the first number that is not 0 is the major one. A removal needs
/// a major version, a record in the new release, and a deprecation in the old one. A setting can allow a rule, with a
/// reason: `#[setting(allow_change(name = "default-changed", reason = "..."))]`.
///
/// As a test, over the release file that is kept:
///
/// ```
/// use settings_core::Settings;
/// use settings_core::release::{Release, gate};
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct Server {
///     /// The number of connections to the database.
///     #[setting(default = 100)]
///     max_connections: u32,
/// }
///
/// let kept = Release::of::<Server>().with_version("1.2").to_text(); // from the file
/// let report = gate(&Release::parse(&kept)?, &Release::of::<Server>().with_version("1.3"));
/// assert!(report.passes(), "{report}");
/// # Ok::<(), settings_core::release::ReleaseError>(())
/// ```
#[must_use]
pub fn gate(old: &Release, new: &Release) -> GateReport {
    gate_since(std::slice::from_ref(old), new)
}

/// Checks the changes from the newest of the kept releases, as [`gate`](gate()) does. They are in order, the oldest first
/// ([`Release::sort_by_version`]).
///
/// A deprecation in any of them announces a removal, and the latest release that one of them named for it holds. Without a
/// kept release nothing is promised.
#[must_use]
pub fn gate_since(kept: &[Release], new: &Release) -> GateReport {
    let Some(old) = kept.last() else {
        return GateReport { to: new.version.clone(), ..GateReport::default() };
    };
    let is_major = version::is_major(old.version.as_deref(), new.version.as_deref());
    let mut violations = Vec::new();
    for change in compare(old, new) {
        for rule in broken(&change, kept, new, is_major) {
            let allowed = allowance(&change, rule, new).map(|allowed| allowed.reason.clone());
            violations.push(Violation { rule, change: change.clone(), allowed });
        }
    }
    GateReport { from: old.version.clone(), to: new.version.clone(), violations }
}

/// Returns the rules that a change breaks.
fn broken(change: &Change, kept: &[Release], new: &Release, is_major: bool) -> Vec<GateRule> {
    let unless_major = |rule| if is_major { Vec::new() } else { vec![rule] };
    match &change.kind {
        ChangeKind::Removed { record, .. } => {
            let announced = Announced::of(&change.path, kept);
            let mut rules = Vec::new();
            // objects in lists and maps have no records
            if record.is_none() && !change.path.contains(".*.") {
                rules.push(GateRule::RemovalUnrecorded);
            }
            if !announced.is_announced {
                rules.push(GateRule::RemovalUnannounced);
            }
            if !is_major {
                rules.push(GateRule::RemovalInMinor);
            }
            if is_before(new.version.as_deref(), announced.until) {
                rules.push(GateRule::RemovalBeforeUntil);
            }
            rules
        }
        ChangeKind::UntilChanged { new, .. } => {
            let old_path = change.old_path.as_deref().unwrap_or(&change.path);
            let is_earlier = is_before(new.as_deref(), Announced::of(old_path, kept).until);
            if is_earlier { vec![GateRule::UntilBroughtForward] } else { Vec::new() }
        }
        ChangeKind::AliasRemoved { .. } => unless_major(GateRule::AliasRemoved),
        ChangeKind::PrefixChanged { old: Some(_), .. } => unless_major(GateRule::PrefixChanged),
        ChangeKind::DefaultChanged { .. } => unless_major(GateRule::DefaultChanged),
        ChangeKind::KindChanged { old, new, .. } if old.is_secret() && !new.is_secret() => {
            vec![GateRule::SecretExposed]
        }
        ChangeKind::KindChanged { accepts_old: false, .. } => unless_major(GateRule::KindChanged),
        ChangeKind::UnitChanged { .. } => unless_major(GateRule::UnitChanged),
        ChangeKind::Narrowed(super::Narrowing::Range { .. }) => unless_major(GateRule::RangeNarrowed),
        ChangeKind::Narrowed(_) => unless_major(GateRule::ValuesNarrowed),
        ChangeKind::NewlyRequired => unless_major(GateRule::NewlyRequired),
        ChangeKind::Added { required: true } => unless_major(GateRule::RequiredAdded),
        _ => Vec::new(),
    }
}

/// The deprecations of a setting in all kept releases.
#[derive(Default)]
struct Announced<'r> {
    is_announced: bool,
    /// The latest release that is named for the removal.
    until: Option<&'r str>,
}

impl<'r> Announced<'r> {
    fn of(path: &str, kept: &'r [Release]) -> Self {
        let settings = kept.iter().filter_map(|release| release.with_pattern(path));
        settings.filter_map(|setting| setting.deprecated.as_ref()).fold(
            Self::default(),
            |found, deprecation| {
                let until = deprecation.until.as_deref();
                let is_later = found.until.is_none() || is_before(found.until, until);
                Self { is_announced: true, until: if is_later { until.or(found.until) } else { found.until } }
            },
        )
    }
}

fn is_before(version: Option<&str>, other: Option<&str>) -> bool {
    let order = version.zip(other).and_then(|(version, other)| version::compare(version, other));
    order == Some(Ordering::Less)
}

/// Returns the permission of the setting, of the setting that holds the object, or of the record of a removal.
fn allowance<'r>(change: &Change, rule: GateRule, new: &'r Release) -> Option<&'r Allowance> {
    let path = change.path.split(".*.").next().unwrap_or_default();
    let of_setting = new.setting(path).map_or(&[][..], |setting| &setting.allowed);
    let of_record = new.removal(path).map_or(&[][..], |removal| &removal.allowed);
    of_setting.iter().chain(of_record).find(|allowed| allowed.rule == rule.name())
}

impl GateReport {
    /// Returns whether every breaking change is allowed.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.refused().next().is_none()
    }

    /// Returns the breaking changes that are not allowed.
    pub fn refused(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|violation| violation.allowed.is_none())
    }

    /// Formats each refused change on one line.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let line = |violation: &Violation| {
            let Violation { rule, change, .. } = violation;
            format!("{}: {change} ({})\n", rule.name(), rule.help())
        };
        self.refused().map(line).collect()
    }

    /// Returns the report as JSON.
    #[must_use]
    pub fn to_json(&self) -> Object {
        let violation = |violation: &Violation| {
            let mut object = violation.change.to_json();
            object.insert("rule", violation.rule.name().into());
            object.insert("help", violation.rule.help().into());
            object.insert("allowed", violation.allowed.clone().into());
            object
        };
        Object::from([
            ("from", self.from.clone().into()),
            ("to", self.to.clone().into()),
            ("passes", self.passes().into()),
            ("violations", self.violations.iter().map(violation).collect()),
        ])
    }
}

impl fmt::Display for GateReport {
    /// Formats the report for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Violation { rule, change, allowed } in &self.violations {
            match allowed {
                Some(reason) => writeln!(f, "allowed[{}]: {change}\n  = reason: {reason}\n", rule.name())?,
                None => {
                    writeln!(f, "error[{}]: {change}\n  = help: {}", rule.name(), rule.help())?;
                    writeln!(
                        f,
                        "  = help: or allow it: `allow_change(name = \"{}\", reason = \"...\")`\n",
                        rule.name()
                    )?;
                }
            }
        }
        let name =
            |version: &Option<String>, other: &str| version.clone().unwrap_or_else(|| other.to_owned());
        let releases = format!("{} -> {}", name(&self.from, "old"), name(&self.to, "new"));
        match self.refused().count() {
            0 => writeln!(f, "{releases}: no change breaks what the old release promised"),
            1 => writeln!(f, "{releases}: 1 breaking change"),
            count => writeln!(f, "{releases}: {count} breaking changes"),
        }
    }
}
