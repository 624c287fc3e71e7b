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
use crate::schema::Grade;

/// Arguments of `rotation attest`.
#[derive(clap::Args)]
#[command(
    after_help = "This is a person's word: evidence of grade E, the weakest. If the value itself is new, seal \
                        it too: the change is the better evidence."
)]
pub struct Args {
    /// The variables
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Where it is written down
    #[arg(long, value_name = "URL")]
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
    recorder.enter(entry)?;
    context.ui.say(&format!("attested in {}", recorder.environment.name));
    context.ui.say_names("rotated", &args.names);
    recorder.say_commit(context);
    Ok(ExitCode::Done)
}
