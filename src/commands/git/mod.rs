//! `envward git`: what git calls to show, merge and check sealed files, and setting that up.

mod install;
mod merge;
mod merge_ledger;
mod plaintext;
mod pre_commit;
mod resolve;
mod snapshots;
mod textconv;

use std::path::Path;

use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::{Environment, Project};

pub(super) use install::{is_installed, lacks_attributes};

/// Arguments of `git`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Set up this clone: sealed files are shown and merged by name, and commits are checked
    Install(install::Args),
    /// Decide what both sides of a merge changed, and seal the result
    Resolve(resolve::Args),
    /// Look at what is staged: no plaintext env file, no broken sealed file
    PreCommit(pre_commit::Args),
    /// What git calls to show a sealed file: names, readable values, and marks that change with a value
    Textconv(textconv::Args),
    /// What git calls to merge a sealed file
    Merge(merge::Args),
    /// What git calls to merge the ledger
    MergeLedger(merge_ledger::Args),
}

/// What git calls, and setting that up.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    match &args.action {
        Action::Install(args) => install::run(args, context),
        Action::Resolve(args) => resolve::run(args, context),
        Action::PreCommit(args) => pre_commit::run(args, context),
        Action::Textconv(args) => textconv::run(args, context),
        Action::Merge(args) => merge::run(args, context),
        Action::MergeLedger(args) => merge_ledger::run(args, context),
    }
}

/// The project around a file that git names from the top of the work tree, where it also runs its drivers.
fn project_of(file: &Path, context: &mut Context) -> Result<Project, Error> {
    let file = context.resolve(file);
    let around = file.parent().unwrap_or(&context.cwd).to_owned();
    let here = std::mem::replace(&mut context.cwd, around);
    let project = Project::require(context);
    // Paths are shown as git shows them.
    context.cwd = here;
    Ok(project?)
}

/// The environment whose sealed file that is.
fn environment_of(project: &Project, file: &Path) -> Result<Environment, Error> {
    let sealed = project.environment_of(file).filter(|environment| environment.sealed == file);
    sealed.ok_or_else(|| {
        Error::usage_with_help(
            format!(
                "{} is the sealed file of no environment",
                crate::ui::escape(&file.display().to_string())
            ),
            "the manifest names them; git merges only those that .gitattributes names",
        )
    })
}
