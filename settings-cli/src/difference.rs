//! The output of settings that differ.

use std::io::{self, Write};

use settings_core::resolve::Origin;
use settings_core::store::{Difference, Side};
use settings_core::value::json::{Object, Tree};

/// Writes a line such as `Net.Port: 25 (default) -> 587 (config.json:3:5)` for each; secrets redacted.
pub(crate) fn human(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    for difference in differences {
        let Difference { path, before, after, .. } = difference;
        let restart = if difference.needs_restart() { ", needs a restart" } else { "" };
        writeln!(out, "  {path}: {} -> {}{restart}", side(before), side(after))?;
    }
    Ok(())
}

fn side(side: &Side) -> String {
    match &side.origin {
        Origin::Default => format!("{} (default)", side.shown),
        origin => format!("{} ({origin})", side.shown),
    }
}

/// Returns `name`, `old` and `new` value with their origins, `restart` and `secret`; secrets redacted.
pub(crate) fn json(difference: &Difference) -> Object {
    let shown = |side: &Side| Tree::parse(&side.shown).unwrap_or_default();
    Object::from([
        ("name", difference.path.to_string().into()),
        ("old", shown(&difference.before)),
        ("new", shown(&difference.after)),
        ("old_origin", difference.before.origin.to_json().into()),
        ("new_origin", difference.after.origin.to_json().into()),
        ("secret", difference.setting.kind.is_secret().into()),
        ("restart", difference.needs_restart().into()),
    ])
}
