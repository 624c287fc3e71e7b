//! `envward get`: print one value.

use zeroize::Zeroizing;

use super::holder::Choice;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `get`.
#[derive(clap::Args)]
#[command(after_help = "The value is followed by one newline.")]
pub struct Args {
    /// The variable
    name: String,

    #[command(flatten)]
    choice: Choice,
}

/// Print one value.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    if context.globals.format != Format::Human {
        let help = "for a script the plain value is the easiest; all of them as JSON: envward unseal --stdout --format json";
        return Err(Error::usage_with_help(
            format!("get has no --format {}", context.globals.format.name()),
            help,
        ));
    }
    let holder = args.choice.open(context)?;
    let Some(value) = holder.values().get(&args.name) else {
        holder.say_unknown(&args.name, context);
        return Ok(ExitCode::Findings);
    };
    let line = Zeroizing::new(format!("{}\n", value.expose()));
    context.ui.result(&line).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}
