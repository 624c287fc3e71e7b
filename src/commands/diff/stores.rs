//! The environment against its stores: what `push` and `pull` would do.

use super::super::report;
use super::super::syncing::{Session, failed, json_line, say_foreign, shown};
use super::Args;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::sync::{self, Action, By, Change, Direction, Local, Options, Pair, Saved, SavedStore, Seen};
use crate::ui::{Table, escape};

/// What was found.
struct Findings {
    table: Table,
    plans: Vec<SavedStore>,
}

/// Compares the environment with its stores, one after the other.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let session = Session::open(args.identity.as_deref(), context)?;
    let stores = session.stores(&args.stores)?;
    let local = session.local(context)?;
    Session::say_unknown(&local, context);
    let options = args.choice.options(&session)?;
    let header: &[&str] = if args.show_values {
        &["STORE", "ACTION", "VARIABLE", "BY", "LOCAL", "STORE VALUE"]
    } else {
        &["STORE", "ACTION", "VARIABLE", "BY"]
    };
    let mut findings = Findings { table: Table::new(header), plans: Vec::new() };
    let mut worst = ExitCode::Done;
    for store in &stores {
        let code = match compare(args, &session, &local, store, &options, &mut findings, context) {
            Ok(code) => code,
            Err(error) => report(&error, context),
        };
        worst = worst.max(code);
    }
    if !findings.table.is_empty() && context.globals.format == Format::Human {
        context.ui.result(&findings.table.render()).map_err(Error::Output)?;
    }
    if let Some(out) = &args.out {
        if worst > ExitCode::Findings {
            context.ui.note("no plan was saved");
            return Ok(worst);
        }
        let project = &session.project.manifest.project.name;
        Saved::new(project, &local, findings.plans).write(&context.resolve(out))?;
        context.ui.say(&format!(
            "saved the plan; apply it with: envward push --plan {}",
            escape(&out.display().to_string())
        ));
    }
    Ok(worst)
}

fn compare(
    args: &Args,
    session: &Session,
    local: &Local<'_>,
    name: &str,
    options: &Options,
    findings: &mut Findings,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let target = session.target(name)?;
    let pair = Pair::new(local, name, target.definition.names(), &session.project.root);
    let seen = target.with_store(context, |store, _| pair.read(store).map_err(failed(target)))?;
    let differences = sync::differences(&seen.sides, options);
    if context.globals.format == Format::Json {
        let line = json_line(name, local, &seen, differences.iter().map(|(change, by)| (change, *by)));
        context.ui.result(&line).map_err(Error::Output)?;
    }
    say_foreign(name, &seen, context);
    let differing: Vec<_> =
        differences.iter().filter(|(change, _)| change.action != Action::Unchanged).collect();
    for (change, by) in &differing {
        findings.table.row(row(args, name, change, *by, local, &seen));
    }
    if differing.is_empty() {
        context.ui.say(&format!("no difference from store {}", escape(name)));
    }
    if args.out.is_some() {
        let plan = seen.plan(Direction::Push, options);
        let conflicts = plan.conflicts();
        if !conflicts.is_empty() {
            return Err(sync::Error::Conflict { store: name.to_owned(), names: conflicts }.into());
        }
        let changes = plan.writes().cloned().collect();
        findings.plans.push(SavedStore::new(name, changes, local, &seen));
    }
    Ok(ExitCode::from_findings(!differing.is_empty()))
}

fn row(
    args: &Args,
    store: &str,
    change: &Change,
    by: Option<By>,
    local: &Local<'_>,
    seen: &Seen,
) -> Vec<String> {
    let prunes = change.action == Action::Delete;
    let command = match by {
        Some(By::Push) if prunes => "push --prune",
        Some(By::Push) => "push",
        Some(By::Pull) if prunes => "pull --prune",
        Some(By::Pull) => "pull",
        None => "",
    };
    let mut cells = vec![store.to_owned(), change.action.word().to_owned(), change.variable.clone()];
    cells.push(command.to_owned());
    if args.show_values {
        let values = [local.values.get(&change.variable), seen.values.get(&change.variable)];
        cells.extend(values.map(|value| shown(value).to_owned()));
    }
    cells
}
