//! `check --code`: what the code reads, held against the schema.

use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use super::{Args, render};
use crate::check::code;
use crate::check::format::Place;
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::schema::infer::files;
use crate::schema::{self, Source};

/// Reads the code and reports.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (schema, root) = if let Some(name) = &args.schema {
        (schema::load(&Source::named(name, &context.cwd, None))?, context.cwd.clone())
    } else {
        let project = Project::require(context)?;
        (project.schema()?, project.root)
    };
    let paths: Vec<PathBuf> = if args.files.is_empty() {
        vec![root]
    } else {
        args.files.iter().map(|file| context.resolve(file)).collect()
    };
    let mut sightings = files::read(&paths)?.sightings;
    for sighting in &mut sightings {
        sighting.file = below(&sighting.file, &context.cwd);
    }
    let report = code::check(&schema, &sightings);
    let files: IndexSet<PathBuf> =
        report.diagnostics.iter().filter_map(|finding| finding.file.clone()).collect();
    // JUnit has a suite for each file with a finding; in a sentence the paths that were named are enough.
    let shown: IndexSet<PathBuf> = if context.globals.format == Format::Junit && !files.is_empty() {
        files
    } else {
        paths.iter().map(|path| below(path, &context.cwd)).collect()
    };
    let places: Vec<Place<'_>> = shown.iter().map(|path| Place { file: Some(path), text: None }).collect();
    let text = render(&report, &places, args.strict, context);
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::from_findings(report.fails(args.strict)))
}

/// A path as a person who works there would name it.
fn below(path: &Path, directory: &Path) -> PathBuf {
    match path.strip_prefix(directory) {
        Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
        Ok(rest) => rest.to_owned(),
        Err(_) => path.to_owned(),
    }
}
