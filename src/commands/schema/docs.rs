//! `envward schema docs`: the schema as a page in Markdown.

use super::{Output, Which};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::document::markdown;

/// Arguments of `schema docs`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    output: Output,
}

/// Write the schema as a page in Markdown.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (schema, _) = args.which.load(context)?;
    args.output.write(markdown::render(&schema).as_bytes(), markdown::TITLE, context)
}
