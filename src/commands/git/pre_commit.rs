//! `envward git pre-commit`: what git calls before a commit.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::plaintext::Rules;
use super::resolve;
use super::snapshots::{self, Source};
use crate::check::Diagnostic;
use crate::commands::scan::{self, Next};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::seal::Access;
use crate::ui::escape;
use crate::{env_vars, fs};

/// Arguments of `git pre-commit`.
#[derive(clap::Args)]
#[command(
    after_help = "An env file is one that the manifest names, .env, or .env.* but for examples. It may be committed if \
                  it is sealed, or if the schema says of each of its variables that it is not secret. Any other file of \
                  assignments, such as prod.env, env.production and .envrc, may not have a value for a secret variable. \
                  What is staged is also searched for the project's values and well-known tokens, as with: envward scan \
                  --staged"
)]
pub struct Args {
    /// Look at these files instead of what is staged
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Looks at what is staged.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let rules = Rules::read(context)?;
    let mut access = Access::from_context(context, None);
    if !args.files.is_empty() {
        let files: Vec<PathBuf> = args.files.iter().map(|path| context.resolve(path)).collect();
        let mut refused = Vec::new();
        for path in &files {
            if rules.refuse(path, &fs::read(path)?, context) {
                refused.push(path.clone());
            }
        }
        refused.extend(snapshots::refuse(&files, &Source::WorkTree, &mut access, context)?);
        let leaks = scan::before_commit(&Next::Files(&files), &mut access, context)?;
        return Ok(done(&refused, leaks, context));
    }
    let index = context.env.get_os(env_vars::GIT_INDEX_FILE).map(|index| context.cwd.join(index));
    let Some(git) = Git::discover(&context.cwd, &context.env) else {
        return Err(Error::usage("this is no git repository"));
    };
    // `git commit -a` adds what is unmerged to an index of its own: the repository's still says that it is.
    if resolve::refuse_undecided(&git, context)? {
        return Ok(ExitCode::Findings);
    }
    let git = git.on_index(index.map(Into::into));
    let mut refused = plaintext(&rules, &git, context)?;
    let mut changed = git.staged()?;
    changed.extend(git.staged_removed()?);
    refused.extend(snapshots::refuse(&changed, &Source::Index(&git), &mut access, context)?);
    let leaks = scan::before_commit(&Next::Staged(&git), &mut access, context)?;
    Ok(done(&refused, leaks, context))
}

/// Says which values stand where, but for what must not be committed at all: that is said once.
fn done(refused: &[PathBuf], mut leaks: Vec<Diagnostic>, context: &mut Context) -> ExitCode {
    leaks.retain(|leak| {
        leak.file.as_ref().is_none_or(|file| !refused.iter().any(|path| path.ends_with(file)))
    });
    for leak in &leaks {
        say(leak, context);
    }
    ExitCode::from_findings(!refused.is_empty() || !leaks.is_empty())
}

/// Refuses those of the staged files that hold values in plaintext.
fn plaintext(rules: &Rules, git: &Git, context: &mut Context) -> Result<Vec<PathBuf>, Error> {
    let root = git.root()?;
    let mut objects = git.objects()?;
    let mut refused = Vec::new();
    for (path, blob) in git.staged_blobs()? {
        let path = root.join(path);
        // What is too large to be read is no env file.
        let Some(bytes) = objects.read(&blob)? else { continue };
        if rules.refuse(&path, &Zeroizing::new(bytes), context) {
            refused.push(path);
        }
    }
    Ok(refused)
}

/// Says what stands where.
fn say(leak: &Diagnostic, context: &mut Context) {
    let file =
        leak.file.as_ref().map(|file| escape(&file.display().to_string()).into_owned()).unwrap_or_default();
    let line = leak.line.map(|line| format!(":{line}")).unwrap_or_default();
    context.ui.error(&format!("{file}{line}: {}", leak.message));
    if let Some(help) = &leak.help {
        context.ui.help(help);
    }
}
