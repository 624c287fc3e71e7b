//! `envward git textconv`: what git calls to show a sealed file.

use std::path::PathBuf;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::seal::{self, Access};

/// Arguments of `git textconv`.
#[derive(clap::Args)]
#[command(
    after_help = "A value that is encrypted in the file is shown as a mark that changes with it. Whoever has no key \
                  for the file sees it as it is."
)]
pub struct Args {
    /// The file, or git's copy of a version of it
    file: PathBuf,
}

/// Prints a sealed file for a diff.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let path = context.resolve(&args.file);
    let bytes = fs::read(&path)?;
    // git calls this for each version of each file, and nobody waits in front of it.
    context.globals.no_input = true;
    let mut access = Access::from_context(context, None);
    // A diff that fails shows nothing; the file as it is shows at least which lines changed.
    let text = match seal::summary(&bytes, &path, &mut access) {
        Ok(text) => text,
        Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}
