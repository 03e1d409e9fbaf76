//! The integration tests: one program, so that the libraries are linked once.
//!
//! Tests that measure or kill a process of their own are programs of their own, next to this folder.

#![recursion_limit = "256"] // a listing as one `json!`

mod alerts_check;
mod alerts_cli;
mod cli_contract;
mod cli_listing;
mod cli_resolve;
mod completion;
mod conformance;
mod console_api;
mod console_browser;
mod console_cli;
mod console_pages;
mod console_rounds;
mod console_security;
mod diff;
mod docs_check;
mod docs_damage;
mod docs_import;
mod docs_markdown;
mod docs_mutations;
mod docs_roundtrip;
mod docs_setup;
mod docs_sphinx;
mod docs_sync;
mod docs_witnesses;
mod documents_agree;
mod external;
mod formats;
mod fuzz;
mod generated;
mod generated_every;
mod guide_migrate;
mod history;
mod json_schema_agreement;
mod json_schema_ajv;
mod kinds_canary;
mod kinds_dynamic;
mod kinds_layers;
mod mail_cancel;
mod mail_clear;
mod mail_cli;
mod mail_corpus;
mod mail_doctor;
mod mail_faults;
mod mail_login;
mod mail_matrix;
mod mail_pool;
mod mail_postfix;
mod mail_refusals;
mod mail_sender;
mod mail_tokens;
mod merge;
mod operate;
mod outbox_conformance;
mod outbox_delivery;
mod outbox_queue;
mod outbox_settings;
mod outbox_settings_law;
mod references;
mod release_cli;
mod release_fix;
mod release_gate;
mod release_pages;
mod release_start;
mod resolve_large;
mod resolve_laws;
mod rst_docutils_cases;
mod rst_pages;
mod rst_random;
mod rst_robustness;
mod rules_mail;
mod sources;
mod store_commands;
mod store_edit_fuzz;
mod store_kinds;
mod style;
mod templates;
mod variables;
mod watch;

#[path = "../../rst/support.rs"]
mod support;
