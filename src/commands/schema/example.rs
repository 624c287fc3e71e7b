//! `envward schema example`: an example env file.

use super::{Output, Which};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::schema::document::example;

/// Arguments of `schema example`.
#[derive(clap::Args)]
#[command(
    after_help = "What must be filled in holds a placeholder, what has a default holds it, the rest is commented out.\n\
                  It holds no value of a secret, so it can be committed: envward schema example --out .env.example"
)]
pub struct Args {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    output: Output,
}

/// Write an example env file.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (schema, environment) = args.which.load(context)?;
    // An env file with values must not be lost to one without.
    if let Some(path) = args.output.path(context)
        && fs::exists(&path)
        && !is_example(&path.file_name().unwrap_or_default().to_string_lossy())
    {
        return Err(Error::usage_with_help(
            "this file is there already, and its name is not that of an example; nothing was written",
            "name another one, such as .env.example",
        ));
    }
    args.output.write(&example::render(&schema, &environment), context)
}

fn is_example(name: &str) -> bool {
    ["dist", "example", "sample", "template"].iter().any(|word| name.contains(word))
}
