//! `--due`: rotates what is due and has a driver, ends overlaps that are over, and lists what is left for people.

use super::one;
use super::overlaps;
use super::session::Session;
use super::stopped;
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
    let mut rows = due(session, context)?;
    let by_machine: Vec<String> =
        rows.iter().filter(|row| is_by_machine(session, row)).map(|row| row.variable.clone()).collect();
    // A job that asks every night needs no --yes on the nights when there is nothing for it to do.
    if !by_machine.is_empty() {
        session.require_answer(context)?;
    }
    for name in &by_machine {
        let code = match one::rotate(session, name, context) {
            Ok(()) => ExitCode::from_findings(session.args.dry_run),
            Err(error) => stopped::say(session, &error, context),
        };
        worst = worst.max(code);
    }
    if !by_machine.is_empty() && !session.args.dry_run {
        // What is rendered from them has a new value too.
        rows = due(session, context)?;
    }
    rows.retain(|row| !is_by_machine(session, row));
    if session.args.dry_run {
        rows.retain(|row| !is_rendered_from(session, &row.variable, &by_machine));
    }
    for row in &rows {
        say_left(session, row, context);
        worst = worst.max(ExitCode::Findings);
    }
    if rows.is_empty() && by_machine.is_empty() && worst == ExitCode::Done {
        context.ui.say(&format!("nothing is due in {}", escape(&session.environment.name)));
    }
    Ok(worst)
}

/// Ends every overlap that is over.
fn end_overlaps(session: &Session<'_>, context: &mut Context) -> Result<ExitCode, Error> {
    let opened = session.opened(&mut session.access(context))?;
    let now = context.clock.now();
    let mut over = overlaps::open(session, &opened, now)?;
    over.retain(|_, overlap| overlap.until <= now);
    if !over.is_empty() {
        session.require_answer(context)?;
    }
    let mut worst = ExitCode::Done;
    for name in over.into_keys() {
        if session.args.dry_run {
            context.ui.say(&format!("the overlap of {name} is over: its previous value would be ended"));
            worst = worst.max(ExitCode::Findings);
        } else if let Err(error) = overlaps::finish(session, &name, context) {
            worst = worst.max(stopped::say(session, &error, context));
        }
    }
    Ok(worst)
}

/// What is due or soon will be, and what may be.
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
    let is_due = |row: &Row| match row.status {
        Status::Breached | Status::Overdue | Status::ExemptExpired | Status::Unknown | Status::DueSoon => {
            true
        }
        Status::Overlap | Status::Exempt | Status::Ok => false,
    };
    Ok(survey.rows.into_iter().filter(is_due).collect())
}

/// Whether a driver rotates it. What is not proven may be as young as it should be, and a person looks at that first.
fn is_by_machine(session: &Session<'_>, row: &Row) -> bool {
    let policy = session.policies.get(&row.variable);
    row.status != Status::Unknown && policy.is_some_and(|policy| policy.driver != DriverTable::Manual)
}

/// Whether a variable gets another value as soon as one of these does.
fn is_rendered_from(session: &Session<'_>, name: &str, parts: &[String]) -> bool {
    let template = session.schema.vars.get(name).and_then(|variable| variable.template.as_ref());
    template.is_some_and(|template| template.parts().iter().any(|part| parts.iter().any(|it| it == part)))
}

/// Says what a person has to do about a variable.
fn say_left(session: &Session<'_>, row: &Row, context: &mut Context) {
    let name = escape(&row.variable);
    let ui = &mut context.ui;
    if row.status == Status::Unknown {
        ui.warn(&format!("what is known of {name} does not prove that it was rotated in time"));
        ui.help(&format!(
            "look at it with: envward rotation status {name}; a new value begins anew: envward rotate {name}"
        ));
        return;
    }
    let due = row.due.map(|due| format!(" since {}", one::shown(due))).unwrap_or_default();
    let due = if row.status == Status::DueSoon { due.replace("since", "on") } else { due };
    let variable = session.schema.vars.get(&row.variable);
    if let Some(template) = variable.and_then(|variable| variable.template.as_ref()) {
        ui.warn(&format!("{name} is due{due}, and is rendered from its parts"));
        ui.help(&format!("rotate a part, and it is rendered again: {}", template.parts().join(", ")));
        return;
    }
    ui.warn(&format!("{name} is due{due}, and no machine rotates it"));
    let policy = session.policies.get(&row.variable);
    one::say_where(&name, variable, policy, ui);
    match (variable, policy) {
        (Some(_), Some(_)) => {
            ui.help(&format!("then run: envward rotate {name}"));
        }
        (Some(_), None) => ui.help(&format!("then run: envward set {name}")),
        (None, _) => ui.help(&format!("then run: envward set {name} --new")),
    }
}
