//! Marking variables as known to someone who should not know them: the ledger says so, and they are due.

use crate::context::Context;
use crate::error::Error;
use crate::ledger::{Entry, Event};
use crate::project::{Environment, Project};
use crate::rotation::policy::exposed_due;
use crate::seal::{self, Access};

/// Enters that variables of an environment became known; `reason` says to whom, such as `left: alice`.
pub(super) fn expose(
    project: &Project,
    environment: &Environment,
    variables: Vec<String>,
    reason: &str,
    access: &mut Access,
) -> Result<(), Error> {
    if variables.is_empty() {
        return Ok(());
    }
    let entry = Entry {
        reason: Some(reason.to_owned()),
        variables,
        ..seal::note(project, environment, Event::Exposed, access)
    };
    seal::record(project, environment, entry, None, access)?;
    Ok(())
}

/// Says by when what became known now has to be replaced.
pub(super) fn say_due(project: &Project, context: &mut Context) {
    let due = exposed_due(&project.manifest.rotation, context.clock.now());
    context.ui.say(&format!("due on {}: see envward rotation status", due.strftime("%Y-%m-%d")));
}
