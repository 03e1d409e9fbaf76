//! Settings that have no effect, because of the value of another.

use super::effective::Effective;
use super::resolution::Resolution;
use crate::value::json::Tree;

/// The setting whose value leaves another one without effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Idle {
    /// The path of the setting that decides.
    pub path: String,
    /// Its value, as [`Effective::shown`] shows it.
    pub shown: String,
}

impl<T> Resolution<T> {
    /// Returns the reason why a setting has no effect now; `None` if it has one.
    ///
    /// ```
    /// use settings_core::reference::ServerSettings;
    /// use settings_core::resolve::{Layers, resolve};
    ///
    /// let resolution = resolve::<ServerSettings>(Layers::new());
    /// let username = resolution.setting("EmailSettings.SMTPUsername").unwrap();
    /// let idle = resolution.idle(&username).unwrap();
    /// assert_eq!((idle.path.as_str(), idle.shown.as_str()), ("EmailSettings.EnableSMTPAuth", "false"));
    /// ```
    pub fn idle(&self, effective: &Effective<'_>) -> Option<Idle> {
        let relevance = effective.setting.relevant_if()?;
        let (_, section) = effective.path.keys().split_last()?;
        let path = section.iter().copied().chain([relevance.setting]).collect::<Vec<_>>().join(".");
        let shown = self.setting(&path).ok()?.shown();
        (is_value(&shown, relevance.value) != relevance.is).then_some(Idle { path, shown })
    }
}

/// Returns whether a value, as JSON, has this text.
pub(crate) fn is_value(shown: &str, text: &str) -> bool {
    match Tree::parse(shown) {
        Ok(Tree::String(value)) => value == text,
        Ok(Tree::Null) | Err(_) => false,
        Ok(value) => value.to_string() == text,
    }
}
