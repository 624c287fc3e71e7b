//! `envward run`: become a command with the environment injected.

use std::ffi::OsString;

use super::injected::{Loaded, Origin, Reading, fits};
use super::name;
use crate::check::{self, Input, Subject};
use crate::context::Context;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::inject::{self, Effective, Program, Selection, Verdict};
use crate::seal::Fit;
use crate::ui::Ui;

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    origin: Origin,

    /// Start from an empty environment instead of the caller's
    #[arg(long)]
    clean: bool,

    /// Inject only these variables
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "except")]
    only: Vec<String>,

    /// Inject all variables but these
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    except: Vec<String>,

    /// Start the command although the environment may not fit its schema
    #[arg(long)]
    no_check: bool,

    /// Inject this variable although its name changes how programs load code
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    allow_name: Vec<String>,

    /// The command to become, and its arguments; on Windows, to start and wait for
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Become a command with the environment injected.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    // What follows is printed among the output of the command, so it says who speaks.
    context.ui.speak_as("envward");
    for name in args.only.iter().chain(&args.except).chain(&args.allow_name) {
        name::refuse_value(name)?;
    }
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
    selection(args).apply(&mut effective.values)?;
    guard(&effective, &args.allow_name, &mut context.ui)?;
    let child = inject::child_environment(&context.env, &effective.values, args.clean)?;
    let program = Program {
        name: args.command.first().map(OsString::as_os_str).unwrap_or_default(),
        arguments: args.command.get(1..).unwrap_or_default(),
        directory: &context.cwd,
        path: context.env.get_os(env_vars::PATH),
    };
    Ok(inject::become_program(&program, &child)?)
}

fn selection(args: &Args) -> Selection {
    match (args.only.is_empty(), args.except.is_empty()) {
        (false, _) => Selection::Only(args.only.clone()),
        (true, false) => Selection::Except(args.except.clone()),
        (true, true) => Selection::All,
    }
}

/// Refuses names that the file may not set, and warns of others. What the platform set is not the file's.
fn guard(effective: &Effective, allowed: &[String], ui: &mut Ui) -> Result<(), inject::Error> {
    let mut refused = Vec::new();
    let is_from_file = |name: &&String| !effective.from_platform.contains(*name) && !allowed.contains(name);
    for name in effective.values.keys().filter(is_from_file) {
        match inject::hazard(name) {
            Some(hazard) if hazard.verdict == Verdict::Refused => refused.push((name.clone(), hazard.why)),
            Some(hazard) => ui.warn(&format!("the environment sets {name}: {}", hazard.why)),
            None => {}
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(inject::Error::Refused(refused)) }
}
