//! Structs and enums with the derives, resolved and inspected.

mod bridges;
mod computed;
mod foreign;
mod forms;
mod history;
mod hygiene;
mod judged;
mod kinds;
mod names;
mod renamed;
mod repeated;
mod required;
mod resolved;
mod rules;
mod shapes;
mod types;
mod variables;
mod variants;
