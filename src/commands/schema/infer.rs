//! `envward schema infer`: a schema from what is there already.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::generate::Recipe;
use crate::manifest::slug;
use crate::schema::infer::files::{self, Reading};
use crate::schema::infer::{self, Variable, render};
use crate::ui::{escape, relative};

/// Arguments of `schema infer`.
#[derive(clap::Args)]
pub struct Args {
    /// Files to read, and directories to look through
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Write the schema to a file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The JSON form.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    variables: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    value_type: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    values: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'static str>,
    secret: bool,
    required: bool,
    default: Option<&'a str>,
    generate: Option<&'a Recipe>,
    description: Option<&'a str>,
    group: Option<&'a str>,
    unsure: &'a [&'static str],
    seen: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: u32,
}

/// Write a schema from env examples, guides, compose files and code that are there already.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| context.cwd.join(path)).collect();
    let reading = files::read(&paths)?;
    for path in &reading.without {
        let shown = path.display().to_string();
        context.ui.warn(&format!(
            "{} holds no variable that envward finds",
            escape(&relative(&shown, &context.cwd))
        ));
    }
    say_partly(&reading, context);
    let count = reading.files.len();
    let variables = infer::decide(reading.sightings);
    if variables.is_empty() {
        return Err(Error::usage_with_help(
            "nothing names an environment variable there",
            "name an env example, a compose file, a guide, or the directory of a project",
        ));
    }
    let text = match context.globals.format {
        Format::Json => json(&variables, &context.cwd),
        _ => render::schema(&name(&paths, context), &variables, &context.cwd),
    };
    match &args.out {
        Some(out) => write(&context.cwd.join(out), &text, context)?,
        None => context.ui.result(&text).map_err(Error::Output)?,
    }
    say_found(&variables, count, context);
    Ok(ExitCode::Done)
}

fn json(variables: &[Variable], root: &Path) -> String {
    let variables = variables.iter().map(|variable| row(variable, root)).collect();
    serde_json::to_string_pretty(&Report { version: 1, variables }).expect("names and words are always JSON")
        + "\n"
}

fn row<'a>(variable: &'a Variable, root: &Path) -> Row<'a> {
    let seen = variable.seen.iter().map(|seen| {
        let file = seen.file.strip_prefix(root).unwrap_or(&seen.file);
        Place { file: file.display().to_string(), line: seen.line }
    });
    Row {
        name: &variable.name,
        value_type: variable.value_type.name,
        values: &variable.value_type.values,
        of: variable.value_type.of,
        secret: variable.secret,
        required: variable.required,
        default: variable.default.as_deref(),
        generate: variable.generate.as_ref(),
        description: variable.description.as_deref(),
        group: variable.group.as_deref(),
        unsure: &variable.doubts,
        seen: seen.collect(),
    }
}

/// What the schema is called: like the directory, or the directory of the file.
fn name(paths: &[PathBuf], context: &Context) -> String {
    let first = paths.first().map_or(context.cwd.as_path(), PathBuf::as_path);
    let directory = if first.is_dir() { Some(first) } else { first.parent() };
    let directory = directory.and_then(|path| fs::canonicalize(path).ok());
    let name = directory.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.as_deref().and_then(slug).unwrap_or_else(|| "application".to_owned())
}

fn write(path: &Path, text: &str, context: &mut Context) -> Result<(), Error> {
    let shown = path.display().to_string();
    let shown = escape(&relative(&shown, &context.cwd)).into_owned();
    if !fs::create_shared(path, text.as_bytes())? {
        return Err(Error::usage_with_help(
            format!("{shown} is there already; nothing was changed"),
            "move it away, or name another file with --out",
        ));
    }
    context.ui.say(&format!("wrote {shown}"));
    Ok(())
}

/// Says which files were understood in part only.
pub(in crate::commands) fn say_partly(reading: &Reading, context: &mut Context) {
    for (path, problem) in &reading.partly {
        let shown = path.display().to_string();
        context.ui.warn(&format!("{} {problem}", escape(&relative(&shown, &context.cwd))));
    }
}

/// Says what was found in so many files, and what to look at.
pub(in crate::commands) fn say_found(variables: &[Variable], files: usize, context: &mut Context) {
    let secrets = variables.iter().filter(|variable| variable.secret).count();
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let (found, files) = (counted(variables.len(), "variable"), counted(files, "file"));
    context.ui.say(&format!("found {found} in {files}, {secrets} of them secret"));
    let unsure = variables.iter().filter(|variable| !variable.doubts.is_empty());
    let unsure: Vec<String> = unsure.map(|variable| variable.name.clone()).collect();
    context.ui.say_names("unsure:", &unsure);
}
