//! A chat server, as an example of a server with many settings.

mod admin;
pub mod server;
pub mod settings;
