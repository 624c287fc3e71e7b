//! Writing what a file declares as a schema.

use std::path::Path;

use crate::commands::sealing::shown;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::import::{Taken, render};
use crate::manifest::slug;
use crate::project::Project;
use crate::schema::{self, Source};
use crate::ui::names_after;

/// Writes the schema, which must not be there yet, and reads it as every command will.
pub(super) fn write(path: &Path, taken: &Taken, context: &mut Context) -> Result<ExitCode, Error> {
    let file = shown(path, context);
    if taken.declared.is_empty() {
        return Err(Error::usage("the file declares no variable"));
    }
    let name = path.file_stem().and_then(|stem| slug(&stem.to_string_lossy()));
    let text = render(name.as_deref().unwrap_or("app"), &taken.declared);
    if !fs::create_shared(path, text.as_bytes())? {
        let message = format!("{file} is there already; nothing was written");
        return Err(Error::usage_with_help(message, "give --schema another name, and merge the two by hand"));
    }
    let count = taken.declared.len();
    context.ui.say(&format!("wrote {file} with {count} variable{}", if count == 1 { "" } else { "s" }));
    let left_out: Vec<String> = taken
        .refused
        .iter()
        .filter(|refused| !taken.declared.contains_key(&refused.key))
        .map(|refused| refused.key.clone())
        .collect();
    if !left_out.is_empty() {
        context.ui.warn(&names_after("no name of a variable, and left out: ", &left_out));
    }
    let is_sound = is_sound(path, context);
    match Project::find(context)? {
        None => context.ui.say(&format!("next: envward init --schema {file}")),
        Some(_) => context
            .ui
            .say(&format!("next: name {file} as `schema` in envward.toml, or in `extends` of its schema")),
    }
    Ok(ExitCode::from_findings(!is_sound || !left_out.is_empty()))
}

/// Whether the schema can be used as it is; says what a person has to correct in it.
fn is_sound(path: &Path, context: &mut Context) -> bool {
    let directory = path.parent().unwrap_or(path);
    let source = Source::File { path: path.to_owned(), root: directory.to_owned() };
    let now = context.clock.now();
    let checked = schema::load(&source).and_then(|schema| schema::lint(&schema, &mut context.rng, now));
    if let Err(error) = &checked {
        context.ui.warn(&format!("the schema has to be corrected by hand: {error}"));
    }
    checked.is_ok()
}
