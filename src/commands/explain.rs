//! `envward explain`: what each program makes of the env file, or of one variable, and why they differ.

use std::path::{Path, PathBuf};

use super::name;
use super::sealing::shown;
use crate::cli::Format;
use crate::context::Context;
use crate::dotenv::readers::{self, Reader};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::explain::human::View;
use crate::explain::{Explanation, explain, human, json};
use crate::project::Project;
use crate::suggest::closest;
use crate::ui::escape;
use crate::{fs, seal};

/// Arguments of `explain`.
#[derive(clap::Args)]
#[command(
    after_help = "Also for files that envward itself does not read. Ends with 1 if not every reader sees what is written,\n\
                  or all the same in the place of a reference.\n\
                  Formats: human, json"
)]
pub struct Args {
    /// The variable [default: every one]
    name: Option<String>,

    /// Explain this env file instead of the environment's
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// The programs that read it, with commas between them [default: those the manifest declares, else the most common]
    #[arg(long, value_name = "READERS", value_delimiter = ',')]
    readers: Vec<String>,

    /// Show the values: on a terminal, or as JSON
    #[arg(long)]
    show_values: bool,
}

/// Shells that read a file as `sh` does.
const SHELLS: &[&str] = &["dash", "ash", "busybox", "ksh"];

/// Show what each program makes of the env file.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    if let Some(name) = &args.name {
        name::refuse_value(name)?;
    }
    let as_json = context.globals.format == Format::Json;
    if args.show_values && !as_json && !context.ui.result_is_terminal() {
        let help = "leave --show-values out, or use --format json";
        return Err(Error::usage_with_help("--show-values shows values to people on a terminal only", help));
    }
    let asked = named(&args.readers)?;
    if args.file.is_none() && Project::find(context)?.is_none() {
        context.ui.error("no envward.toml here or above says which env file");
        context.ui.help("name the file, which needs no manifest: envward explain --file .env");
        return Ok(ExitCode::Unreadable);
    }
    let (path, declared) = file(args, context)?;
    let asked = if asked.is_empty() { declared } else { asked };
    let known = !asked.is_empty();
    let most_common = || readers::DEFAULT.iter().filter_map(|id| readers::by_id(id)).collect();
    let asked = if known { asked } else { most_common() };
    let bytes = fs::read(&path)?;
    let file = shown(&path, context);
    if seal::is_sealed(&bytes) {
        let help = "name an env file with --file; what a program gets of it shows: envward run -- env";
        return Err(Error::usage_with_help(
            format!("{file} is a sealed file, which no program reads as it is"),
            help,
        ));
    }
    let mut explanation = explain(&bytes, &asked, known);
    if let Some(name) = &args.name
        && !keep(name, &mut explanation, &file, context)
    {
        return Ok(ExitCode::Findings);
    }
    let text = if as_json {
        json::render(&explanation, &file, args.show_values)
    } else {
        let view = View { values: args.show_values, color: context.ui.colors_result() };
        human::render(&explanation, &file, view)
    };
    context.ui.result(&text).map_err(Error::Output)?;
    let winning = explanation.process_wins();
    if !winning.is_empty() && !as_json {
        let message = format!(
            "with {}, a variable that the process has already wins over the file",
            winning.join(", ")
        );
        context.ui.note(&message);
    }
    Ok(ExitCode::from_findings(explanation.differs()))
}

/// The readers of these ids.
pub(super) fn named(ids: &[String]) -> Result<Vec<&'static dyn Reader>, Error> {
    let find = |id: &String| {
        readers::by_id(id).ok_or_else(|| {
            let known: Vec<_> = readers::ALL.iter().map(|reader| reader.id()).collect();
            let meant = SHELLS.contains(&id.as_str()).then_some("sh");
            let help = match meant.or_else(|| closest(id, known.iter().copied())) {
                Some(close) => format!("did you mean {close}?"),
                None => format!("the readers are: {}", known.join(", ")),
            };
            Error::usage_with_help(format!("no reader is called {:?}", escape(id)), help)
        })
    };
    ids.iter().map(find).collect()
}

/// The file, and the readers that are declared for it.
fn file(args: &Args, context: &mut Context) -> Result<(PathBuf, Vec<&'static dyn Reader>), Error> {
    let (path, declared) = match &args.file {
        // Nothing is asked of a project then, so that a broken one is not in the way.
        Some(file) if !args.readers.is_empty() => (context.resolve(file), Vec::new()),
        Some(file) => {
            let path = context.resolve(file);
            let declared = declared_for(&path, context)?;
            (path, declared)
        }
        None => {
            let environment = Project::require(context)?.environment(context)?;
            (environment.env_file, environment.readers)
        }
    };
    Ok((path, declared.iter().filter_map(|id| readers::by_id(id)).collect()))
}

/// The readers of the environment that a file belongs to, else of the one that is chosen.
fn declared_for(path: &Path, context: &Context) -> Result<Vec<String>, Error> {
    let Some(project) = Project::find(context)? else { return Ok(Vec::new()) };
    let owner = project.environment_of(path).map_or_else(|| project.environment(context), Ok);
    match owner {
        Ok(environment) => Ok(environment.readers),
        // Only who names an environment has to be told that there is none.
        Err(error) if context.globals.env.is_some() => Err(error.into()),
        Err(_) => Ok(Vec::new()),
    }
}

/// Keeps one variable of the explanation; says that there is none of that name.
fn keep(name: &str, explanation: &mut Explanation, file: &str, context: &mut Context) -> bool {
    let known: Vec<String> = explanation.variables.iter().map(|variable| variable.name.clone()).collect();
    explanation.variables.retain(|variable| variable.name == name);
    if !explanation.variables.is_empty() {
        return true;
    }
    context.ui.error(&format!("no reader sees {} in {file}", escape(name)));
    if let Some(close) = closest(name, known.iter().map(String::as_str)) {
        context.ui.help(&format!("did you mean {}?", escape(close)));
    }
    false
}
