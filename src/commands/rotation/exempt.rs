//! `envward rotation exempt`: ask that values need not be replaced for a while.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::recorder::{Recorder, short};
use crate::commands::{HUMAN, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::ledger::{Entry, Event};
use crate::rotation::policy::last_exempt_day;

/// Arguments of `rotation exempt`.
#[derive(clap::Args)]
#[command(after_help = "It counts once someone else agrees: envward rotation approve.")]
pub struct Args {
    /// The variables
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,

    /// Why they cannot be replaced
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Where it is written down
    #[arg(long, value_name = "URL")]
    ticket: String,

    /// The last day, such as 2027-01-31
    #[arg(long, value_name = "DATE")]
    until: Date,

    /// File with the private key that opens the project key
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Asks for an exemption.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN, context)?;
    let mut recorder = Recorder::open(args.identity.as_deref(), context)?;
    recorder.require_known(&args.names)?;
    require_in_time(args.until, &recorder, context)?;
    let entry = Entry {
        reason: Some(args.reason.clone()),
        ticket: Some(args.ticket.clone()),
        until: Some(args.until.to_string()),
        variables: args.names.clone(),
        ..recorder.note(Event::Exempted)?
    };
    let id = recorder.enter(entry)?;
    let name = &recorder.environment.name;
    context.ui.say(&format!("asked for an exemption in {name} until {}", args.until));
    context.ui.say_names("exempt", &args.names);
    context
        .ui
        .say(&format!("once it is committed, someone else runs: envward rotation approve {}", short(&id)));
    recorder.say_commit(context);
    Ok(ExitCode::Done)
}

/// Refuses an exemption that is over, or longer than the project allows.
pub(super) fn require_in_time(until: Date, recorder: &Recorder, context: &Context) -> Result<(), Error> {
    let today = context.clock.now().to_zoned(TimeZone::UTC).date();
    if until < today {
        return Err(Error::usage(format!("{until} is over: the exemption would never count")));
    }
    let last = last_exempt_day(&recorder.project.manifest.rotation, today);
    if until > last {
        let message = format!("an exemption until {until} is too long: today the last day is {last}");
        return Err(Error::usage_with_help(
            message,
            "`max_exemption` under [rotation] in envward.toml decides",
        ));
    }
    Ok(())
}
