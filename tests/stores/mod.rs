//! Stores, on real servers: one conformance suite that each of them passes, and a file for what is special to each.
//!
//! To add one: a file with its [`conformance::Subject`] and `conformance::tests!`.

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
