//! The reset of a whole page.

use super::{Fields, Widget, widget};
use crate::view::{Item, View};

/// Turns a form into one that resets every setting of its page that the file sets. What was typed on the page is dropped.
pub(crate) fn reset(view: &View<'_>, page: usize, fields: &mut Fields) {
    for item in view.items_of(page) {
        let was = fields.of("was", item.path).unwrap_or_else(|| item.was()).to_owned();
        fields.remove_setting(item.path);
        if can_be_reset(&item) {
            fields.set("was", item.path, was);
            match widget(item.kind()) {
                Widget::Choice(_) => fields.set("v", item.path, "-".to_owned()),
                _ => fields.set("d", item.path, "on".to_owned()),
            }
        }
    }
}

/// Returns whether a reset changes the setting.
pub(crate) fn can_be_reset(item: &Item<'_>) -> bool {
    item.is_editable() && item.is_in_file()
}
