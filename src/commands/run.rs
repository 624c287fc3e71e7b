//! `envward run`: become a command with the environment injected.

use std::ffi::OsString;

use super::injected::{Choice, Loaded, Origin, Reading, fits, guard};
use crate::check::{self, Input, Subject};
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::inject::{self, Program};
use crate::seal::Fit;

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    origin: Origin,

    #[command(flatten)]
    choice: Choice,

    /// Start from an empty environment instead of the caller's
    #[arg(long)]
    clean: bool,

    /// Start the command although the environment may not fit its schema
    #[arg(long)]
    no_check: bool,

    /// The command to become, and its arguments; on Windows, to start and wait for
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Become a command with the environment injected.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    // What follows is printed among the output of the command, so it says who speaks.
    context.ui.speak_as("envward");
    args.choice.refuse_values()?;
    let loaded = args.origin.load(Reading::UnlessFit, context)?;
    let Loaded { values, schema, fit, sight, environment, .. } = loaded;
    let mut effective = inject::effective(values, schema.as_ref(), &environment, &context.env);
    if !args.no_check && !fit {
        let (input, now) = (Input::Process(&effective.values), context.clock.now());
        let subject = Subject::new(schema.as_ref(), &environment, None, input, &[], now);
        if !fits(&subject, &mut context.ui) {
            context.ui.help(&format!("nothing was started; see more with: {}", args.origin.check()));
            return Ok(ExitCode::Findings);
        }
        if let (Some(schema), Some(mut sight), true) = (&schema, sight, effective.is_as_in_file()) {
            sight.remember(Fit::new(schema, check::next_change(&subject)));
        }
    }
    args.choice.selection().apply(&mut effective.values)?;
    guard(&effective, &args.choice, &mut context.ui)?;
    let child = inject::child_environment(&context.env, &effective.values, args.clean)?;
    let program = Program {
        name: args.command.first().map(OsString::as_os_str).unwrap_or_default(),
        arguments: args.command.get(1..).unwrap_or_default(),
        directory: &context.cwd,
        path: context.env.get_os(env_vars::PATH),
    };
    Ok(inject::become_program(&program, &child)?)
}
