//! `envward edit`: edit the sealed file in an editor.

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `edit`.
#[derive(clap::Args)]
pub struct Args {}

/// Edit the sealed file in an editor.
pub fn run(_args: &Args, _context: &mut Context) -> Result<ExitCode, Error> {
    todo!("the edit command")
}
