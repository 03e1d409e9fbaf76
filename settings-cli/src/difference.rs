//! How commands show settings that differ.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::listing::origin as origin_json;
use settings_core::resolve::Origin;
use settings_core::store::{Difference, Side};

/// `EmailSettings.SMTPPort: 25 (default) -> 587 (config.json:3:5)`, a line each; secrets redacted.
pub(super) fn human(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
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

/// `name`, `old` and `new` value with their origins, `restart`, `secret`; secrets redacted.
pub(super) fn json(difference: &Difference) -> Json {
    let shown = |side: &Side| serde_json::from_str(&side.shown).unwrap_or(Json::Null);
    json!({
        "name": difference.path.to_string(),
        "old": shown(&difference.before),
        "new": shown(&difference.after),
        "old_origin": origin_json(&difference.before.origin),
        "new_origin": origin_json(&difference.after.origin),
        "secret": difference.setting.kind.is_secret(),
        "restart": difference.needs_restart(),
    })
}
