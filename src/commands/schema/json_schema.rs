//! `envward schema json-schema`: a JSON Schema of the environment.

use super::{Output, Which};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::document::json_schema;

/// Arguments of `schema json-schema`.
#[derive(clap::Args)]
#[command(
    after_help = "It describes an object, name to value, such as `envward export json` writes (JSON Schema 2020-12)."
)]
pub struct Args {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    output: Output,
}

/// Write a JSON Schema of the environment.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (schema, environment) = args.which.load(context)?;
    let text = format!("{:#}\n", json_schema::render(&schema, &environment));
    args.output.write(text.as_bytes(), json_schema::DIALECT, context)
}
