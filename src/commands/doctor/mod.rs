//! `envward doctor`: what is set up, what is not, and the next step. One file for each examination.
//!
//! It never ends early: what cannot be found out is a finding of its own. It changes nothing, and shows no value.

mod environments;
mod files;
mod git;
mod identity;
mod keyring;
mod plugins;
mod recipients;
mod report;
mod stores;
mod versions;

use std::path::PathBuf;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::{Environment, Project};
use crate::store::{Finding, Level, Policy};

/// Arguments of `doctor`.
#[derive(clap::Args)]
#[command(
    after_help = "Without -e, every environment. Ends with 1 if something is bad. Formats: human, json."
)]
pub struct Args {
    /// Print also the least that the login of each store has to be allowed: HCL for Vault, IAM JSON for AWS
    #[arg(long)]
    policy: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// What is examined.
struct Patient {
    project: Option<Project>,
    environments: Vec<Environment>,
    identity: Option<PathBuf>,
}

/// What an examination found, and of what.
struct Found {
    /// The area, such as `git`.
    area: &'static str,
    finding: Finding,
}

/// The policy for one store and environment.
struct StorePolicy {
    store: String,
    environment: String,
    policy: Policy,
}

type Examination = fn(&Patient, &mut Context) -> Vec<Finding>;

/// The examinations, in the order in which their findings are shown.
const EXAMINATIONS: &[(&str, Examination)] = &[
    ("versions", versions::examine),
    ("identity", identity::examine),
    ("keyring", keyring::examine),
    ("git", git::examine),
    ("files", files::examine),
    ("environment", environments::examine),
    ("recipients", recipients::examine),
    ("plugins", plugins::examine),
    ("store", stores::examine),
];

/// Says what is set up, what is not, and the next step.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let mut found = Vec::new();
    let patient = admit(args, &mut found, context);
    for &(area, examine) in EXAMINATIONS {
        found.extend(examine(&patient, context).into_iter().map(|finding| Found { area, finding }));
    }
    let mut policies = Vec::new();
    if args.policy {
        let (drawn_up, failed) = stores::policies(&patient);
        policies = drawn_up;
        found.extend(failed.into_iter().map(|finding| Found { area: "store", finding }));
    }
    report::show(&found, &policies, context)?;
    Ok(ExitCode::from_findings(found.iter().any(|found| found.finding.level == Level::Bad)))
}

/// Reads the manifest as far as it can be read.
fn admit(args: &Args, found: &mut Vec<Found>, context: &Context) -> Patient {
    let identity = args.identity.clone();
    let mut add = |finding| found.push(Found { area: "manifest", finding });
    let project = match Project::require(context) {
        Ok(project) => project,
        Err(error) => {
            add(bad(&error, error.hint()));
            return Patient { project: None, environments: Vec::new(), identity };
        }
    };
    match project.schema() {
        Ok(schema) => add(Finding::good(format!(
            "project {:?} with schema {:?}",
            project.manifest.project.name, schema.name
        ))),
        Err(error) => add(bad(&error, error.hint())),
    }
    let names: Vec<&str> = match &context.globals.env {
        Some(name) => vec![name],
        None => project.manifest.environments.keys().map(String::as_str).collect(),
    };
    let mut environments = Vec::new();
    for name in names {
        match project.environment_named(name) {
            Ok(environment) => environments.push(environment),
            Err(error) => add(bad(&error, error.hint())),
        }
    }
    if project.manifest.environments.is_empty() {
        add(Finding::notice("it has no environments", "add [environments.production] to envward.toml"));
    }
    Patient { project: Some(project), environments, identity }
}

/// An error as a finding.
fn bad(error: &dyn std::error::Error, hint: Option<String>) -> Finding {
    Finding::bad(error.to_string(), hint)
}
