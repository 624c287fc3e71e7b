//! Rotation from outside: deadlines, the ledger, evidence, reports, audits, and carrying a rotation through.

mod audit;
mod exemptions;
mod ledger;
mod people;
mod postgres;
mod redis;
mod sync;
