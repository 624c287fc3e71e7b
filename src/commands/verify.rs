//! `envward verify`: check the seal: structure, recipients, record, authorship, age.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use super::sealing::{say_remarks, shown};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::seal::{Access, Opened, Outcome, Verdict, verify, verify_bare};
use crate::ui::escape;

/// Arguments of `verify`.
#[derive(clap::Args)]
pub struct Args {
    /// A sealed file outside of any project
    file: Option<PathBuf>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Check the seal: structure, recipients, record, authorship, age.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let json = context.globals.format == Format::Json;
    let mut access = Access::from_context(context, args.identity.as_deref());
    let (path, verdict) = if let Some(file) = &args.file {
        let path = context.resolve(file);
        let verdict = verify_bare(&path, &mut access)?;
        (path, verdict)
    } else {
        let project = Project::require(context)?;
        let environment = project.environment(context)?;
        let verdict = verify(&project, &environment, &mut access)?;
        (environment.sealed, verdict)
    };
    let file = shown(&path, context);
    let text = if json { as_json(&file, &verdict) } else { as_text(&file, &verdict) };
    context.ui.result(&text).map_err(Error::Output)?;
    for hint in verdict.skipped.iter().filter_map(|skipped| skipped.hint.as_deref()) {
        context.ui.help(hint);
    }
    if let Some(opened) = &verdict.opened {
        // A difference in the recipients is one of the checks.
        let others = opened.remarks.iter().filter(|remark| !remark.is_finding());
        say_remarks(&others.cloned().collect::<Vec<_>>(), &mut context.ui);
    }
    Ok(ExitCode::from_findings(verdict.has_findings()))
}

fn as_text(file: &str, verdict: &Verdict) -> String {
    let mut text = format!("{file}\n");
    for (check, outcome) in &verdict.checks {
        let (word, message) = words(outcome);
        let _ = writeln!(text, "  {word:<12}{:<12}{}", check.name(), escape(message));
    }
    if let Some(pin) = verdict.opened.as_ref().and_then(Opened::pin) {
        let _ = writeln!(text, "  {:<12}{:<12}{pin}", "", "pin");
    }
    text
}

fn as_json(file: &str, verdict: &Verdict) -> String {
    let checks: Vec<_> = verdict
        .checks
        .iter()
        .map(|(check, outcome)| {
            let (word, message) = words(outcome);
            json!({ "check": check.name(), "outcome": word, "message": message })
        })
        .collect();
    let opened = verdict.opened.as_ref();
    let report = json!({
        "version": 1,
        "file": file,
        "generation": opened.and_then(|opened| opened.generation),
        "pin": opened.and_then(Opened::pin),
        "checks": checks,
    });
    format!("{report:#}\n")
}

fn words(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Right(message) => ("right", message),
        Outcome::Wrong(message) => ("wrong", message),
        Outcome::Unchecked(message) => ("unchecked", message),
    }
}
