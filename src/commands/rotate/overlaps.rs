//! Previous values that are still accepted, and ending them. The ledger knows of them, so any machine can.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::session::Session;
use crate::context::Context;
use crate::error::Error;
use crate::ledger::{self, Ledger};
use crate::rotation;
use crate::rotation::carry::{Carry, World};
use crate::rotation::events::Events;
use crate::schema::driver::DriverTable;
use crate::seal::Opened;
use crate::ui::escape;

/// A previous value that is still accepted.
pub(super) struct Overlap {
    /// Until when that is meant to be so.
    pub(super) until: Timestamp,
    /// The variable that holds it, if one does.
    previous: Option<String>,
}

/// The variables whose previous value is still accepted.
pub(super) fn open(
    session: &Session<'_>,
    opened: &Opened,
    now: Timestamp,
) -> Result<BTreeMap<String, Overlap>, Error> {
    let mut open = BTreeMap::new();
    for (name, history) in events(session, opened, now)?.variables {
        let last = history.rotations.last().filter(|rotated| rotated.retired.is_none());
        if let Some((rotated, until)) = last.and_then(|rotated| Some((rotated, rotated.until?)))
            && opened.values.contains_key(&name)
        {
            open.insert(name, Overlap { until, previous: rotated.previous.clone() });
        }
    }
    Ok(open)
}

/// What the ledger says about the environment.
pub(super) fn events(session: &Session<'_>, opened: &Opened, now: Timestamp) -> Result<Events, Error> {
    let ledger = Ledger::read(&session.project.root.join(ledger::FILE_NAME));
    let ledger = ledger.map_err(rotation::Error::from)?;
    Ok(Events::of(&ledger, &session.environment.name, Some(&opened.project_keys()), now))
}

/// Ends the previous value of a variable.
pub(super) fn finish(session: &Session<'_>, name: &str, context: &mut Context) -> Result<(), Error> {
    let (Some(variable), Some(policy)) = (session.schema.vars.get(name), session.policies.get(name)) else {
        let message = format!(
            "the schema does not say how the previous value of {} is ended: its overlap is over",
            escape(name)
        );
        return Err(Error::usage_with_help(
            message,
            "give it its driver again, and run: envward rotate --due",
        ));
    };
    session.carry((variable, policy), None, context, |carry| {
        let opened = session.opened(carry.access)?;
        let overlap = open(session, &opened, carry.access.now())?.remove(name);
        require_driver(carry, overlap.as_ref())?;
        let journal = session.journals().read(name, &opened, carry.access)?;
        let seen = carry.finish(journal.as_ref())?;
        let how = if seen { ", and was seen to be refused" } else { "" };
        carry.world.context.ui.say(&format!("the previous value of {name} was ended{how}"));
        Ok(())
    })
}

/// Refuses to end an overlap with another driver than began it: it would say so, and the target would still accept the
/// previous value. The ledger does not name the driver, but whether a variable held that value.
pub(super) fn require_driver(carry: &Carry<'_, impl World>, overlap: Option<&Overlap>) -> Result<(), Error> {
    let held = overlap.map_or(carry.policy.previous.as_ref(), |overlap| overlap.previous.as_ref());
    let is_able = match carry.policy.driver {
        // What it ends is that variable.
        DriverTable::Generate => held.is_some(),
        _ => carry.driver.has_overlap(),
    };
    if is_able && (held.is_none() || held == carry.policy.previous.as_ref()) {
        return Ok(());
    }
    let name = &carry.variable.name;
    let message = format!(
        "the driver that {name} has now cannot end its previous value: it had another when the overlap began"
    );
    Err(Error::usage_with_help(message, "give it that driver again, and run: envward rotate --due"))
}
