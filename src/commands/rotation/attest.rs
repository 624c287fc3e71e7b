//! `envward rotation attest`: say that values were replaced where envward cannot see it.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::recorder::Recorder;
use crate::commands::{HUMAN, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::ledger::{Entry, Event};
use crate::rotation::events::Events;
use crate::schema::Grade;
use crate::ui::escape;

/// Arguments of `rotation attest`.
#[derive(clap::Args)]
#[command(
    after_help = "This is a person's word: evidence of grade E, the weakest. It counts where nothing else tells, and \
                  says how old a value was when envward first saw it. A new value is evidence by itself: rotate or set \
                  it. Where the value is known to be the same since before that day, a report contradicts it."
)]
pub struct Args {
    /// The variables
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Where it is written down
    #[arg(long, value_name = "URL", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    ticket: String,

    /// What was done
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// The day on which it was done, such as 2027-01-31 [default: today]
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,

    /// File with the private key that opens the project key
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Says that values were replaced.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN, context)?;
    let mut recorder = Recorder::open(args.identity.as_deref(), context)?;
    recorder.require_known(&args.names)?;
    let today = context.clock.now().to_zoned(TimeZone::UTC).date();
    if let Some(day) = args.at.filter(|day| *day > today) {
        return Err(Error::usage(format!("{day} is in the future: it cannot have been done yet")));
    }
    let entry = Entry {
        done: args.at.map(|day| day.to_string()),
        evidence: Some(Grade::E),
        reason: args.reason.clone(),
        ticket: Some(args.ticket.clone()),
        variables: args.names.clone(),
        ..recorder.note(Event::Attested)?
    };
    warn_of_same(&recorder, args, context)?;
    recorder.enter(entry)?;
    context.ui.say(&format!("attested in {}", recorder.environment.name));
    context.ui.say_names("rotated", &args.names);
    recorder.say_commit(context);
    Ok(ExitCode::Done)
}

/// Says which of the values are older than what is said of them: a report will contradict it.
fn warn_of_same(recorder: &Recorder, args: &Args, context: &mut Context) -> Result<(), Error> {
    let now = context.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let done = args.at.unwrap_or(today);
    let events = Events::of(&recorder.ledger()?, &recorder.environment.name, None, now);
    for name in &args.names {
        let change = events.variables.get(name).and_then(|history| history.changes.last());
        let day = change.map(|change| change.at.to_zoned(TimeZone::UTC).date());
        if let Some(day) = day.filter(|day| *day < done) {
            let name = escape(name);
            context.ui.warn(&format!("{name} has the same value since {day}, which is no rotation"));
            context.ui.help(&format!("put the new one in: envward rotate {name}, or: envward set {name}"));
        }
    }
    Ok(())
}
