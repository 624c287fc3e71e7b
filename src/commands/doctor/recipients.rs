//! Whether someone else could still open an environment if one person lost their key.

use super::Patient;
use crate::context::Context;
use crate::store::Finding;

/// Counts the recipients of each environment.
pub(super) fn examine(patient: &Patient, _context: &mut Context) -> Vec<Finding> {
    let count = |environment: &crate::project::Environment| {
        let name = &environment.name;
        match environment.recipients.as_slice() {
            [] => {
                let help = "name them in `recipients`, or run: envward init";
                Finding::notice(format!("{name} has no recipients, so it cannot be sealed"), help)
            }
            [(only, _)] => {
                let help = format!("add one more: envward recipients add NAME age1… -e {name}");
                Finding::notice(format!("only {only} can open {name}: a lost key loses it"), help)
            }
            several => Finding::good(format!("{} recipients can open {name}", several.len())),
        }
    };
    patient.environments.iter().map(count).collect()
}
