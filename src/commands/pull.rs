//! `envward pull`: take the changes of a store into the environment.

use std::path::PathBuf;

use super::sealing::say_commit;
use super::store_access::only;
use super::syncing::{
    PlanArgs, Session, failed, json_line, require_answer, require_terminal_for, say_foreign, show_plan,
};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::seal::Changes;
use crate::sync::{self, Direction, Local, Options, Pair, Plan, Seen};
use crate::ui::{PromptError, escape};

/// Arguments of `pull`.
#[derive(clap::Args)]
#[command(
    after_help = "Only what the store changed since both were last in step is taken; what was changed here stays, \
                  and what both changed ends with 6 before anything is written. Formats: human, json"
)]
pub struct Args {
    /// The store [default: the only one that serves the environment]
    store: Option<String>,

    #[command(flatten)]
    choice: PlanArgs,

    /// Write without asking
    #[arg(short, long)]
    yes: bool,

    /// Only show the plan
    #[arg(long)]
    dry_run: bool,

    /// Show the values that change; on a terminal only
    #[arg(long)]
    show_values: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Take the changes of a store into the environment.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_terminal_for(args.show_values, context)?;
    let mut session = Session::open(args.identity.as_deref(), context)?;
    let store = only(args.store.as_ref(), &session.project, &session.environment)?.to_owned();
    require_answer("pull", args.yes, args.dry_run, context)?;
    let options = args.choice.options(&session)?;
    let (seen, plan) = read(args, &session, &store, &options, context)?;
    let conflicts = plan.conflicts();
    if !conflicts.is_empty() {
        return Err(sync::Error::Conflict { store, names: conflicts }.into());
    }
    let mut changes = changes(&plan, &seen);
    let mut found = !seen.unusable.is_empty();
    if changes.set.is_empty() && changes.remove.is_empty() {
        context.ui.say(&format!("store {}: nothing to pull", escape(&store)));
    } else {
        for name in session.holder.rerender(&mut changes, Some(&session.schema)) {
            context.ui.say(&format!("{} is rendered from its parts", escape(&name)));
        }
        if !fits(&session, &changes, &options, context) {
            context
                .ui
                .help(&format!("nothing was written; store {} holds what does not fit", escape(&store)));
            return Ok(ExitCode::Findings);
        }
        if args.dry_run {
            context.ui.say("nothing was written (--dry-run)");
            return Ok(ExitCode::Done);
        }
        let file = session.holder.shown(context);
        if !args.yes
            && !context.ui.confirm(&format!("take this from store {} into {file}?", escape(&store)))?
        {
            return Err(PromptError::Declined.into());
        }
        let outcome = session.holder.write(changes, Some(&session.schema), context)?;
        context.ui.say(&format!("pulled from store {} into {}", escape(&store), outcome.files));
        found |= ExitCode::from(outcome) == ExitCode::Findings;
        say_commit(&session.project, std::slice::from_ref(&session.environment), context);
    }
    if !args.dry_run {
        remember(&mut session, &store, &seen, &options, context)?;
    }
    Ok(ExitCode::from_findings(found))
}

/// Reads the store and shows what would be taken, and what would not.
fn read(
    args: &Args,
    session: &Session,
    store: &str,
    options: &Options,
    context: &mut Context,
) -> Result<(Seen, Plan), Error> {
    let target = session.target(store)?;
    let local = session.local(context)?;
    let pair = Pair::new(&local, store, target.definition.names(), &session.project.root);
    let seen = target.with_store(context, |store, _| pair.read(store).map_err(failed(target)))?;
    let mut plan = seen.plan(Direction::Pull, options);
    plan.changes.retain(|change| !change.action.writes() || !seen.unusable.contains(&change.variable));
    if context.globals.format == Format::Json {
        let changes = plan.changes.iter().map(|change| (change, None));
        let line = json_line(store, &local, &seen, changes);
        context.ui.result(&line).map_err(Error::Output)?;
    }
    say(args, &local, store, &seen, &plan, context)?;
    Ok((seen, plan))
}

fn say(
    args: &Args,
    local: &Local<'_>,
    store: &str,
    seen: &Seen,
    plan: &Plan,
    context: &mut Context,
) -> Result<(), Error> {
    let name = escape(store);
    if plan.writes().next().is_some() || !plan.conflicts().is_empty() {
        context.ui.say(&format!("from store {name}, {}:", escape(seen.location())));
        show_plan(plan, &local.values, &seen.values, args.show_values, context)?;
    }
    if !plan.ahead.is_empty() {
        context.ui.note_names("changed here, left as it is here", &plan.ahead);
        context.ui.help(&format!("take it into the store with: envward push {name}"));
    }
    if !plan.kept.is_empty() {
        context.ui.note_names(&format!("not in store {name}, kept here"), &plan.kept);
        context.ui.help("remove them with --prune, or bring them back with: envward push --take local NAME…");
    }
    say_foreign(store, seen, context);
    Ok(())
}

/// What is taken from the store.
fn changes(plan: &Plan, seen: &Seen) -> Changes {
    let mut changes = Changes::default();
    for change in plan.writes() {
        match seen.values.get(&change.variable) {
            Some(value) => changes.set(change.variable.clone(), value.clone()),
            None => changes.remove(change.variable.clone()),
        }
    }
    changes
}

/// Whether the environment would fit its schema; says what would not.
fn fits(session: &Session, changes: &Changes, options: &Options, context: &mut Context) -> bool {
    let mut values = session.holder.values().clone();
    values.extend(changes.set.iter().map(|(name, value)| (name.clone(), value.clone())));
    values.retain(|name, _| !changes.remove.contains(name));
    session.fits(&values, options.only.as_ref(), context)
}

/// Keeps what both sides have in common now. Without it the next sync still finds what is equal.
fn remember(
    session: &mut Session,
    store: &str,
    seen: &Seen,
    options: &Options,
    context: &mut Context,
) -> Result<(), Error> {
    session.holder.reload(context)?;
    let target = session.target(store)?;
    let local = session.local(context)?;
    let pair = Pair::new(&local, store, target.definition.names(), &session.project.root);
    let merged = seen.sides.merge(options);
    if let Err(error) = pair.remember(seen, &pair.now(seen), &merged, &seen.snapshot.version) {
        context.ui.warn(&format!("what both sides have in common was not kept: {error}"));
    }
    Ok(())
}
