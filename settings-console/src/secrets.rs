//! The care for the secrets that are sent to the mail server.

use settings_core::mail::EmailSettings;
use settings_core::resolve::Origin;
use settings_core::schema::{Key, Names};
use settings_core::store::Difference;
use settings_core::value::Value;

use crate::app::App;
use crate::backend::Opened;
use crate::error::FieldError;

/// The secrets that are sent to the mail server or to its token server.
const SECRETS: [Key; 3] = [
    EmailSettings::SMTP_PASSWORD,
    EmailSettings::SMTP_OAUTH_CLIENT_SECRET,
    EmailSettings::SMTP_OAUTH_REFRESH_TOKEN,
];

/// Returns the path of a mail setting in this program.
pub(crate) fn path(app: &App, key: Key) -> String {
    Names::of(app.backend.schema()).path(key).to_string()
}

/// Returns the path of the mail section with a dot at its end.
pub(crate) fn section(app: &App) -> String {
    let server = path(app, EmailSettings::SMTP_SERVER);
    server.strip_suffix(EmailSettings::SMTP_SERVER.key()).unwrap_or_default().to_owned()
}

/// Returns an error if a change would have a stored secret sent where it was not sent before.
///
/// Somebody who may change the server but not read the password could otherwise have it sent to a server of their own.
pub(crate) fn leak(
    app: &App,
    opened: &dyn Opened,
    changes: &[(Difference, Option<Origin>)],
) -> Option<FieldError> {
    let section = section(app);
    let paths: Vec<String> = changes.iter().map(|(change, _)| change.path.to_string()).collect();
    if !app.backend.has_mail() || paths.iter().all(|path| !path.starts_with(&section)) {
        return None;
    }
    moved(app, opened, &paths)
}

/// Returns the error for the first secret that is kept although the way it is sent is not the stored one.
pub(crate) fn moved(app: &App, opened: &dyn Opened, changed: &[String]) -> Option<FieldError> {
    let effective = opened.effective();
    let login = effective.setting(&path(app, EmailSettings::ENABLE_SMTP_AUTH)).ok()?;
    if login.value != Value::Bool(true) {
        return None;
    }
    let secrets = SECRETS.iter().map(|key| path(app, *key));
    let kept = secrets.filter(|path| !changed.contains(path)).find_map(|path| {
        let found = effective.setting(&path).ok()?;
        found.value.as_text().is_some_and(|text| !text.is_empty()).then_some((path, found.origin))
    });
    let (kept, origin) = kept?;
    let is_moved = match opened.mail() {
        (Some(before), Some(after)) => !before.enable_smtp_auth || !after.may_use_password_of(before),
        _ => !changed.is_empty(),
    };
    if !is_moved {
        return None;
    }
    let message = format!(
        "`{kept}` is stored for another server or another way to log in, and is not sent to a new one"
    );
    let help = format!("type it again (it is set by {origin})");
    Some(FieldError { help, origin: Some(origin), ..FieldError::new(&kept, "secret-endpoint", message) })
}
