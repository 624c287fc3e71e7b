//! `envward schema example`: an example env file.

use super::{Output, Which};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::document::example;

/// Arguments of `schema example`.
#[derive(clap::Args)]
#[command(
    after_help = "What must be filled in holds a placeholder, what has a default holds it, the rest is commented out.\n\
                  It holds no value of a secret, so it can be committed: envward schema example --out .env.example"
)]
pub struct Args {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    output: Output,
}

/// Write an example env file.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (schema, environment) = args.which.load(context)?;
    args.output.write(&example::render(&schema, &environment), example::TITLE, context)
}
