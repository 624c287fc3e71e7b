//! `--resume` and `--abort`: what was stopped in between goes on, or is taken back.

use super::one::say_outcome;
use super::session::Session;
use super::{kept, overlaps};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rotation::journal::{Journal, Step};

/// Goes on with what was stopped, or takes it back.
pub(super) fn run(session: &Session<'_>, context: &mut Context) -> Result<ExitCode, Error> {
    let _lock = session.journals().lock()?;
    let journals = chosen(session, context)?;
    if journals.is_empty() {
        context.ui.say(&format!("no rotation of environment {} was stopped", session.environment.name));
    }
    for journal in journals {
        if session.args.abort {
            abort(session, journal, context)?;
        } else {
            resume(session, journal, context)?;
        }
    }
    Ok(ExitCode::Done)
}

/// The journals that were named, else all of them.
fn chosen(session: &Session<'_>, context: &mut Context) -> Result<Vec<Journal>, Error> {
    let mut access = session.access(context);
    let opened = session.opened(&mut access)?;
    kept::take_over(session, &opened, &mut access, context)?;
    let mut journals = session.journals().read_all(&opened, &mut access)?;
    let names = &session.args.names;
    if let Some(name) = names.iter().find(|name| !journals.iter().any(|it| it.variable == **name)) {
        let (_, _) = session.variable(name, context)?;
        return Err(Error::usage(format!("no rotation of {name} was stopped")));
    }
    journals.retain(|journal| {
        names.contains(&journal.variable)
            || (names.is_empty() && (journal.step != Step::Recorded || journal.until.is_none()))
    });
    Ok(journals)
}

fn resume(session: &Session<'_>, journal: Journal, context: &mut Context) -> Result<(), Error> {
    let name = journal.variable.clone();
    let (variable, policy) = session.variable(&name, context)?;
    if journal.step == Step::Recorded && journal.until.is_some_and(|until| until <= context.clock.now()) {
        return overlaps::finish(session, &name, context);
    }
    context.ui.say(&format!("going on with {name} after: {}", journal.step.name()));
    session.carry((variable, policy), None, context, |carry| {
        let outcome = carry.forward(journal)?;
        say_outcome(&name, policy, outcome, &mut carry.world.context.ui);
        Ok(())
    })
}

fn abort(session: &Session<'_>, journal: Journal, context: &mut Context) -> Result<(), Error> {
    let name = journal.variable.clone();
    let (variable, policy) = session.variable(&name, context)?;
    session.carry((variable, policy), None, context, |carry| {
        carry.back(journal)?;
        carry.world.context.ui.say(&format!("{name} has its previous value"));
        Ok(())
    })
}
