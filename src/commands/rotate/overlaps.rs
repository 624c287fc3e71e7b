//! Previous values that are still accepted, and ending them. The ledger knows of them, so any machine can.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::session::Session;
use crate::context::Context;
use crate::error::Error;
use crate::ledger::{self, Ledger};
use crate::rotation;
use crate::rotation::events::Events;
use crate::seal::Opened;

/// The variables whose previous value is still accepted, and until when that is meant to be so.
pub(super) fn open(
    session: &Session<'_>,
    opened: &Opened,
    now: Timestamp,
) -> Result<BTreeMap<String, Timestamp>, Error> {
    let ledger = Ledger::read(&session.project.root.join(ledger::FILE_NAME));
    let ledger = ledger.map_err(rotation::Error::from)?;
    let keys = opened.project_keys();
    let events = Events::of(&ledger, &session.environment.name, Some(&keys), now);
    let mut open = BTreeMap::new();
    for (name, history) in events.variables {
        let last = history.rotations.last().filter(|rotated| rotated.retired.is_none());
        if let Some(until) = last.and_then(|rotated| rotated.until)
            && session.policies.contains_key(&name)
        {
            open.insert(name, until);
        }
    }
    Ok(open)
}

/// Ends the previous value of a variable.
pub(super) fn finish(session: &Session<'_>, name: &str, context: &mut Context) -> Result<(), Error> {
    let subject = session.variable(name, context)?;
    session.carry(subject, None, context, |carry| {
        let opened = session.opened(carry.access)?;
        let journal = session.journals().read(name, &opened, carry.access)?;
        let seen = carry.finish(journal.as_ref())?;
        let how = if seen { ", and was seen to be refused" } else { "" };
        carry.world.context.ui.say(&format!("the previous value of {name} was ended{how}"));
        Ok(())
    })
}
