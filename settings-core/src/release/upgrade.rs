//! The way from one release to another.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use super::compare::Pairs;
use super::{Change, Release, compare};
use crate::resolve::build::Builder;
use crate::resolve::outcome::resolve_in;
use crate::resolve::{Layers, Resolution, Settings};
use crate::schema::Section;
use crate::store::{Store, StoreError};

/// The settings of a release, without a struct: they are resolved, but no typed value is made of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfRelease;

impl Settings for OfRelease {
    const SCHEMA: &'static Section = &Section::new("", &[]);

    fn build(_builder: &mut Builder<'_>) -> Option<Self> {
        Some(Self)
    }
}

/// The way from one release to another: their changes, [judged](Upgrade::judge) for the layers of an installation.
///
/// The new release is that of the program `T`, or data alone ([`Upgrade::between`]).
///
/// ```
/// use settings_core::Settings;
/// use settings_core::release::{Release, Upgrade};
/// use settings_core::resolve::Layers;
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct Server {
///     /// The number of connections to the database.
///     #[setting(default = 100, alias = "Connections")]
///     max_connections: u32,
/// }
///
/// let kept = r#"{"format": "settings-release", "format_version": 1, "env_prefix": "CHAT",
///     "settings": [{"path": "Connections", "kind": "integer", "default": 300}]}"#;
/// let upgrade = Upgrade::to_program::<Server>(Release::parse(kept)?, Some("2.0"));
///
/// // Not set: the default moves.
/// let judgement = upgrade.judge(Layers::new());
/// assert_eq!(judgement.findings[0].help, "to keep the old default, set `MaxConnections` to 300");
///
/// // Set: only the name is old.
/// let judgement = upgrade.judge(Layers::new().file("config.json", r#"{"Connections": 50}"#));
/// assert_eq!(judgement.findings[0].message, "`Connections` is called `MaxConnections` now");
/// # Ok::<(), settings_core::release::ReleaseError>(())
/// ```
pub struct Upgrade<T = OfRelease> {
    pub(super) old: Release,
    pub(super) new: Release,
    pub(super) changes: Vec<Change>,
    old_root: &'static Section,
    new_root: &'static Section,
    /// The number of settings that `T` has itself.
    own: usize,
    program: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Upgrade<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade")
            .field("old", &self.old.version)
            .field("new", &self.new.version)
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

impl Upgrade {
    /// Prepares the way between two releases. It leaks their [schemas](Release::to_schema): make it once.
    #[must_use]
    pub fn between(old: Release, new: Release) -> Self {
        let (old, new) = with_sections(old, new);
        let new_root = new.to_schema();
        Self::prepared(old, new, new_root, 0)
    }

    /// Prepares the way from an older release to the program `P`, whose version is `version`. It leaks the old release's
    /// [schema](Release::to_schema): make it once.
    #[must_use]
    pub fn to_program<P: Settings>(old: Release, version: Option<&str>) -> Upgrade<P> {
        let new = Release { version: version.map(str::to_owned), ..Release::of::<P>() };
        let (old, new) = with_sections(old, new);
        Upgrade::prepared(old, new, P::SCHEMA, usize::MAX)
    }
}

impl<T: Settings> Upgrade<T> {
    fn prepared(old: Release, new: Release, new_root: &'static Section, own: usize) -> Self {
        let changes = compare(&old, &new);
        let old_root = old.to_schema();
        Self { old, new, changes, old_root, new_root, own, program: PhantomData }
    }

    /// Returns the old release.
    #[must_use]
    pub fn old(&self) -> &Release {
        &self.old
    }

    /// Returns the new release.
    #[must_use]
    pub fn new_release(&self) -> &Release {
        &self.new
    }

    /// Returns all changes, sorted by path.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Opens a file that the upgrade changes, with all other layers.
    ///
    /// # Errors
    /// If the file can't be read or isn't UTF-8.
    pub fn open(&self, path: impl AsRef<Path>, others: Layers) -> Result<Store<T>, StoreError> {
        Ok(Store::open(path, others)?.over(self.new_root, self.own).shadowed(true))
    }

    /// Resolves layers as the old release does.
    pub(super) fn resolve_old(&self, layers: Layers) -> Resolution<OfRelease> {
        resolve_in(self.old_root, layers, 0)
    }

    /// Resolves layers as the new release does.
    pub(super) fn resolve_new(&self, layers: Layers) -> Resolution<T> {
        resolve_in(self.new_root, layers, self.own)
    }
}

/// Gives settings with bare keys the section that they have in the other release.
fn with_sections(mut old: Release, mut new: Release) -> (Release, Release) {
    let adopted = |from: &Release, to: &Release| -> Vec<(String, String)> {
        let pairs = Pairs::new(&from.settings, &to.settings);
        let lacking = pairs.both.iter().filter(|(from, _)| from.section_unknown);
        lacking.map(|(from, to)| (from.path.clone(), to.path.clone())).collect()
    };
    let (for_old, for_new) = (adopted(&old, &new), adopted(&new, &old));
    adopt(&mut old, &for_old);
    adopt(&mut new, &for_new);
    (old, new)
}

fn adopt(release: &mut Release, paths: &[(String, String)]) {
    let prefix = release.env_prefix.clone();
    for (bare, path) in paths {
        if let Some(setting) =
            release.settings.iter_mut().find(|setting| setting.section_unknown && setting.path == *bare)
        {
            setting.path.clone_from(path);
            setting.variable = prefix.as_deref().map(|prefix| crate::schema::env_name(prefix, path));
            setting.section_unknown = false;
        }
    }
    release.sort();
}
