//! `envward bootstrap`: create or complete an environment: generate what can be generated, ask for the rest.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `bootstrap`.
#[derive(clap::Args)]
pub struct Args {}

/// Create or complete an environment: generate what can be generated, ask for the rest.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the bootstrap command")
}
