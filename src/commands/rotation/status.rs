//! `envward rotation status`: when each variable is due, and how well it is proven when it was replaced.

use super::super::{HUMAN_OR_JSON, name, require_format};
use super::surveying::{self, Sources};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::rotation::report::Head;
use crate::rotation::survey::Survey;
use crate::schema::Schema;
use crate::suggest::closest;
use crate::ui::{Ui, escape};

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
    sources: Sources,
}

/// Shows when each variable is due.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_format(HUMAN_OR_JSON, context)?;
    let project = Project::require(context)?;
    let schema = project.schema()?;
    known(&args.names, &schema)?;
    let surveys = args.sources.survey(&project, &schema, context)?;
    let head = Head {
        generated: context.clock.now(),
        title: project.manifest.project.name.clone(),
        color: context.ui.colors_result(),
    };
    let shown = |name: &str| args.names.is_empty() || args.names.iter().any(|chosen| chosen == name);
    let mut text = Vec::new();
    let summary = surveying::write(&surveys, shown, context.globals.format, &head, &mut text);
    let summary = summary.map_err(Error::Output)?;
    context.ui.result_bytes(&text).map_err(Error::Output)?;
    if context.globals.format == Format::Human {
        say_without_policy(&surveys, shown, &mut context.ui);
    }
    Ok(args.sources.exit_code(&summary))
}

/// Says which secret variables nothing makes due.
fn say_without_policy(surveys: &[Survey], shown: impl Fn(&str) -> bool, ui: &mut Ui) {
    for survey in surveys {
        let names: Vec<String> = survey.without_policy.iter().filter(|name| shown(name)).cloned().collect();
        if !names.is_empty() {
            ui.note_names(&format!("without a policy in {}", escape(&survey.environment)), &names);
        }
    }
}

/// Refuses names that the schema does not know.
pub(in crate::commands) fn known(names: &[String], schema: &Schema) -> Result<(), Error> {
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
