//! `envward rollback`: give variables of a store the values of an older version again, as a new version.

use std::path::PathBuf;

use serde::Serialize;

use super::name;
use super::store_access::{Target, only};
use super::syncing::{require_answer, say_actions};
use crate::check::{self, Input, Subject};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::schema::Schema;
use crate::seal::{self, Access};
use crate::secret::Values;
use crate::store::{self, Snapshot, Store, Stored, Version};
use crate::suggest::closest;
use crate::sync::{self, Action, Change, Choice, Rollback, is_synced};
use crate::ui::{PromptError, escape};

/// Arguments of `rollback`.
#[derive(clap::Args)]
#[command(
    after_help = "The old values are written as a new version, if nobody else writes meanwhile; the versions in \
                        between stay. `envward history` names the versions. Formats: human, json"
)]
pub struct Args {
    /// The variables [default: all that differ]
    names: Vec<String>,

    /// The version whose values are taken
    #[arg(long, value_name = "VERSION")]
    to: String,

    /// The store [default: the only one that serves the environment]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,

    /// Remove variables that the older version does not have
    #[arg(long)]
    prune: bool,

    /// Write without asking
    #[arg(short, long)]
    yes: bool,

    /// Only show the plan
    #[arg(long)]
    dry_run: bool,

    /// File with the private key that opens the project key, and the files of a directory store
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    store: &'a str,
    environment: &'a str,
    base: Option<u64>,
    changes: &'a [Change],
}

/// Gives variables of a store the values of an older version again.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_answer("rollback", args.yes, args.dry_run, context)?;
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let schema = project.schema()?;
    for name in &args.names {
        require_variable(name, &schema)?;
    }
    let store = only(args.store.as_ref(), &project, &environment)?;
    let target = Target::find(store, &project, &environment, args.identity.as_deref())?;
    target.with_store(context, |store, context| roll_back(args, target, &schema, store, context))
}

fn roll_back(
    args: &Args,
    target: Target<'_>,
    schema: &Schema,
    store: &mut dyn Store,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let failed = |error| target.failed(error);
    let now = read(store).map_err(failed)?;
    let old = store.read_at(&Version::new(&*args.to)).map_err(failed)?;
    let names = target.definition.names();
    let environment = &target.environment.name;
    let choice = Choice { only: &args.names, prune: args.prune };
    let plan = sync::rollback(&now, &old, names, schema, environment, &choice);
    show(&plan, args, target, context);
    if plan.is_empty() {
        let (name, to) = (escape(target.name), escape(&args.to));
        context.ui.say(&format!("store {name} has the values of version {to} already"));
    } else {
        let before = sync::variables(&now, names, schema).values;
        if !fits(&plan.after, &before, schema, environment, context) {
            context.ui.help("nothing was written: the old values do not fit the schema as it is now");
            return Ok(ExitCode::Findings);
        }
        if args.dry_run {
            context.ui.say("nothing was written (--dry-run)");
        } else {
            confirm(args, target, context)?;
            let stored = write(store, &now, &plan).map_err(failed)?;
            say_written(args, target, &stored.version, context);
            record(args, target, &plan, &stored, context)?;
        }
    }
    if context.globals.format == Format::Json {
        context.ui.result(&json(&plan, target)).map_err(Error::Output)?;
    }
    Ok(ExitCode::Done)
}

/// Refuses names that no store holds, without repeating a value that someone gave as a name.
fn require_variable(name: &str, schema: &Schema) -> Result<(), Error> {
    name::require(name)?;
    if is_synced(name, schema) {
        return Ok(());
    }
    let known = schema.vars.keys().map(String::as_str).filter(|name| is_synced(name, schema));
    let message = format!("no store holds {}: the schema does not say so", escape(name));
    Err(match closest(name, known) {
        Some(close) => Error::usage_with_help(message, format!("did you mean {close}?")),
        None => Error::usage(message),
    })
}

/// What is there now. A version that was deleted, or that is not trusted any more, holds nothing and can be built on.
fn read(store: &mut dyn Store) -> Result<Snapshot, store::Error> {
    match store.read() {
        Err(store::Error::Deleted { version, .. } | store::Error::FormerKey { version, .. }) => {
            Ok(Snapshot { version, ..Snapshot::empty() })
        }
        read => read,
    }
}

