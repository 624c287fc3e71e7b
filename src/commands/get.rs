//! `envward get`: print one value.

use zeroize::Zeroizing;

use super::holder::Choice;
use super::name;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `get`.
#[derive(clap::Args)]
#[command(
    after_help = "The value is followed by one newline. All values as JSON: envward unseal --stdout --format json"
)]
pub struct Args {
    /// The variable
    name: String,

    #[command(flatten)]
    choice: Choice,
}

/// Print one value.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    name::refuse_value(&args.name)?;
    let holder = args.choice.open(context)?;
    let Some(value) = holder.values().get(&args.name) else {
        holder.say_unknown(&args.name, context);
        return Ok(ExitCode::Findings);
    };
    let line = Zeroizing::new(format!("{}\n", value.expose()));
    context.ui.result(&line).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}
