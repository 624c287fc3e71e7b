//! `envward run`: become a command with the environment injected.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::injected::{Choice, Loaded, Origin, Reading, fits, guard};
use crate::check::{self, Input, Subject};
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::inject::{self, Program};
use crate::needles::{Collector, Purpose};
use crate::schema::Schema;
use crate::seal::Fit;
use crate::secret::Values;
use crate::ui::Ui;

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

    /// Stay, and mask the secret values in what the command prints, also encoded ones
    #[arg(long)]
    redact: bool,

    /// The command to become, and its arguments; on Windows, to start and wait for
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Become a command with the environment injected.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    // What follows is printed among the output of the command, so it says who speaks.
    context.ui.speak_as("envward");
    args.choice.refuse_values()?;
    // What is secret, only the schema says.
    let reading = if args.redact { Reading::Always } else { Reading::UnlessFit };
    let loaded = args.origin.load(reading, context)?;
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
    if args.redact {
        return run_masked(&program, &child, &effective.values, schema.as_ref(), &mut context.ui);
    }
    Ok(inject::become_program(&program, &child)?)
}

/// Runs the program and masks its output. Apart from `run`, so that what it uses stays off the path of that.
#[cfg(unix)]
#[cold]
fn run_masked(
    program: &Program<'_>,
    child: &BTreeMap<&OsStr, &OsStr>,
    values: &Values,
    schema: Option<&Schema>,
    ui: &mut Ui,
) -> Result<ExitCode, Error> {
    let mut collector = Collector::new(Purpose::Mask);
    collector.add(None, values, schema);
    let needles = collector.build();
    if !needles.skipped.is_empty() {
        ui.note_names("too short to be masked", &needles.skipped);
    }
    Ok(inject::run_masked(program, child, needles)?)
}

#[cfg(not(unix))]
fn run_masked(
    _: &Program<'_>,
    _: &BTreeMap<&OsStr, &OsStr>,
    _: &Values,
    _: Option<&Schema>,
    _: &mut Ui,
) -> Result<ExitCode, Error> {
    Err(Error::usage("--redact needs Unix: on this system the output of a program cannot be masked"))
}
