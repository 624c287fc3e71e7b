//! Which envward this is, and which stores it was built with.

use super::Patient;
use crate::context::Context;
use crate::store::Finding;

/// Says the version and the kinds of stores.
pub(super) fn examine(_patient: &Patient, _context: &mut Context) -> Vec<Finding> {
    let kinds = [
        Some("directory"),
        cfg!(feature = "vault").then_some("vault"),
        cfg!(feature = "aws").then_some("aws-secrets-manager"),
    ];
    let kinds: Vec<&str> = kinds.into_iter().flatten().collect();
    let version = env!("CARGO_PKG_VERSION");
    vec![Finding::good(format!("envward {version} with the stores {}", kinds.join(", ")))]
}
