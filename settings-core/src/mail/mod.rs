//! Mail sent by the resolved settings.
