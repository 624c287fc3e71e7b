//! What a person is told about a rotation that stopped: where it stands, and what comes next.

use super::overlaps;
use super::session::Session;
use crate::commands::report;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rotation;
use crate::rotation::journal::{Journal, Step};

/// Says what went wrong, where the rotation that it stopped stands, and what comes next; the exit code for it.
pub(super) fn say(session: &Session<'_>, error: &Error, context: &mut Context) -> ExitCode {
    let code = report(error, context);
    let Some(name) = session.stopped.take() else { return code };
    let is_said = matches!(
        error,
        Error::Prompt(_)
            | Error::Rotation(rotation::Error::Recorded { .. } | rotation::Error::NoWayBack { .. })
    );
    if !is_said {
        // Best effort: what went wrong may be that nothing can be read.
        let _ = say_standing(session, &name, context);
    }
    code
}

fn say_standing(session: &Session<'_>, name: &str, context: &mut Context) -> Result<(), Error> {
    let mut access = session.access(context);
    let opened = session.opened(&mut access)?;
    let journal = session.journals().read(name, &opened, &mut access)?;
    if let Some(journal) = journal.filter(|journal| journal.step != Step::Recorded || journal.until.is_none())
    {
        context.ui.note(&standing(&journal));
        context.ui.help(&journal.ways_on());
    } else if overlaps::open(session, &opened, context.clock.now())?.contains_key(name) {
        let still = "its target may accept the previous one still";
        context.ui.note(&format!("{name} has its new value everywhere; {still}"));
        context.ui.help("try again with: envward rotate --due");
    }
    Ok(())
}

/// Which side has which value.
fn standing(journal: &Journal) -> String {
    let name = &journal.variable;
    let everywhere = format!("target, sealed file and stores have the new value of {name}");
    match journal.step {
        Step::Pending => {
            format!("sealed file and stores have the previous value of {name}; the new one is in the journal")
        }
        Step::Set | Step::Tested => {
            format!(
                "the target has the new value of {name}; sealed file and stores may have the previous one"
            )
        }
        Step::Current => format!("target and sealed file have the new value of {name}; the stores may not"),
        Step::Pushed if journal.one_way => {
            format!("{everywhere}; whether the previous one was ended is not known")
        }
        Step::Pushed => everywhere,
        Step::Ended | Step::Recorded => format!("{everywhere}; the ledger may not say so yet"),
    }
}
