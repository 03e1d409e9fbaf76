//! A chat server, as an example of a server with many settings.

pub mod server;
pub mod settings;
