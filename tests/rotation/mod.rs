//! Rotation from outside: deadlines, the ledger, evidence, reports, audits, and carrying a rotation through.

mod evidence;
mod git_history;
mod postgres;
mod project;
mod redis;
mod reports;
mod rotate;
mod stored;
