//! `envward push`: take the changes of the environment into its stores.

use std::path::PathBuf;
use std::time::Duration;

use super::pushing::{finish, remember, variables};
use super::report;
use super::store_access::Target;
use super::syncing::{
    PlanArgs, Session, failed, json_line, require_answer, require_terminal_for, say_foreign, show_plan,
};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::merge::{Side, Take};
use crate::rng::Rng;
use crate::seal;
use crate::secret::Values;
use crate::store::Store;
use crate::sync::{self, Direction, Local, Options, Pair, Plan, Push, Saved, SavedStore, Seen};
use crate::ui::{PromptError, escape};

/// Arguments of `push`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(clap::Args)]
#[command(
    after_help = "Only what the environment changed since both were last in step is written; what was changed in the \
                  store stays, and what both changed ends with 6 before anything is written. Formats: human, json, \
                  one object per store and line"
)]
pub struct Args {
    /// The stores [default: all that serve the environment]
    stores: Vec<String>,

    #[command(flatten)]
    choice: PlanArgs,

    /// Apply a plan of `diff --out`, if both sides are still as they were
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stores", "take", "prune", "only"])]
    plan: Option<PathBuf>,

    /// Write without asking
    #[arg(short, long)]
    yes: bool,

    /// Only show the plan
    #[arg(long)]
    dry_run: bool,

    /// Write to a store that cannot tell whether someone else wrote meanwhile, whose change may then be lost
    #[arg(long)]
    no_cas: bool,

    /// First bring back what was deleted in the store and can be brought back
    #[arg(long)]
    restore: bool,

    /// Append the ledger entries to this file instead, where the working tree does not last
    #[arg(long, value_name = "FILE")]
    ledger_out: Option<PathBuf>,

    /// Show the values that change; on a terminal only
    #[arg(long)]
    show_values: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Take the changes of the environment into its stores.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_terminal_for(args.show_values, context)?;
    let session = Session::open(args.identity.as_deref(), context)?;
    let local = session.local(context)?;
    Session::say_unknown(&local, context);
    let project = &session.project.manifest.project.name;
    let saved = match &args.plan {
        Some(path) => Some(Saved::read(&context.resolve(path), project, &local)?),
        None => None,
    };
    let stores = match &saved {
        Some(saved) => saved.stores.iter().map(|plan| plan.store.clone()).collect(),
        None => session.stores(&args.stores)?,
    };
    require_answer("push", args.yes, args.dry_run, context)?;
    let options = args.choice.options(&session)?;
    let mut worst = ExitCode::Done;
    for store in &stores {
        let plan = saved.as_ref().and_then(|saved| {
            saved.stores.iter().find(|plan| plan.store == *store).map(|plan| (saved, plan))
        });
        let job = Job { args, session: &session, local: &local, options: options.clone(), plan };
        let code = match job.run(store, context) {
            Ok(code) => code,
            Err(error) => report(&error, context),
        };
        worst = worst.max(code);
    }
    Ok(worst)
}

/// A push to one store.
struct Job<'a> {
    args: &'a Args,
    session: &'a Session,
    local: &'a Local<'a>,
    options: Options,
    plan: Option<(&'a Saved, &'a SavedStore)>,
}

