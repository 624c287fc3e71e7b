//! `envward git merge`: what git calls to merge a sealed file.

use std::path::PathBuf;

use crate::commands::sealing::list;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::seal::{self, Access, Versions};
use crate::ui::escape;

/// Arguments of `git merge`.
#[derive(clap::Args)]
#[command(
    after_help = "git ends up with the merged file if this ends with 0, and else with a conflict. The file is a \
                  whole sealed file in any case: where both sides changed a variable, it has our value."
)]
pub struct Args {
    /// The version that both sides come from (git's %O)
    base: PathBuf,
    /// Our version (git's %A), which becomes the merged one
    ours: PathBuf,
    /// Their version (git's %B)
    theirs: PathBuf,
    /// The file's path from the top of the work tree (git's %P)
    path: PathBuf,
}

/// Merges a sealed file.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let file = context.resolve(&args.path);
    let [base, ours, theirs] = [&args.base, &args.ours, &args.theirs].map(|path| context.resolve(path));
    let project = super::project_of(&args.path, context)?;
    let environment = super::environment_of(&project, &file)?;
    seal::forget_merges(&project, &environment)?;
    let (base, here, theirs) = (fs::read(&base)?, fs::read(&ours)?, fs::read(&theirs)?);
    let versions = Versions {
        // git gives an empty file where the branches have no common version.
        base: (!base.is_empty()).then_some(base.as_slice()),
        ours: &here,
        theirs: &theirs,
    };
    let mut access = Access::from_context(context, None);
    let merged = seal::merge_versions(&project, &environment, versions, None, &mut access, &mut context.rng)?;
    fs::write_shared(&ours, &merged.bytes)?;
    merged.leave_entry()?;
    if merged.conflicts.is_empty() {
        return Ok(ExitCode::Done);
    }
    let path = escape(&args.path.display().to_string()).into_owned();
    let names = list(&merged.conflicts);
    context.ui.error(&format!("conflict in {path}: both sides changed {names}; the file has our value"));
    context.ui.help(&format!(
        "keep it with `git add {path}`, or decide by name: envward git resolve --take theirs NAME…"
    ));
    Ok(ExitCode::Findings)
}
