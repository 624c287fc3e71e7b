//! The values that `scan` looks for: those of every environment that this machine can open.

use super::Args;
use crate::commands::injected;
use crate::commands::sealing::{say_remarks, shown};
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::fs;
use crate::needles::{Collector, Needles, Purpose};
use crate::project::{Environment, Project};
use crate::scan::Finding;
use crate::schema::Schema;
use crate::seal::{self, Access};
use crate::ui::escape;

/// What to look for, and what cannot be.
pub(super) struct Gathered {
    pub(super) needles: Needles,
    pub(super) unknown: Vec<Finding>,
}

/// Reads the values.
pub(super) fn gather(
    args: &Args,
    project: Option<&Project>,
    access: &mut Access,
    context: &mut Context,
) -> Result<Gathered, Error> {
    let mut collector = Collector::new(Purpose::Find);
    let mut unknown = Vec::new();
    match (&args.file, project) {
        _ if args.patterns => {}
        (Some(file), project) => {
            let path = context.resolve(file);
            let values = injected::bare_values(&path, access, context)?;
            let schema = project.map(Project::schema).transpose()?;
            collector.add(None, &values, schema.as_ref());
        }
        (None, None) => {
            let reason = "no manifest: this project's values are not known, and only tokens were searched for; \
                          --file names a file with values";
            unknown.push(Finding::unknown_values(reason));
        }
        (None, Some(project)) => {
            let schema = project.schema()?;
            let chosen = context.globals.env.clone();
            let names = match &chosen {
                Some(name) => vec![name],
                None => project.manifest.environments.keys().collect(),
            };
            for name in names {
                let environment = project.environment_named(name)?;
                let problem = add(&mut collector, project, &environment, &schema, access, context)?;
                unknown.extend(problem.map(Finding::unknown_values));
            }
        }
    }
    Ok(Gathered { needles: collector.build(), unknown })
}

/// Adds what an environment has, in its sealed file and in its env file, which may be newer. If the sealed file cannot
/// be opened, says so and why.
fn add(
    collector: &mut Collector,
    project: &Project,
    environment: &Environment,
    schema: &Schema,
    access: &mut Access,
    context: &mut Context,
) -> Result<Option<String>, Error> {
    let name = &environment.name;
    let mut problem = None;
    if fs::exists(&environment.sealed) {
        match seal::open(project, environment, access) {
            Ok(opened) => {
                say_remarks(&opened.remarks, &mut context.ui);
                collector.add(Some(name), &opened.values, Some(schema));
            }
            Err(error) => {
                problem = Some(format!(
                    "the values of {} in {} were not searched for: {error}",
                    escape(name),
                    shown(&environment.sealed, context)
                ));
            }
        }
    }
    if let Some(bytes) = fs::read_if_exists(&environment.env_file)? {
        let (document, _) = Document::parse_with_problems(&bytes);
        collector.add(Some(name), &document.values(), Some(schema));
    }
    Ok(problem)
}
