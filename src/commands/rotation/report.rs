//! `envward rotation report`: the deadlines as a document, for others and for other programs.

use std::io::Write;
use std::path::PathBuf;

use super::surveying::{self, Sources};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::project::Project;
use crate::rotation::report::Head;
use crate::ui::escape;

/// Arguments of `rotation report`.
#[derive(clap::Args)]
#[command(
    after_help = "`rotation status` answers a person at a terminal, about single variables too; `rotation report` is the \
                  whole as a document. Covers every environment unless -e names one. Needs no private key, and shows no \
                  value.\n\n\
                  Formats: human, json, csv (spreadsheets), sarif (code scanning), ics (calendars), prometheus (a node \
                  exporter's textfile), markdown (the summary of a CI job), junit, html (one page that needs nothing else)"
)]
pub struct Args {
    #[command(flatten)]
    sources: Sources,

    /// Write to this file instead of standard output, whole or not at all
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the report.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::require(context)?;
    let schema = project.schema()?;
    let surveys = args.sources.survey(&project, &schema, context)?;
    let format = context.globals.format;
    let head = Head {
        generated: context.clock.now(),
        title: project.manifest.project.name.clone(),
        color: args.output.is_none() && context.ui.colors_result(),
    };
    let write = |out: &mut dyn Write| surveying::write(&surveys, |_| true, format, &head, out);
    let summary = if let Some(path) = &args.output {
        let summary = fs::stream_shared(&context.resolve(path), write)?;
        context.ui.say(&format!("wrote {}", escape(&path.display().to_string())));
        summary
    } else {
        let mut text = Vec::new();
        let summary = write(&mut text).map_err(Error::Output)?;
        context.ui.result_bytes(&text).map_err(Error::Output)?;
        summary
    };
    Ok(args.sources.exit_code(&summary))
}
