//! The stores of the environment, as far as a rotation is concerned: whether they can take the new values, and giving
//! them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::kept;
use super::session::Session;
use crate::commands::pushing::finish;
use crate::commands::store_access::{Target, stores_of};
use crate::commands::syncing::failed;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rng::Rng;
use crate::rotation;
use crate::seal::{self, Access, Opened};
use crate::store::Store;
use crate::sync::{self, Direction, Keys, Local, Options, Pair, Plan, Push, Seen};

/// The names of the stores that serve the environment.
pub(super) fn names<'a>(session: &'a Session<'_>) -> &'a [String] {
    stores_of(&session.project, &session.environment)
}

/// Whether every store can take new values of these variables. Writes nothing.
///
/// # Errors
/// A store cannot be reached, cannot tell whether someone else wrote meanwhile, or has values that the environment
/// does not know.
pub(super) fn require_ready(
    session: &Session<'_>,
    opened: &Opened,
    variables: &BTreeSet<String>,
    context: &mut Context,
) -> Result<(), Error> {
    each(session, opened, context, |target, pair, store, _| {
        let name = pair.store;
        let capabilities = store.capabilities().map_err(|error| target.failed(error))?;
        if !capabilities.compare_and_set {
            let message = format!(
                "store {name} has no compare-and-set: what someone else writes meanwhile would be lost"
            );
            let help = format!("rotate with --no-push, then: envward push {name} --no-cas");
            return Err(Error::usage_with_help(message, help));
        }
        let (seen, plan) = plan(target, pair, store, variables)?;
        if let Some(variable) =
            variables.iter().find(|it| seen.snapshot.values.contains_key(&kept::name_of(it)))
        {
            let message = format!(
                "a rotation of {variable} was stopped on another machine: store {name} keeps its journal"
            );
            let help = format!(
                "go on with: envward rotate {variable} --resume; or take it back with: envward rotate {variable} --abort"
            );
            return Err(Error::usage_with_help(message, help));
        }
        let ahead = plan.conflicts().into_iter().chain(plan.ahead).collect::<BTreeSet<_>>();
        if ahead.is_empty() {
            return Ok(());
        }
        Err(sync::Error::Conflict { store: name.to_owned(), names: ahead.into_iter().collect() }.into())
    })
}

/// Gives every store what the sealed file has of these variables; those that it does not have are removed.
///
/// # Errors
/// A store refused, or someone else changed one of the variables there.
pub(super) fn push(
    session: &Session<'_>,
    opened: &Opened,
    variables: &BTreeSet<String>,
    access: &Access,
    context: &mut Context,
) -> Result<(), Error> {
    each(session, opened, context, |target, pair, store, context| {
        let (seen, plan) = plan(target, pair, store, variables)?;
        let conflicts = plan.conflicts();
        if !conflicts.is_empty() {
            return Err(sync::Error::Conflict { store: pair.store.to_owned(), names: conflicts }.into());
        }
        let options = options(variables);
        let confirmed: BTreeSet<String> = plan.writes().map(|change| change.variable.clone()).collect();
        if confirmed.is_empty() {
            return Ok(());
        }
        let request = Push { options: &options, confirmed, again: true };
        let mut rng = Rng::system(&context.env);
        let pushed = sync::push(store, pair, seen, &request, &mut rng, &mut |pause: Duration| {
            std::thread::sleep(pause);
        });
        let record = |push: &seal::Push<'_>| Ok(seal::record_push(opened, push, None, access)?);
        let code = finish(target, pair, &pushed.map_err(failed(target))?, &record, context)?;
        if code == ExitCode::Done {
            return Ok(());
        }
        Err(rotation::Error::Partial { store: pair.store.to_owned() }.into())
    })
}

/// Opens every store, one after the other.
pub(super) fn each(
    session: &Session<'_>,
    opened: &Opened,
    context: &mut Context,
    mut work: impl FnMut(Target<'_>, &Pair<'_>, &mut dyn Store, &mut Context) -> Result<(), Error>,
) -> Result<(), Error> {
    let stores = names(session);
    if stores.is_empty() {
        return Ok(());
    }
    let (project, environment) = (&session.project, &session.environment);
    let keys = Keys::of_sealed(opened, &project.root)?;
    let local = Local::new(&environment.name, &opened.values, &session.schema, Some(opened), keys);
    for name in stores {
        let target = Target::find(name, project, environment, session.args.identity.as_deref())?;
        let pair = Pair::new(&local, name, target.definition.names(), &project.root);
        target.with_store(context, |store, context| work(target, &pair, store, context))?;
    }
    Ok(())
}

fn plan(
    target: Target<'_>,
    pair: &Pair<'_>,
    store: &mut dyn Store,
    variables: &BTreeSet<String>,
) -> Result<(Seen, Plan), Error> {
    let seen = pair.read(store).map_err(failed(target))?;
    let plan = seen.plan(Direction::Push, &options(variables));
    Ok((seen, plan))
}

fn options(variables: &BTreeSet<String>) -> Options {
    Options { take: None, prune: true, only: Some(variables.clone()) }
}
