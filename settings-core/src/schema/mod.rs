//! Const metadata of settings.
