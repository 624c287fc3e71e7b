//! `envward rotation status`: when each variable is due, and how well it is proven when it was replaced.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::fail_on::FailOn;
use super::super::{HUMAN_OR_JSON, name, require_format};
use super::environments;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::project::Project;
use crate::rotation::Summary;
use crate::rotation::report::{self, Head};
use crate::rotation::survey::{self, Options, Survey};
use crate::schema::Schema;
use crate::suggest::closest;
use crate::ui::escape;

/// Arguments of `rotation status`.
#[derive(clap::Args)]
#[command(
    after_help = "Shows every environment unless -e names one. Needs no private key, and shows no value. \
                        Formats: human, json"
)]
pub struct Args {
    /// Only these variables
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    #[command(flatten)]
    fail_on: FailOn,

    /// Leave the history of git out
    #[arg(long)]
    no_git: bool,

    /// Also ask the stores when they got what they serve
    #[arg(long)]
    stores: bool,

    /// File with a private key: then dates inside of values count too
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Shows when each variable is due.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN_OR_JSON, context)?;
    let project = Project::require(context)?;
    let schema = project.schema()?;
    known(&args.names, &schema)?;
    let mut surveys = Vec::new();
    let git = if args.no_git { None } else { Git::discover(&project.root, &context.env) };
    for environment in environments(&project, context)? {
        let options = Options {
            git: git.as_ref(),
            stores: &[],
            keys: None,
            expiries: &BTreeMap::new(),
            now: context.clock.now(),
        };
        surveys.push(survey::survey(&project, &environment, &schema, options)?);
    }
    let (text, summary) = render(surveys, &args.names, &project, context)?;
    context.ui.result_bytes(&text).map_err(Error::Output)?;
    Ok(ExitCode::from_findings(args.fail_on.is_met(&summary)))
}

/// Refuses names that the schema does not know.
fn known(names: &[String], schema: &Schema) -> Result<(), Error> {
    for variable in names {
        name::require(variable)?;
        if !schema.vars.contains_key(variable) {
            let message = format!("the schema has no variable {:?}", escape(variable));
            let close = closest(variable, schema.vars.keys().map(String::as_str));
            return Err(Error::Usage {
                message,
                help: close.map(|close| format!("did you mean {close:?}?")),
            });
        }
    }
    Ok(())
}

fn render(
    surveys: Vec<Survey>,
    names: &[String],
    project: &Project,
    context: &Context,
) -> Result<(Vec<u8>, Summary), Error> {
    let head = Head {
        generated: context.clock.now(),
        title: project.manifest.project.name.clone(),
        color: context.ui.colors_result(),
    };
    let mut text = Vec::new();
    let mut sink = report::open(context.globals.format, &head, Box::new(&mut text)).map_err(Error::Output)?;
    let mut summary = Summary::default();
    summary.projects = 1;
    for survey in surveys {
        for row in survey.rows.iter().filter(|row| names.is_empty() || names.contains(&row.variable)) {
            summary.add(row.status);
            sink.row(row).map_err(Error::Output)?;
        }
        summary.without_policy += survey.without_policy;
        let findings = survey.findings.into_iter().map(|finding| (head.title.clone(), finding));
        summary.findings.extend(findings);
    }
    sink.finish(&summary).map_err(Error::Output)?;
    Ok((text, summary))
}
