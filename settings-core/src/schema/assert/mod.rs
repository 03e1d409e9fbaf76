//! Checks that the derive leaves to rustc, since they need other types' metadata or the values of constants.
//!
//! Each function returns the message with which the derive's code panics at the author's token, or `None`. All are
//! evaluated at compile time only.

mod accepts;
mod default;
mod documented;
mod literal;
mod member;
mod message;
mod siblings;
mod unique;
mod value;

pub use accepts::{accepts_default, accepts_float, accepts_text};
pub use documented::documents_every_value;
pub use member::{has_no_variables, has_setting, replacements_exist};
pub use message::Message;
pub use siblings::{flattened_keys_are_free, key_is_free, variant_keys_are_free};
pub use unique::{separate_programs, slots, slots_of_all, unique_names};
pub use value::has_value;

use super::{Member, Section, Setting};

/// Returns the setting of the struct's field number `index`.
const fn setting(section: &'static Section, index: usize) -> Option<&'static Setting> {
    let mut rest = section.members;
    let mut left = index;
    while let [member, others @ ..] = rest {
        if left == 0 {
            return match member {
                Member::Setting(setting) => Some(setting),
                Member::Section { .. } => None,
            };
        }
        left -= 1;
        rest = others;
    }
    None
}

#[cfg(test)]
mod tests;
