//! `envward init`: write envward.toml and a schema from what the project already has.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `init`.
#[derive(clap::Args)]
pub struct Args {}

/// Write envward.toml and a schema from what the project already has.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the init command")
}
