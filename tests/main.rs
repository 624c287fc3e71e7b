//! Every test that drives the program from outside, in one binary.
//!
//! A file per command or per promise; `support` has the sandbox they run in. A test says what a person would
//! miss if it failed.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::unwrap_used, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod support;

mod adopting;
mod allow;
mod bootstrap;
mod builtin_schemas;
mod check;
mod check_code;
mod check_fix;
mod check_formats;
mod check_key_block;
mod ci;
mod completions;
mod crash;
mod diff;
mod doctor;
mod edit;
mod env_file;
mod exit_codes;
mod explain;
mod export;
mod export_consumers;
mod forgery;
mod generate;
mod git;
mod git_hook;
mod guides;
mod help;
mod house;
mod identity;
mod import;
mod init;
mod interop;
mod keyring;
mod leaks;
mod man;
mod readers;
mod recipients;
mod redact;
mod rotation;
mod run;
mod run_again;
mod scan;
mod schema;
mod schema_documents;
mod schema_infer;
mod seal;
mod stores;
mod values;
mod verify;
mod working_copies;
