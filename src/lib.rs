//! envward: a project declares its environment once; checking, generating, sealing and injecting are all
//! derived from that declaration.
//!
//! The crate is the program `envward` and the rooms it is made of. Its promise of compatibility is the command
//! line, the exit codes ([`exit_code`]), the JSON shapes and the files on disk; the library itself may change
//! with every release.
//!
//! The rooms, each of which uses only those above it in this list:
//!
//! - what the machine gives and how envward meets people: [`exit_code`], [`hardening`], [`env_vars`], [`secret`],
//!   [`mac`], [`fs`], [`suggest`], [`ui`], [`forms`], [`rng`], [`cli`], [`context`], [`git`], [`editor`], [`toml_text`];
//! - what is read and made: [`dotenv`], [`generate`], [`schema`], [`manifest`], [`json_schema`], [`project`],
//!   [`approvals`], [`ledger`], [`merge`];
//! - what is done with it: [`check`], [`explain`], [`bootstrap`], [`seal`], [`needles`], [`inject`], [`scan`], [`store`],
//!   [`sync`], [`rotation`], [`export`], [`import`];
//! - what a person calls: [`error`], [`commands`].

pub mod approvals;
pub mod bootstrap;
pub mod check;
pub mod cli;
pub mod commands;
pub mod context;
pub mod dotenv;
pub mod editor;
pub mod env_vars;
pub mod error;
pub mod exit_code;
pub mod explain;
pub mod export;
pub mod forms;
pub mod fs;
pub mod generate;
pub mod git;
pub mod hardening;
pub mod import;
pub mod inject;
pub mod json_schema;
pub mod ledger;
pub mod mac;
pub mod manifest;
pub mod merge;
pub mod needles;
pub mod project;
pub mod rng;
pub mod rotation;
pub mod scan;
pub mod schema;
pub mod seal;
pub mod secret;
pub mod store;
pub mod suggest;
pub mod sync;
pub mod toml_text;
pub mod ui;
