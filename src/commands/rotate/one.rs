//! Rotating one variable that was named: what will happen, whether it may, and doing it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::OverlapChoice;
use super::because::is_leak;
use super::session::Session;
use super::surroundings::Surroundings;
use super::{overlaps, stores};
use crate::commands::holder::refuse_mismatch;
use crate::context::Context;
use crate::error::Error;
use crate::rotation::carry::{Carry, Outcome};
use crate::rotation::policy::Policy;
use crate::schema::Variable;
use crate::schema::driver::DriverTable;
use crate::schema::placeholder::Placeholder;
use crate::seal::Opened;
use crate::secret::Secret;
use crate::ui::{PromptError, Ui, escape};

/// Refuses what is known not to be rotated: before the first of several is.
pub(super) fn require_rotatable(
    session: &Session<'_>,
    name: &str,
    context: &mut Context,
) -> Result<(), Error> {
    let (_, policy) = session.variable(name, context)?;
    if policy.driver == DriverTable::Manual && session.args.names.len() > 1 {
        let help = format!("run: envward rotate {name}");
        return Err(Error::usage_with_help(
            format!("{name} is rotated by hand, and has to be named alone"),
            help,
        ));
    }
    session.require_free(name, context)
}

/// Rotates a variable, or with `--dry-run` says what would be done.
pub(super) fn rotate(session: &Session<'_>, name: &str, context: &mut Context) -> Result<(), Error> {
    let (variable, policy) = session.variable(name, context)?;
    require_rotatable(session, name, context)?;
    let opened = session.opened(&mut session.access(context))?;
    let given = match policy.driver {
        DriverTable::Manual if !session.args.dry_run => Some(ask_for(variable, policy, session, context)?),
        _ => None,
    };
    if !session.args.no_push {
        stores::require_ready(session, &opened, &touched(session, variable, policy, &opened), context)?;
    }
    let now = context.clock.now();
    let unfinished = overlaps::open(session, &opened, now)?.remove(name);
    let mut history = overlaps::events(session, &opened, now)?.variables;
    let exposed = history.remove(name).and_then(|history| history.exposed).map(|exposure| exposure.reason);
    session.carry((variable, policy), given, context, |carry| {
        carry.at_once = match session.args.overlap {
            Some(choice) => choice == OverlapChoice::None,
            None => exposed.as_deref().is_some_and(is_leak),
        };
        show(carry, session, &opened);
        show_exposed(carry, session, exposed.as_deref());
        if unfinished.is_some() {
            carry
                .world
                .context
                .ui
                .warn(&format!("first the value before the present one of {name} is ended"));
        }
        carry.may_begin()?;
        let ui = &mut carry.world.context.ui;
        if session.args.dry_run {
            ui.say("nothing was done (--dry-run)");
            return Ok(());
        }
        if !session.args.yes && !ui.confirm(&format!("rotate {name}?"))? {
            return Err(PromptError::Declined.into());
        }
        if unfinished.is_some() {
            overlaps::require_driver(carry, unfinished.as_ref())?;
            let journal = session.journals().read(name, &opened, carry.access)?;
            carry.finish(journal.as_ref())?;
        }
        let journal = carry.begin()?;
        let outcome = carry.forward(journal)?;
        say_outcome(name, policy, outcome, &mut carry.world.context.ui);
        Ok(())
    })
}

/// The variables whose values a rotation changes, as far as that is known before it begins.
fn touched(session: &Session<'_>, variable: &Variable, policy: &Policy, opened: &Opened) -> BTreeSet<String> {
    let names: Vec<String> = std::iter::once(&variable.name).chain(&policy.previous).cloned().collect();
    let wholes = session.schema.rerender(&session.environment.name, &opened.values, &names);
    names.into_iter().chain(wholes.into_keys()).collect()
}

