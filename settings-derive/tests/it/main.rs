//! Structs and enums with the derives, resolved and inspected.

mod bridges;
mod computed;
mod foreign;
mod forms;
mod history;
mod hygiene;
mod kinds;
mod names;
mod repeated;
mod required;
mod resolved;
mod rules;
