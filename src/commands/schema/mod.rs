//! `envward schema`: what a project declares.
//!
//! To add a subcommand: write its file with `Args` and `run`, and add it to [`Action`] and to [`run`].

mod docs;
mod example;
mod infer;
mod json_schema;
mod show;

use std::path::{Path, PathBuf};

pub(in crate::commands) use self::infer::{say_found, say_partly};
use super::sealing::shown;
use super::{HUMAN, require_format};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::project::{Project, STRICTEST};
use crate::schema::{self, Schema, Source};

/// Where an earlier document shows what it is, in bytes from its beginning.
const HEAD: usize = 256;

/// Arguments of `schema`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Write a schema from env examples, guides, compose files and code that are there already
    Infer(infer::Args),
    /// Show the schema with what it extends, or one variable of it
    Show(show::Args),
    /// Write the schema as a page in Markdown
    Docs(docs::Args),
    /// Write a JSON Schema of the environment, with which other tools can validate it
    JsonSchema(json_schema::Args),
    /// Write an example env file, to be copied and filled in
    Example(example::Args),
}

/// What a project declares.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    match &args.action {
        Action::Infer(args) => infer::run(args, context),
        Action::Show(args) => show::run(args, context),
        Action::Docs(args) => docs::run(args, context),
        Action::JsonSchema(args) => json_schema::run(args, context),
        Action::Example(args) => example::run(args, context),
    }
}

/// Which schema.
#[derive(clap::Args)]
struct Which {
    /// Schema: a file, or builtin:NAME [default: the project's]
    #[arg(long, value_name = "SCHEMA")]
    schema: Option<String>,
}

impl Which {
    /// The schema, and the environment whose defaults count: the chosen one, else the project's, else the strictest.
    fn load(&self, context: &Context) -> Result<(Schema, String), Error> {
        let chosen = context.globals.env.clone();
        if let Some(name) = &self.schema {
            let schema = schema::load(&Source::named(name, &context.cwd, None))?;
            return Ok((schema, chosen.unwrap_or_else(|| STRICTEST.to_owned())));
        }
        let project = Project::require(context)?;
        let environment = project.environment(context).ok().map(|environment| environment.name);
        Ok((project.schema()?, environment.or(chosen).unwrap_or_else(|| STRICTEST.to_owned())))
    }
}

/// Where a document goes.
#[derive(clap::Args)]
struct Output {
    /// Write this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Output {
    /// The file, if one was named.
    fn path(&self, context: &Context) -> Option<PathBuf> {
        self.out.as_ref().map(|out| context.resolve(out))
    }

    /// Writes a document that holds no secret, which is there to be read and committed. A file that is there already
    /// is replaced if it has `mark` near its beginning: then it is an earlier one.
    fn write(&self, text: &[u8], mark: &str, context: &mut Context) -> Result<ExitCode, Error> {
        require_format(HUMAN, context)?;
        match self.path(context) {
            None => context.ui.result_bytes(text).map_err(Error::Output)?,
            Some(path) => {
                require_own(&path, mark, context)?;
                write(&path, text, context)?;
            }
        }
        Ok(ExitCode::Done)
    }
}

/// Refuses to replace what someone else wrote.
fn require_own(path: &Path, mark: &str, context: &Context) -> Result<(), Error> {
    let Some(present) = fs::read_if_exists(path)? else { return Ok(()) };
    let head = &present[..present.len().min(HEAD)];
    if present.is_empty() || head.windows(mark.len()).any(|window| window == mark.as_bytes()) {
        return Ok(());
    }
    Err(Error::usage_with_help(
        format!(
            "{} is there already, and envward did not write it; nothing was changed",
            shown(path, context)
        ),
        "move it away, or name another file with --out",
    ))
}

fn write(path: &Path, text: &[u8], context: &mut Context) -> Result<(), Error> {
    fs::write_shared(path, text)?;
    let file = shown(path, context);
    context.ui.say(&format!("wrote {file}"));
    Ok(())
}