fn show(plan: &Rollback, args: &Args, target: Target<'_>, context: &mut Context) {
    let (name, to) = (escape(target.name), escape(&args.to));
    if !plan.is_empty() {
        context.ui.say(&format!("to give store {name} the values of version {to}:"));
    }
    let ui = &mut context.ui;
    say_actions(&plan.actions, ui);
    for variable in &plan.rendered {
        ui.say(&format!("{variable} is rendered from its parts"));
    }
    if !plan.kept.is_empty() {
        ui.note_names(&format!("not in version {to}, kept without --prune"), &plan.kept);
    }
    if !plan.foreign.is_empty() {
        ui.note_names(&format!("not of the schema, left alone in store {name}"), &plan.foreign);
    }
}

/// Whether the values fit the schema as well as those before; says what does not.
fn fits(after: &Values, before: &Values, schema: &Schema, environment: &str, context: &mut Context) -> bool {
    let now = context.clock.now();
    let findings = |values: &Values| {
        let input = Input::Sealed(values);
        check::errors(&Subject::new(Some(schema), environment, None, input, &[], now)).diagnostics
    };
    let known: Vec<String> = findings(before).into_iter().map(|diagnostic| diagnostic.message).collect();
    let mut fits = true;
    for diagnostic in findings(after).iter().filter(|diagnostic| !known.contains(&diagnostic.message)) {
        context.ui.error(&diagnostic.message);
        fits = false;
    }
    fits
}

fn confirm(args: &Args, target: Target<'_>, context: &mut Context) -> Result<(), Error> {
    if args.yes || context.ui.confirm(&format!("write this to store {}?", escape(target.name)))? {
        return Ok(());
    }
    Err(PromptError::Declined.into())
}

/// Writes what was confirmed. A write with an unknown outcome is read back.
fn write(store: &mut dyn Store, now: &Snapshot, plan: &Rollback) -> Result<Stored, store::Error> {
    match store.write(now, &plan.changes, None) {
        Ok(stored) => Ok(stored),
        Err(error @ store::Error::Unknown { .. }) => {
            let Ok(found) = store.read() else { return Err(error) };
            let is_written = plan.changes.iter().all(|(name, value)| {
                found.values.get(name).map(|held| held.text()) == value.as_ref().map(Some)
            });
            if is_written { Ok(Stored { version: found.version, created: None }) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

/// Enters into the ledger what the store serves now. The store is written already: who cannot open the project key is
/// told that the ledger does not know.
fn record(
    args: &Args,
    target: Target<'_>,
    plan: &Rollback,
    stored: &Stored,
    context: &mut Context,
) -> Result<(), Error> {
    let (removed, written): (Vec<&Change>, Vec<&Change>) =
        plan.actions.iter().partition(|change| change.action == Action::Delete);
    let push = seal::Push {
        store: target.name,
        version: stored.version.as_str(),
        created: stored.created,
        written: written.into_iter().map(|change| &change.variable).collect(),
        removed: removed.into_iter().map(|change| change.variable.clone()).collect(),
    };
    let mut access = Access::from_context(context, args.identity.as_deref());
    let Target { project, environment, .. } = target;
    match seal::record_rollback(project, environment, &push, &args.to, &plan.after, &mut access) {
        // Without a sealed file there is no ledger.
        Ok(()) | Err(seal::Error::Missing { .. }) => {}
        Err(error) if error.lacks_identity() => {
            context.ui.warn("the ledger does not know of this: no private key opens the project key");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn say_written(args: &Args, target: Target<'_>, version: &Version, context: &mut Context) {
    let (name, version, to) = (escape(target.name), escape(version.as_str()), escape(&args.to));
    let ui = &mut context.ui;
    ui.say(&format!("store {name} is at version {version} now, with values of version {to}"));
    ui.say(&format!("take them over here with: envward pull {name}"));
}

fn json(plan: &Rollback, target: Target<'_>) -> String {
    let (store, environment) = (target.name, &*target.environment.name);
    let report = Report { version: 1, store, environment, base: None, changes: &plan.actions };
    serde_json::to_string(&report).expect("names and words are always JSON") + "\n"
}
