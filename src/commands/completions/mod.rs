//! `envward completions`: print what a shell needs to complete envward's command lines.
//!
//! The script asks envward itself, each time, so that environments and variables come from the project that the person
//! stands in. [`answer`] gives the answer: it reads the manifest and the schema, and opens no sealed file, asks no
//! keyring and says nothing about what is wrong. nushell has no such script; it gets commands and flags.

mod candidates;

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};
use clap_complete::env::{CompleteEnv, Shells};
use clap_complete_nushell::Nushell;

use super::Cli;
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `completions`.
#[derive(clap::Args)]
#[command(
    after_help = "bash:        envward completions bash > ~/.local/share/bash-completion/completions/envward\n\
                  zsh:         envward completions zsh > DIR/_envward, with DIR in $fpath\n\
                  fish:        envward completions fish > ~/.config/fish/completions/envward.fish\n\
                  PowerShell:  envward completions powershell >> $PROFILE\n\
                  elvish:      envward completions elvish >> ~/.config/elvish/rc.elv\n\
                  nushell:     envward completions nushell > envward.nu, and `use envward.nu *` in config.nu"
)]
pub struct Args {
    /// The shell
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
    Nushell,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
            Self::Nushell => "nushell",
        }
    }
}

/// Prints the script of a shell.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    match Shells::builtins().completer(args.shell.name()) {
        Some(shell) => shell
            .write_registration(env_vars::ENVWARD_COMPLETE, "envward", "envward", "envward", &mut script)
            .map_err(Error::Output)?,
        None => clap_complete::generate(Nushell, &mut Cli::command(), "envward", &mut script),
    }
    context.ui.result_bytes(&script).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}

/// Answers a shell that asks how a command line could go on; `None` if none does. `words` are those of the process.
pub fn answer(words: &[OsString]) -> Option<ExitCode> {
    let declared = || candidates::with_names(Cli::command(), words);
    let answered = CompleteEnv::with_factory(declared)
        .var(env_vars::ENVWARD_COMPLETE)
        .try_complete(words, super::directory(None).ok().as_deref());
    match answered {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::Done),
        // Nobody reads a message in the middle of a line that is being typed.
        Err(_) => Some(ExitCode::Usage),
    }
}
