//! `envward import`: take another tool's file into the environment, or its declarations into a schema.

mod choice;
mod declared;
mod values;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use self::choice::Choice;
use super::sealing::shown;
use crate::context::Context;
use crate::dotenv::readers;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::import::{self, File, Request, Source, Taken};
use crate::seal::Access;

/// Arguments of `import`.
#[derive(clap::Args)]
#[command(
    after_help = "Nothing is written unless everything in the file can be taken, but for what --skip leaves out. \
                  The private key of a dotenvx file comes from DOTENV_PRIVATE_KEY… or from .env.keys beside it."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Args {
    /// The file; /dev/stdin for what comes through a pipe
    file: PathBuf,

    /// What the file is [default: told from its content and its name]
    #[arg(long = "as", value_name = "KIND", value_parser = PossibleValuesParser::new(import::ALL.iter().map(|source| source.kind())))]
    kind: Option<String>,

    /// The service of a compose file
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// Read a dotenv file as this program does
    #[arg(long, value_name = "READER", hide_possible_values = true, value_parser = PossibleValuesParser::new(readers::ALL.iter().map(|reader| reader.id())))]
    reader: Option<String>,

    /// Make names of keys that are none: db.password, or password below db, as DB_PASSWORD
    #[arg(long)]
    flatten: bool,

    /// Write what the file declares as a new schema, and take no values
    #[arg(long, value_name = "FILE", conflicts_with_all = ["overwrite", "new", "yes", "dry_run"])]
    schema: Option<PathBuf>,

    /// Take these variables although the environment has other values for them, or all
    #[arg(long, value_name = "NAME|all", value_delimiter = ',')]
    overwrite: Vec<String>,

    /// Leave these out, or all that cannot be taken
    #[arg(long, value_name = "NAME|all", value_delimiter = ',')]
    skip: Vec<String>,

    /// Take names that the schema does not know; their values are stored encrypted
    #[arg(long)]
    new: bool,

    /// Write without asking
    #[arg(short, long)]
    yes: bool,

    /// Only show what would be written
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Take another tool's file into the environment, or its declarations into a schema.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let path = context.resolve(&args.file);
    let file = shown(&path, context);
    let in_file = |error: import::Error| import::Error::In { file: file.clone(), error: Box::new(error) };
    let read = File::parse(&path, fs::read(&path)?).map_err(in_file)?;
    let source = source(args, &read).map_err(in_file)?;
    refuse_useless(args, source)?;
    let skip = Choice::new(&args.skip)?;
    let mut access = Access::from_context(context, args.identity.as_deref());
    let mut request = Request {
        service: args.service.as_deref(),
        reader: args.reader.as_deref(),
        flatten: args.flatten,
        access: &mut access,
        env: &context.env,
    };
    let mut taken = source.take(&read, &mut request).map_err(in_file)?;
    context.ui.detail(&format!("{file} is read as {}", source.kind()));
    for note in &taken.notes {
        context.ui.note(note);
    }
    if let Some(schema) = &args.schema {
        taken.declared.retain(|name, _| !skip.names(name));
        taken.refused.retain(|refused| !skip.names(&refused.key));
        return declared::write(&context.resolve(schema), &taken, context);
    }
    if taken.values.is_empty() && taken.refused.is_empty() {
        return Err(no_values(&file, &taken));
    }
    values::write(args, &file, &skip, taken, access, context)
}

/// The kind of the file: as it was said, as a flag implies, or as it looks.
fn source(args: &Args, file: &File) -> Result<&'static dyn Source, import::Error> {
    let implied = match (&args.kind, &args.reader, &args.service) {
        (Some(kind), ..) => Some(kind.as_str()),
        (None, Some(_), _) => Some("dotenv"),
        (None, None, Some(_)) => Some("compose"),
        (None, None, None) => None,
    };
    match implied.and_then(import::by_kind) {
        Some(source) => Ok(source),
        None => import::detect(file),
    }
}

/// Refuses a flag that would have no effect.
fn refuse_useless(args: &Args, source: &dyn Source) -> Result<(), Error> {
    for (flag, is_given, kind) in
        [("--reader", args.reader.is_some(), "dotenv"), ("--service", args.service.is_some(), "compose")]
    {
        if is_given && source.kind() != kind {
            return Err(Error::usage(format!(
                "{flag} is for {kind} files, and this is read as {}",
                source.kind()
            )));
        }
    }
    Ok(())
}

fn no_values(file: &str, taken: &Taken) -> Error {
    if taken.declared.is_empty() {
        return Error::usage(format!("{file} holds no variables"));
    }
    let message = format!("{file} declares variables and holds no values");
    Error::usage_with_help(message, "make a schema of it with --schema FILE")
}
