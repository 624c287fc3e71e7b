//! `envward man`: print the manual page, or write those of all commands.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use super::sealing::shown;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;

/// Arguments of `man`.
#[derive(clap::Args)]
#[command(
    after_help = "Read it with: envward man | man -l -\nFor packages: envward man --out share/man/man1"
)]
pub struct Args {
    /// Write a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints one page, or writes all.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(directory) = &args.out else {
        context.ui.result_bytes(&page(&command).1).map_err(Error::Output)?;
        return Ok(ExitCode::Done);
    };
    let directory = context.resolve(directory);
    let count = write(&command, &directory)?;
    let directory = shown(&directory, context);
    context.ui.say(&format!("wrote {count} pages into {directory}"));
    Ok(ExitCode::Done)
}

/// The name of a command's page and the page.
fn page(command: &Command) -> (String, Vec<u8>) {
    let source = concat!("envward ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(source).manual("envward");
    let mut text = Vec::new();
    man.render(&mut text).expect("nothing keeps a buffer from being written");
    // groff knows the ellipsis only where the terminal has it.
    let text = String::from_utf8_lossy(&text).replace('…', "...");
    (man.get_filename(), text.into_bytes())
}

/// Writes the pages of a command and of those below it; how many.
fn write(command: &Command, directory: &Path) -> Result<usize, Error> {
    let (name, text) = page(command);
    fs::write_shared(&directory.join(name), &text)?;
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    below.map(|below| write(below, directory)).try_fold(1, |count, written| Ok(count + written?))
}