/// Says what will happen, by name.
fn show(carry: &mut Carry<'_, Surroundings<'_>>, session: &Session<'_>, opened: &Opened) {
    let name = &carry.variable.name;
    let driver = carry.driver.name();
    let overlap = carry.overlap();
    let ends = carry.driver.ends_at_once();
    let touched = touched(session, carry.variable, carry.policy, opened);
    let rendered: Vec<String> = touched
        .iter()
        .filter(|it| *it != name && Some(*it) != carry.policy.previous.as_ref())
        .cloned()
        .collect();
    let previous = carry.policy.previous.as_deref();
    let ui = &mut carry.world.context.ui;
    ui.say(&format!("rotate {name} in {} with the driver {driver}", escape(&session.environment.name)));
    ui.say_names("rendered again", &rendered);
    if !session.args.no_push {
        ui.say_names("pushed to", stores::names(session));
    }
    match (overlap, previous, ends) {
        (Some(overlap), Some(previous), _) => {
            ui.say(&format!("the previous value stays valid for {overlap:#}, in {previous}"));
        }
        (Some(overlap), None, _) => ui.say(&format!("the previous value stays valid for {overlap:#}")),
        (None, _, Some(ends)) => ui.warn(&format!("this ends at once: {ends}")),
        (None, ..) => {}
    }
}

/// Says what becomes of the overlap of a value that became known.
fn show_exposed(carry: &mut Carry<'_, Surroundings<'_>>, session: &Session<'_>, exposed: Option<&str>) {
    let Some(reason) = exposed else { return };
    let (name, overlap) = (&carry.variable.name, carry.overlap());
    let has_one = carry.driver.has_overlap() && carry.policy.overlap.is_positive();
    let is_chosen = session.args.overlap.is_some();
    let ui = &mut carry.world.context.ui;
    if overlap.is_some() {
        ui.warn(&format!("that value became known ({})", escape(reason)));
        if !is_chosen {
            ui.help("to end it at once: --overlap none");
        }
    } else if has_one && !is_chosen {
        let overlap = carry.policy.overlap;
        ui.warn(&format!(
            "{name} leaked: its previous value ends at once, without the overlap of {overlap:#}"
        ));
        ui.help("to keep the overlap: --overlap keep");
    }
}

/// Asks for the new value of a variable that no machine rotates, after saying where to get it.
fn ask_for(
    variable: &Variable,
    policy: &Policy,
    session: &Session<'_>,
    context: &mut Context,
) -> Result<Secret, Error> {
    let name = &variable.name;
    say_where(name, Some(variable), Some(policy), &mut context.ui);
    let value = context.ui.secret_from_stdin_or_prompt(&format!("new value of {name}"))?;
    if value.expose().is_empty() {
        let help = format!("type it, or pipe it in: … | envward rotate {name}");
        return Err(Error::usage_with_help(format!("no new value of {name} was given"), help));
    }
    if variable.likeness(value.expose(), &session.environment.name) == Placeholder::Sure {
        let place = variable.obtain.as_ref().map(|obtain| format!("at {}", escape(obtain)));
        let place = place.unwrap_or_else(|| "where the old one was issued".to_owned());
        return Err(Error::usage_with_help(
            format!("the new value of {name} is a placeholder, which counts as unset"),
            format!("get a real one {place}"),
        ));
    }
    if refuse_mismatch(name, value.expose(), Some(&session.schema), &mut context.ui) {
        return Err(Error::usage("nothing was rotated"));
    }
    Ok(value)
}

/// Says where a person gets a new value, and what to read first.
pub(super) fn say_where(name: &str, variable: Option<&Variable>, policy: Option<&Policy>, ui: &mut Ui) {
    match variable.and_then(|variable| variable.obtain.as_ref()) {
        Some(obtain) => ui.say(&format!("{name}: get a new value at {}", escape(obtain))),
        None => ui.say(&format!("{name}: get a new value where the old one was issued")),
    }
    if let Some(runbook) = policy.and_then(|policy| policy.runbook.as_ref()) {
        ui.say(&format!("{name}: the steps are in {}", escape(runbook)));
    }
}

/// Says how far a rotation came.
pub(super) fn say_outcome(name: &str, policy: &Policy, outcome: Outcome, ui: &mut Ui) {
    match outcome {
        Outcome::Ended(true) => ui.say(&format!("{name} was rotated; its old value was seen to be refused")),
        Outcome::Ended(false) => ui.say(&format!("{name} was rotated")),
        Outcome::Overlap(until) => {
            let place = policy.previous.as_ref().map(|previous| format!(" in {previous}"));
            let place = place.unwrap_or_default();
            ui.say(&format!("{name} was rotated; its old value stays valid{place} until {}", shown(until)));
        }
    }
    if policy.driver == DriverTable::Manual {
        ui.say(&format!("{name}: end the old value where it was issued"));
    }
}

/// A moment, for people.
pub(super) fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
