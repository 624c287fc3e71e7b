//! The program: parse, dispatch, exit code.

use clap::Parser;
use envward::cli::Cli;
use envward::commands;

fn main() -> std::process::ExitCode {
    commands::main(Cli::try_parse()).into()
}
