//! `envward unseal`: take the changes of the sealed file into the env file.

use std::path::{Path, PathBuf};

use super::sealing::{say_remarks, shown};
use super::take::TakeArgs;
use super::{HUMAN, require_format};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::merge::{Merge, Side, Take};
use crate::project::{Environment, Project};
use crate::seal::{self, Access, Opened, Unsealed, WorkingCopy};
use crate::{export, fs};

/// Arguments of `unseal`.
#[derive(clap::Args)]
pub struct Args {
    /// A sealed file outside of any project; needs --stdout or -o
    file: Option<PathBuf>,

    /// Print the values: as an env file, or with --format json as an object
    #[arg(long, conflicts_with_all = ["output", "prune", "take"])]
    stdout: bool,

    /// The env file to write, which must not exist yet
    #[arg(short, long, value_name = "FILE", requires = "file")]
    output: Option<PathBuf>,

    /// Remove what was removed from the sealed file
    #[arg(long, conflicts_with = "file")]
    prune: bool,

    #[command(flatten)]
    take: TakeArgs,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Take the changes of the sealed file into the env file.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let json = context.globals.format == Format::Json;
    if !args.stdout {
        require_format(HUMAN, context)?;
    }
    let mut access = Access::from_context(context, args.identity.as_deref());
    if let Some(file) = &args.file {
        let opened = seal::open_bare(&context.resolve(file), &mut access)?;
        say_remarks(&opened.remarks, &mut context.ui);
        return match &args.output {
            Some(output) => write(&opened, output, context),
            None if args.stdout => print(&opened, json, context),
            None => Err(Error::usage("say where the values go: --stdout, or -o FILE")),
        };
    }
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let opened = seal::open(&project, &environment, &mut access)?;
    say_remarks(&opened.remarks, &mut context.ui);
    if args.stdout {
        return print(&opened, json, context);
    }
    let take = args.take.decision()?;
    unseal(&opened, &environment, take.as_ref(), args.prune, &access, context)
}

fn unseal(
    opened: &Opened,
    environment: &Environment,
    take: Option<&Take>,
    prune: bool,
    access: &Access,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let copy = match WorkingCopy::read(opened)? {
        Some(copy) => Some(copy),
        None => WorkingCopy::empty(opened)?,
    };
    // Every file of an environment that opens has a project key.
    let Some(mut copy) = copy else { return Ok(ExitCode::Done) };
    let merge = copy.decide(&opened.values, take)?;
    let unsealed = copy.unseal(&merge, &opened.lines, prune);
    if take.is_some_and(|take| take.side == Side::Ours) {
        let names = [merge.ours.as_slice(), &merge.ours_removed].concat();
        copy.settle(&names, &opened.values, true);
    }
    copy.save(opened, access)?;
    say_unsealed(&unsealed, &environment.env_file, context);
    say_left(&merge, prune, context);
    Ok(ExitCode::from_findings(!unsealed.refused.is_empty()))
}

fn say_unsealed(unsealed: &Unsealed, path: &Path, context: &mut Context) {
    let file = shown(path, context);
    if *unsealed == Unsealed::default() {
        context.ui.say(&format!("{file} is up to date"));
        return;
    }
    context.ui.say(&format!("unsealed into {file}"));
    context.ui.say_names("written", &unsealed.written);
    context.ui.say_names("removed", &unsealed.removed);
    context.ui.say_names("left", &unsealed.sealed_only);
    if !unsealed.sealed_only.is_empty() {
        context.ui.note("a value of several lines stays in the sealed file alone; `run` has it");
    }
    for (name, reason) in &unsealed.refused {
        context.ui.warn(&format!("{name} cannot be written into an env file: {reason}"));
        context.ui.help("`run` has it from the sealed file; a new value in letters and digits would fit");
    }
}

/// Says what differs still, and what to do about it.
fn say_left(merge: &Merge, prune: bool, context: &mut Context) {
    if !merge.theirs_removed.is_empty() && !prune {
        context.ui.note_names("not in the sealed file, kept in the env file", &merge.theirs_removed);
        context.ui.help("remove them with --prune");
    }
    let ahead = [merge.ours.as_slice(), &merge.ours_removed].concat();
    if !ahead.is_empty() {
        context.ui.note_names("changed in the env file and not sealed yet", &ahead);
        context.ui.help("take them into the sealed file with: envward seal");
    }
}

/// Writes a new env file outside of any project.
fn write(opened: &Opened, output: &Path, context: &mut Context) -> Result<ExitCode, Error> {
    let output = context.resolve(output);
    if fs::exists(&output) {
        return Err(seal::Error::Exists { path: output }.into());
    }
    fs::write_private(&output, opened.to_env_file().as_bytes())?;
    let file = shown(&output, context);
    context.ui.say(&format!("unsealed into {file}"));
    Ok(ExitCode::Done)
}

fn print(opened: &Opened, json: bool, context: &mut Context) -> Result<ExitCode, Error> {
    let text = if json { export::json::render(&opened.values) } else { opened.to_env_file() };
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::Done)
}
