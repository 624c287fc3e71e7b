//! The schema of a project that has none: inferred from what it has.

use std::path::Path;

use zeroize::Zeroizing;

use super::{Copy, SCHEMAS, no_schema};
use crate::commands::schema::{say_found, say_partly};
use crate::context::Context;
use crate::error::Error;
use crate::fs;
use crate::manifest::slug;
use crate::schema::infer::{self, files, render};

/// What the manifest calls the schema, and the file to write for it; says what was found. An error that asks for a
/// schema if nothing of the project names a variable.
pub(super) fn schema(context: &mut Context) -> Result<(String, Vec<Copy>), Error> {
    let reading = files::read(std::slice::from_ref(&context.cwd))?;
    say_partly(&reading, context);
    let count = reading.files.len();
    let variables = infer::decide(reading.sightings);
    if variables.is_empty() {
        return Err(no_schema());
    }
    let directory = context.cwd.file_name().and_then(|name| slug(&name.to_string_lossy()));
    let name = directory.unwrap_or_else(|| "application".to_owned());
    let below = Path::new(SCHEMAS).join(format!("{name}.toml"));
    let target = context.cwd.join(&below);
    if fs::exists(&target) {
        return Err(Error::usage_with_help(
            format!("{} is there already", below.display()),
            format!("to take it: envward init --schema {}", below.display()),
        ));
    }
    let text = Zeroizing::new(render::schema(&name, &variables, &context.cwd));
    say_found(&variables, count, context);
    Ok((below.display().to_string(), vec![(target, text)]))
}
