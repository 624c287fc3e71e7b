//! Where the checkout does not last, as in CI, the journal of a rotation is kept in a store before the target is
//! touched: encrypted, under a name of its own beside the variables. Whoever reads the store has the old value until
//! one write gives it the new one, and never half of both.

use super::session::Session;
use super::stores::each;
use crate::commands::pushing::remember;
use crate::commands::store_access::Target;
use crate::commands::syncing::failed;
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::manifest::StoreDefinition;
use crate::schema::driver::DriverTable;
use crate::seal::{Access, Opened};
use crate::secret::Secret;
use crate::store::Store;
use crate::sync::{Options, Pair};
use crate::ui::escape;

/// What the name of a kept journal begins with; the variable's follows.
const PREFIX: &str = "ENVWARD_PENDING_";

/// The name under which a store keeps the journal of a variable.
pub(super) fn name_of(variable: &str) -> String {
    format!("{PREFIX}{variable}")
}

/// Keeps a journal in the first store of the environment, or removes it from all of them.
pub(super) fn keep(
    session: &Session<'_>,
    opened: &Opened,
    variable: &str,
    journal: Option<&str>,
    context: &mut Context,
) -> Result<(), Error> {
    // What another machine kept says the same as the one here, or is removed with it.
    let is_taken_over = session.took_over.get() && !session.args.no_push;
    if !is_taken_over && !is_needed(session, variable, context) {
        return Ok(());
    }
    let name = name_of(variable);
    let mut kept = false;
    let mut one = |target: Target<'_>, pair: &Pair<'_>, store: &mut dyn Store, context: &mut Context| {
        let seen = pair.read(store).map_err(failed(target))?;
        let is_there = seen.snapshot.values.contains_key(&name);
        // That of a directory lies in the checkout too.
        let lasts = !matches!(target.definition, StoreDefinition::Directory(_));
        let value = match journal {
            Some(journal) if lasts && !kept => Some(Secret::new(journal)),
            None if is_there => None,
            _ => return Ok(()),
        };
        kept = true;
        let changes = [(name.clone(), value)].into();
        // What both sides have in common stays as it is: the name is no variable.
        let mark = pair.mark(&seen, &seen.sides, &changes);
        let stored = store.write(&seen.snapshot, &changes, mark.as_ref());
        let version = stored.map_err(|error| target.failed(error))?.version;
        let merged = seen.sides.merge(&Options::default());
        remember(pair, &seen, &seen.sides, &merged, &version, context);
        let place = escape(pair.store).into_owned();
        let done = if journal.is_some() { "keeps" } else { "no longer keeps" };
        context.ui.say(&format!("store {place} {done} the journal of {variable}"));
        Ok(())
    };
    if !session.args.no_push {
        each(session, opened, context, &mut one)?;
    }
    if journal.is_some() && !kept {
        let Session { environment, .. } = session;
        let message = format!(
            "this checkout does not last, and environment {} has no store that could keep the new value of {variable}",
            environment.name
        );
        return Err(Error::usage_with_help(
            message,
            "name a store for it, or rotate where the checkout lasts",
        ));
    }
    Ok(())
}

/// Takes over every journal that a store keeps, so that this machine can bring it to an end.
pub(super) fn take_over(
    session: &Session<'_>,
    opened: &Opened,
    access: &mut Access,
    context: &mut Context,
) -> Result<(), Error> {
    if session.args.no_push {
        return Ok(());
    }
    each(session, opened, context, |target, pair, store, _| {
        let seen = pair.read(store).map_err(failed(target))?;
        for (name, held) in &seen.snapshot.values {
            if let (Some(variable), Some(text)) = (name.strip_prefix(PREFIX), held.text()) {
                session.took_over.set(true);
                session.journals().take_over(variable, text.expose(), opened, access)?;
            }
        }
        Ok(())
    })
}

/// Whether the checkout does not last, and the target would have a value that nobody knows if it went now.
fn is_needed(session: &Session<'_>, variable: &str, context: &Context) -> bool {
    let is_ci = context.env.get(env_vars::CI).is_some_and(|value| !matches!(value, "false" | "0"));
    let driver = session.policies.get(variable).map(|policy| &policy.driver);
    is_ci && !matches!(driver, None | Some(DriverTable::Manual | DriverTable::Generate))
}
