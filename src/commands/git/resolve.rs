//! `envward git resolve`: decide what both sides of a merge changed, and seal the result.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::commands::name;
use crate::commands::sealing::{list, shown};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::git::Git;
use crate::merge::{Side, Take};
use crate::project::{Environment, Project};
use crate::seal::{self, Access, Versions};

/// Arguments of `git resolve`.
#[derive(clap::Args)]
#[command(
    after_help = "For every sealed file that git calls unmerged, or that of -e. Our side is the file as it lies there, \
                  with what was set in it since. In a rebase git calls the branch ours that is rebased onto."
)]
pub struct Args {
    /// Decide for one side: ours or theirs; where both changed a variable, or for the named ones in any case
    #[arg(long, num_args = 1.., value_names = ["SIDE", "NAME"])]
    take: Vec<String>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Decides what both sides changed.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let take = decision(&args.take)?;
    let project = Project::require(context)?;
    let names: Vec<String> = match &context.globals.env {
        Some(name) => vec![name.clone()],
        None => project.manifest.environments.keys().cloned().collect(),
    };
    let Some(git) = Git::discover(&project.root, &context.env) else {
        return Err(Error::usage("this is no git repository"));
    };
    let (mut resolved, mut conflicts) = (0, false);
    for name in names {
        let environment = project.environment_named(&name)?;
        let stages = match State::read(&git, &environment.sealed)? {
            State::Merged => continue,
            State::Removed(by) => {
                say_removed(&environment.sealed, by, context);
                (resolved, conflicts) = (resolved + 1, true);
                continue;
            }
            State::Changed(stages) => stages,
        };
        resolved += 1;
        conflicts |= !resolve(args, take.as_ref(), &stages, (&project, &environment), context)?;
    }
    if resolved == 0 {
        context.ui.say("git calls no sealed file unmerged");
    }
    Ok(ExitCode::from_findings(conflicts))
}

fn decision(arguments: &[String]) -> Result<Option<Take>, Error> {
    let Some((side, names)) = arguments.split_first() else { return Ok(None) };
    let side = match side.as_str() {
        "ours" => Side::Ours,
        "theirs" => Side::Theirs,
        _ => return Err(Error::usage("--take needs `ours` or `theirs` first")),
    };
    names.iter().try_for_each(|argument| name::refuse_value(argument))?;
    Ok(Some(Take { side, names: names.to_vec() }))
}

/// What git keeps of an unmerged file.
struct Stages {
    base: Option<Vec<u8>>,
    ours: Vec<u8>,
    theirs: Vec<u8>,
}

/// What git says of a file.
enum State {
    /// It is not unmerged.
    Merged,
    /// Both sides have it.
    Changed(Stages),
    /// One side removed it, as git calls that side.
    Removed(&'static str),
}

impl State {
    fn read(git: &Git, path: &Path) -> Result<Self, Error> {
        let stage = |number: &str| git.show_file(number, path);
        Ok(match (stage(":2")?, stage(":3")?) {
            (Some(ours), Some(theirs)) => Self::Changed(Stages { base: stage(":1")?, ours, theirs }),
            (Some(_), None) => Self::Removed("theirs"),
            (None, Some(_)) => Self::Removed("ours"),
            (None, None) => Self::Merged,
        })
    }
}

/// Says what nobody but a person can decide.
fn say_removed(path: &Path, by: &str, context: &mut Context) {
    let file = shown(path, context);
    let other = if by == "ours" { "theirs" } else { "ours" };
    context.ui.error(&format!("{file}: {by} removed it, and {other} changed it"));
    context.ui.help(&format!("keep it with `git add {file}`, or let it go with `git rm {file}`"));
}

/// Whether the commit would decide for one side what nobody has decided; says so.
pub(super) fn refuse_undecided(git: &Git, context: &mut Context) -> Result<bool, Error> {
    let Some(project) = Project::find(context)? else { return Ok(false) };
    let unmerged = git.unmerged()?;
    let of_envward = |path: &&PathBuf| {
        project.environment_of(path).is_some_and(|environment| environment.sealed == **path)
    };
    let undecided: Vec<&PathBuf> = unmerged.iter().filter(of_envward).collect();
    for path in &undecided {
        let file = shown(path, context);
        context.ui.error(&format!("{file} is not merged yet: this commit would drop what one side changed"));
        context.ui.help("decide with: envward git resolve");
    }
    Ok(!undecided.is_empty())
}

/// Merges one file; whether nothing is left to decide.
fn resolve(
    args: &Args,
    take: Option<&Take>,
    stages: &Stages,
    (project, environment): (&Project, &Environment),
    context: &mut Context,
) -> Result<bool, Error> {
    let path = &environment.sealed;
    // What git merged line by line, or left with its marks, is no version of ours.
    let there = fs::read_if_exists(path)?.filter(|bytes| seal::structure(bytes, path).is_ok());
    let ours = there.unwrap_or_else(|| Zeroizing::new(stages.ours.clone()));
    let versions = Versions { base: stages.base.as_deref(), ours: &ours, theirs: &stages.theirs };
    let mut access = Access::from_context(context, args.identity.as_deref());
    let merged = seal::merge_versions(project, environment, versions, take, &mut access, &mut context.rng)?;
    let file = shown(path, context);
    if !merged.conflicts.is_empty() {
        let names = list(&merged.conflicts);
        context.ui.error(&format!("{file}: both sides changed {names}; nothing was written"));
        context.ui.help("decide with --take ours or --take theirs, for all or by name");
        return Ok(false);
    }
    let (generation, taken) = (merged.generation, merged.taken.clone());
    merged.write(&access)?;
    context.ui.say(&format!("sealed {file}, generation {generation}"));
    context.ui.say_names("taken", &taken);
    let ledger = shown(&project.root.join(crate::ledger::FILE_NAME), context);
    context.ui.say(&format!("next: git add {file} {ledger}"));
    Ok(true)
}