impl Job<'_> {
    fn run(mut self, store: &str, context: &mut Context) -> Result<ExitCode, Error> {
        let target = self.session.target(store)?;
        let names = target.definition.names();
        let pair = Pair::new(self.local, store, names, &self.session.project.root);
        target.with_store(context, |store, context| {
            if self.args.restore {
                store.restore(&pair.store_names()).map_err(|error| target.failed(error))?;
            }
            let seen = pair.read(store).map_err(failed(target))?;
            if let Some((saved, plan)) = self.plan {
                plan.require_current(saved, self.local, &seen)?;
                self.options = chosen_by(plan);
            }
            let plan = seen.plan(Direction::Push, &self.options);
            self.show(&pair, &seen, &plan, &*store, context)?;
            let conflicts = plan.conflicts();
            if !conflicts.is_empty() {
                return Err(sync::Error::Conflict { store: pair.store.to_owned(), names: conflicts }.into());
            }
            if plan.writes().next().is_none() {
                context.ui.say(&format!("store {}: nothing to push", escape(pair.store)));
                let merged = seen.sides.merge(&self.options);
                if !self.args.dry_run {
                    remember(&pair, &seen, &seen.sides, &merged, &seen.snapshot.version, context);
                }
                return Ok(ExitCode::Done);
            }
            self.write(target, &pair, seen, &plan, store, context)
        })
    }

    /// Shows what would be written, and what would not.
    fn show(
        &self,
        pair: &Pair<'_>,
        seen: &Seen,
        plan: &Plan,
        store: &dyn Store,
        context: &mut Context,
    ) -> Result<(), Error> {
        if context.globals.format == Format::Json {
            let changes = plan.changes.iter().map(|change| (change, None));
            let line = json_line(pair.store, self.local, seen, changes);
            context.ui.result(&line).map_err(Error::Output)?;
        }
        let name = escape(pair.store).into_owned();
        let writes: std::collections::BTreeSet<String> =
            plan.writes().map(|change| change.variable.clone()).collect();
        if !writes.is_empty() || !plan.conflicts().is_empty() {
            context.ui.say(&format!("store {name}, {}:", escape(seen.location())));
            show_plan(plan, &self.local.values, &seen.values, self.args.show_values, context)?;
        }
        if !plan.ahead.is_empty() {
            context.ui.note_names(&format!("changed in store {name}, left as it is there"), &plan.ahead);
            context.ui.help(&format!("take it into the environment with: envward pull {name}"));
        }
        if !plan.kept.is_empty() {
            context.ui.note_names(&format!("not in the environment, kept in store {name}"), &plan.kept);
            context
                .ui
                .help("remove them with --prune, or bring them back with: envward pull --take store NAME…");
        }
        say_foreign(pair.store, seen, context);
        if let Some(price) = store.price(&seen.snapshot, &pair.changes(&writes)) {
            context.ui.note(&format!("store {name}: {price}"));
        }
        Ok(())
    }

    /// Writes what was shown, after everything that could speak against it.
    fn write(
        &self,
        target: Target<'_>,
        pair: &Pair<'_>,
        seen: Seen,
        plan: &Plan,
        store: &mut dyn Store,
        context: &mut Context,
    ) -> Result<ExitCode, Error> {
        let name = escape(pair.store).into_owned();
        if !self.session.fits(&result(&seen, plan, self.local), self.options.only.as_ref(), context) {
            context.ui.help(&format!("nothing was written to store {name}; see more with: envward check"));
            return Ok(ExitCode::Findings);
        }
        let capabilities = store.capabilities().map_err(|error| target.failed(error))?;
        if !capabilities.compare_and_set {
            if !self.args.no_cas {
                return Err(Error::usage_with_help(
                    format!(
                        "store {name} has no compare-and-set: what someone else writes meanwhile would be lost"
                    ),
                    "--no-cas writes all the same",
                ));
            }
            store.allow_lost_updates();
        }
        if self.args.dry_run {
            context.ui.say("nothing was written (--dry-run)");
            return Ok(ExitCode::Done);
        }
        let count = plan.writes().count();
        let question = format!("push {} to store {name}?", variables(count));
        if !self.args.yes && !context.ui.confirm(&question)? {
            return Err(PromptError::Declined.into());
        }
        let confirmed = plan.writes().map(|change| change.variable.clone()).collect();
        let push = Push { options: &self.options, confirmed, again: self.plan.is_none() };
        let mut rng = Rng::system(&context.env);
        let pushed = sync::push(store, pair, seen, &push, &mut rng, &mut |pause: Duration| {
            std::thread::sleep(pause);
        });
        let instead = self.args.ledger_out.as_ref().map(|path| context.resolve(path));
        let record = |push: &seal::Push<'_>| self.session.holder.record_push(push, instead.as_deref());
        finish(target, pair, &pushed.map_err(failed(target))?, &record, context)
    }
}

/// What the user chose who made the plan: the environment's side for every variable in it, and no other.
fn chosen_by(plan: &SavedStore) -> Options {
    let names: Vec<String> = plan.changes.iter().map(|change| change.variable.clone()).collect();
    let only = names.iter().cloned().collect();
    Options { take: Some(Take { side: Side::Ours, names }), prune: true, only: Some(only) }
}

/// What the store has after the plan, by variable.
fn result(seen: &Seen, plan: &Plan, local: &Local<'_>) -> Values {
    let mut values = seen.values.clone();
    for change in plan.writes() {
        match local.values.get(&change.variable) {
            Some(value) => values.insert(change.variable.clone(), value.clone()),
            None => values.shift_remove(&change.variable),
        };
    }
    values
}
