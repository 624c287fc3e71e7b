//! Stores, on real servers: one conformance suite that each of them passes, and a file for what is special to each.
//!
//! To add one: a file with its [`conformance::Subject`] and `conformance::tests!`.
//!
//! The faults that servers are known for have a number each, and tests named after it: `fault_01` to `fault_06`,
//! `fault_09` to `fault_12` and `fault_14` in `vault_kv/faults.rs`, on a real server; `fault_07` and `fault_08` in
//! `vault_faults.rs`; `fault_13` in `aws/faults.rs`.

mod cluster;
mod conformance;

mod access;
mod aws;
mod directory;
mod openbao;
mod race;
mod sync;
mod systems;
mod vault_auth;
mod vault_faults;
mod vault_kv;
