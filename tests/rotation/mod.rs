//! Rotation from outside: deadlines, the ledger, evidence, reports, audits, and carrying a rotation through.

mod audit;
mod postgres;
mod redis;
