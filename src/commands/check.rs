//! `envward check`: validate env files, sealed files or the process environment against the schema.

mod code;
mod fix;
mod inputs;

use std::path::PathBuf;

use inputs::{Inputs, Loaded};

use super::explain;
use crate::check::format::{self, Place};
use crate::check::{self, Report, Subject};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Arguments of `check`.
#[derive(clap::Args)]
#[command(after_help = "Formats: human, json, sarif, github, gitlab, junit")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    /// Env files or sealed files [default: those of the environment]; with --code: code [default: the project]
    #[arg(value_name = "FILE", conflicts_with = "process")]
    files: Vec<PathBuf>,

    /// Schema: a file, or builtin:NAME [default: the project's]
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<String>,

    /// Check the environment that envward was started with
    #[arg(long)]
    process: bool,

    /// Check what this store has for the environment
    #[arg(long, value_name = "STORE", conflicts_with_all = ["files", "process", "schema", "fix"])]
    store: Option<String>,

    /// Compare what the code reads with what the schema has
    #[arg(long, conflicts_with_all = ["process", "store", "fix", "identity"])]
    code: bool,

    /// Warnings fail the check too
    #[arg(long)]
    strict: bool,

    /// Repair env files where that needs no decision, and check the result
    #[arg(long, conflicts_with = "process")]
    fix: bool,

    /// The programs that read the env files, with commas between them [default: those the manifest declares]
    #[arg(long, value_name = "READERS", value_delimiter = ',', conflicts_with_all = ["process", "store", "code"])]
    readers: Vec<String>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Validate env files, sealed files or the process environment against the schema.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    if args.code {
        return code::run(args, context);
    }
    explain::named(&args.readers)?;
    let mut inputs = inputs::load(args, context)?;
    if !args.readers.is_empty() {
        inputs.read_by(&args.readers);
    }
    if args.fix {
        fix::fix(&mut inputs, context)?;
    }
    if inputs.schema.is_none() {
        context.ui.note("no schema: only what needs none is checked");
        context.ui.help("name one with --schema FILE, or --schema builtin:NAME");
    }
    let report = examine(&inputs, context);
    let places: Vec<Place<'_>> = inputs.loaded.iter().map(Loaded::place).collect();
    let text = render(&report, &places, args.strict, context);
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::from_findings(report.fails(args.strict)))
}

fn examine(inputs: &Inputs, context: &Context) -> Report {
    let mut report = Report::default();
    for loaded in &inputs.loaded {
        let subject = Subject::new(
            inputs.schema.as_ref(),
            &loaded.environment,
            loaded.file.as_deref(),
            loaded.input(),
            &inputs.others,
            context.clock.now(),
        );
        report.append(check::check(&subject));
    }
    report
}

fn render(report: &Report, places: &[Place<'_>], strict: bool, context: &Context) -> String {
    match context.globals.format {
        Format::Human if context.globals.quiet && report.diagnostics.is_empty() => String::new(),
        Format::Json => format::json::render(report),
        Format::Sarif => format::sarif::render(report, check::rules::codes()),
        Format::Github => format::github::render(report),
        Format::Gitlab => format::gitlab::render(report),
        Format::Junit => format::junit::render(report, places, strict),
        // The forms that `check` does not have were refused before.
        _ => format::human::render(report, places, context.ui.colors_result()),
    }
}
