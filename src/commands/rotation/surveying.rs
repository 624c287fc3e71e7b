//! What `rotation status` and `rotation report` share: what they look at, and writing what they found.

use std::io::{self, Write};
use std::path::PathBuf;

use super::super::fail_on::FailOn;
use super::environments;
use super::opening::{Opened, ask_stores};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::project::Project;
use crate::rotation::Summary;
use crate::rotation::report::{self, Head};
use crate::rotation::survey::{self, Options, Survey};
use crate::schema::Schema;

/// The flags of both, to be flattened into their arguments.
#[derive(clap::Args)]
pub struct Sources {
    #[command(flatten)]
    fail_on: FailOn,

    /// Leave the history of git out
    #[arg(long)]
    no_git: bool,

    /// Also ask the stores when they got what they serve
    #[arg(long)]
    stores: bool,

    /// File with a private key: then the ends of tokens and certificates count, and forged entries show
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Sources {
    /// Surveys the environment that was chosen, else all of them.
    pub fn survey(
        &self,
        project: &Project,
        schema: &Schema,
        context: &mut Context,
    ) -> Result<Vec<Survey>, Error> {
        let git = if self.no_git { None } else { Git::discover(&project.root, &context.env) };
        let mut surveys = Vec::new();
        for environment in environments(project, context)? {
            let opened = match &self.identity {
                Some(identity) => Opened::open(project, &environment, schema, identity, context)?,
                None => Opened::default(),
            };
            let stores = if self.stores { ask_stores(project, &environment, context)? } else { Vec::new() };
            let options = Options {
                git: git.as_ref(),
                stores: &stores,
                keys: opened.keys.as_deref(),
                expiries: &opened.expiries,
                now: context.clock.now(),
            };
            surveys.push(survey::survey(project, &environment, schema, options)?);
        }
        Ok(surveys)
    }

    /// How the command ends.
    pub fn exit_code(&self, summary: &Summary) -> ExitCode {
        ExitCode::from_findings(self.fail_on.is_met(summary))
    }
}

/// Writes what a project's surveys say of the variables that are `shown`, by name, and what that adds up to.
pub fn write(
    surveys: &[Survey],
    shown: impl Fn(&str) -> bool,
    format: Format,
    head: &Head,
    out: &mut dyn Write,
) -> io::Result<Summary> {
    let mut sink = report::open(format, head, Box::new(out))?;
    let mut summary = Summary::default();
    summary.projects = 1;
    for survey in surveys {
        for row in survey.rows.iter().filter(|row| shown(&row.variable)) {
            summary.add(row.status);
            sink.row(row)?;
        }
        summary.authors_unchecked |= survey.authors_unchecked;
        summary.without_policy += survey.without_policy.iter().filter(|name| shown(name)).count();
        for finding in &survey.findings {
            // What is wrong with the ledger as a whole shows from every environment.
            let finding = (head.title.clone(), finding.clone());
            if !summary.findings.contains(&finding) {
                summary.findings.push(finding);
            }
        }
    }
    sink.finish(&summary)?;
    Ok(summary)
}
