//! Whether the plugins that recipients need are confirmed.

use super::{Patient, bad};
use crate::commands::claims::{self, Named};
use crate::context::Context;
use crate::store::Finding;

/// Compares the plugins of the manifest with what the user has confirmed.
pub(super) fn examine(patient: &Patient, context: &mut Context) -> Vec<Finding> {
    let Some(project) = &patient.project else { return Vec::new() };
    let named = claims::plugins(project);
    if named.is_empty() {
        return Vec::new();
    }
    let approvals = match claims::approvals(project, context) {
        Ok(approvals) => approvals,
        Err(error) => return vec![bad(&error, error.help())],
    };
    let finding = |Named { subject, claims }: &Named| {
        let programs: Vec<&str> = claims.iter().map(|claim| claim.text.as_str()).collect();
        let programs = programs.join(", ");
        if claims.iter().all(|claim| approvals.covers(claim)) {
            Finding::good(format!("{subject} needs {programs}, which is confirmed"))
        } else {
            let text = format!("{subject} needs {programs}, which is not confirmed: nothing can be sealed");
            Finding::notice(text, "look at it, then run: envward allow")
        }
    };
    named.iter().map(finding).collect()
}
