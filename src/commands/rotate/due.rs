//! `--due`: rotates what is due and has a driver, ends overlaps that are over, and lists what is left for people.

use super::one;
use super::overlaps;
use super::session::Session;
use crate::commands::report;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::rotation::expiry::expiries;
use crate::rotation::survey::{Options, survey};
use crate::rotation::{Row, Status};
use crate::schema::driver::DriverTable;
use crate::ui::escape;

/// Does what is due; ends with 1 while anything is left.
pub(super) fn run(session: &Session<'_>, context: &mut Context) -> Result<ExitCode, Error> {
    let _lock = if session.args.dry_run { None } else { Some(session.journals().lock()?) };
    let mut worst = end_overlaps(session, context)?;
    let due = due(session, context)?;
    // A job that asks every night needs no --yes on the nights when there is nothing for it to do.
    if due.iter().any(|row| by_machine(session, row)) {
        session.require_answer(context)?;
    }
    for row in &due {
        let code = match do_one(session, row, context) {
            Ok(code) => code,
            Err(error) => report(&error, context),
        };
        worst = worst.max(code);
    }
    if due.is_empty() && worst == ExitCode::Done {
        context.ui.say(&format!("nothing is due in {}", escape(&session.environment.name)));
    }
    Ok(worst)
}

/// Ends every overlap that is over.
fn end_overlaps(session: &Session<'_>, context: &mut Context) -> Result<ExitCode, Error> {
    let opened = session.opened(&mut session.access(context))?;
    let now = context.clock.now();
    let mut over = overlaps::open(session, &opened, now)?;
    over.retain(|_, until| *until <= now);
    if !over.is_empty() {
        session.require_answer(context)?;
    }
    let mut worst = ExitCode::Done;
    for name in over.into_keys() {
        if session.args.dry_run {
            context.ui.say(&format!("the overlap of {name} is over: its previous value would be ended"));
            worst = worst.max(ExitCode::Findings);
        } else if let Err(error) = overlaps::finish(session, &name, context) {
            worst = worst.max(report(&error, context));
        }
    }
    Ok(worst)
}

/// What is due or soon will be.
fn due(session: &Session<'_>, context: &mut Context) -> Result<Vec<Row>, Error> {
    let mut access = session.access(context);
    let opened = session.opened(&mut access)?;
    let git = Git::discover(&session.project.root, &context.env);
    let keys = opened.project_keys();
    let expiries = expiries(&session.schema, &opened.values);
    let options = Options {
        git: git.as_ref(),
        stores: &[],
        keys: Some(&keys),
        expiries: &expiries,
        now: context.clock.now(),
    };
    let survey = survey(&session.project, &session.environment, &session.schema, options)?;
    let is_due = |row: &Row| {
        matches!(row.status, Status::Breached | Status::Overdue | Status::ExemptExpired | Status::DueSoon)
    };
    Ok(survey.rows.into_iter().filter(is_due).collect())
}

/// Whether a driver rotates it.
fn by_machine(session: &Session<'_>, row: &Row) -> bool {
    session.policies.get(&row.variable).is_some_and(|policy| policy.driver != DriverTable::Manual)
}

fn do_one(session: &Session<'_>, row: &Row, context: &mut Context) -> Result<ExitCode, Error> {
    let name = &row.variable;
    let (variable, policy) = session.variable(name, context)?;
    if policy.driver == DriverTable::Manual {
        let due = row.due.map(|due| format!(" since {}", one::shown(due))).unwrap_or_default();
        let due = if row.status == Status::DueSoon { due.replace("since", "on") } else { due };
        context.ui.warn(&format!("{name} is due{due}, and no machine rotates it"));
        one::say_where(variable, policy, &mut context.ui);
        context.ui.help(&format!("then run: envward rotate {name}, or: envward rotation attest {name}"));
        return Ok(ExitCode::Findings);
    }
    one::rotate(session, name, context)?;
    Ok(ExitCode::from_findings(session.args.dry_run))
}
