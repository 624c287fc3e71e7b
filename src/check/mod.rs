//! Checking: one rule per file, one shape of finding.

mod diagnostic;
pub mod rules;

pub use diagnostic::{Diagnostic, Report, Severity};
