//! The program: harden, answer a shell that completes a line, parse, dispatch, exit code.

use std::ffi::OsString;

use envward::commands::{self, Cli};
use envward::hardening;

fn main() -> std::process::ExitCode {
    hardening::harden();
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = commands::answer(&words) {
        return code.into();
    }
    commands::main(Cli::from_words(&words)).into()
}
