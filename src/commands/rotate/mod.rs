//! `envward rotate`: give variables new values, and carry them to where they are used.

mod because;
mod due;
mod in_flight;
mod kept;
mod one;
mod overlaps;
mod session;
mod stopped;
mod stores;
mod surroundings;

use std::path::PathBuf;

use self::session::Session;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `rotate`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(clap::Args)]
#[command(
    after_help = "The new value is tried before anything depends on it; then the sealed file, the env file and the \
                  stores get it, and the ledger says so. What is stopped in between goes on with --resume or is \
                  taken back with --abort: the journal is in .envward/rotations, encrypted"
)]
pub struct Args {
    /// The variables
    #[arg(value_name = "NAME", required_unless_present_any = ["due", "resume", "abort", "because"])]
    names: Vec<String>,

    /// All that are due and have a driver; ends overlaps that are over, and lists what a person has to do
    #[arg(long, conflicts_with_all = ["names", "resume", "abort"])]
    due: bool,

    /// Go on with what was stopped [default: all of it]
    #[arg(long)]
    resume: bool,

    /// Take back what was stopped [default: all of it]
    #[arg(long, conflicts_with = "resume")]
    abort: bool,

    /// Mark variables as due, and rotate nothing yet: `left: NAME` what that person's key could open in any commit,
    /// `leaked: WHERE` what was named, or every secret
    #[arg(long, value_name = "REASON", conflicts_with_all = ["due", "resume", "abort", "dry_run", "no_push"])]
    because: Option<String>,

    /// Only show what would be done
    #[arg(long, conflicts_with_all = ["resume", "abort"])]
    dry_run: bool,

    /// Whether the previous value stays valid for the overlap of its policy [default: keep, and none if it leaked]
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["resume", "abort", "because"])]
    overlap: Option<OverlapChoice>,

    /// Leave the stores as they are
    #[arg(long)]
    no_push: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// File with the private key that opens the sealed file
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// What becomes of an overlap.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OverlapChoice {
    /// It is as the policy says.
    Keep,
    /// The previous value ends at once.
    None,
}

/// Give variables new values, and carry them to where they are used.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    if let Some(because) = &args.because {
        return because::run(because, args, context);
    }
    let session = Session::open(args, context)?;
    let done = if args.resume || args.abort {
        in_flight::run(&session, context)
    } else if args.due {
        due::run(&session, context)
    } else {
        named(&session, context)
    };
    Ok(done.unwrap_or_else(|error| stopped::say(&session, &error, context)))
}

/// Rotates the variables that were named.
fn named(session: &Session<'_>, context: &mut Context) -> Result<ExitCode, Error> {
    let args = session.args;
    session.require_answer(context)?;
    let _lock = if args.dry_run { None } else { Some(session.journals().lock()?) };
    for name in &args.names {
        one::require_rotatable(session, name, context)?;
    }
    for name in &args.names {
        one::rotate(session, name, context)?;
    }
    Ok(ExitCode::Done)
}
