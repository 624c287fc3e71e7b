//! Rotation from outside: deadlines, the ledger, evidence, reports, audits, and carrying a rotation through.

mod audit;
mod databases;
mod evidence;
mod exemptions;
mod git_history;
mod ledger;
mod offboarding;
mod people;
mod policy;
mod postgres;
mod project;
mod redis;
mod reports;
mod rotate;
mod status;
mod stored;
mod sync;
