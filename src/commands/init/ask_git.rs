//! Asks git whether the ignore rules work: other rules of the repository or of the user may undo them.

use std::path::{Path, PathBuf};

use super::{Copy, ENVIRONMENT, shown};
use crate::context::Context;
use crate::error::Error;
use crate::git::Git;
use crate::ledger;
use crate::project::{Environment, Project};

/// Says what does not work and what to do about it; `true` if everything does.
pub(super) fn whether_rules_work(
    git: &Git,
    project: &Project,
    copies: &[Copy],
    context: &mut Context,
) -> Result<bool, Error> {
    let Environment { env_file, sealed, project_key, lock, .. } = project.environment_named(ENVIRONMENT)?;
    let mut committed = vec![project.manifest_path(), sealed, project_key];
    committed.push(project.root.join(ledger::FILE_NAME));
    committed.extend(copies.iter().map(|(path, _)| path.clone()));
    let ignored = stays_out(git, &[env_file, lock], context)?;
    Ok(goes_in(git, &committed, context)? && ignored)
}

/// Whether git leaves these files out of every commit.
fn stays_out(git: &Git, paths: &[PathBuf], context: &mut Context) -> Result<bool, Error> {
    let mut works = true;
    for path in paths {
        let shown = shown(path, context);
        if !git.ignores(path)? {
            works = false;
            warn(context, &format!("git does not ignore {shown}, which is not to be committed"), path);
        }
        // What the index has stays in every commit, whatever the rules say.
        if git.tracks(path)? {
            works = false;
            context.ui.warn(&format!("git tracks {shown}, which is not to be committed"));
            context.ui.help(&format!("run: git rm --cached {shown}"));
        }
    }
    Ok(works)
}

/// Whether git takes these files into a commit.
fn goes_in(git: &Git, paths: &[PathBuf], context: &mut Context) -> Result<bool, Error> {
    let mut works = true;
    for path in paths {
        if git.ignores(path)? {
            works = false;
            let message = format!("git ignores {}, which has to be committed", shown(path, context));
            warn(context, &message, path);
        }
    }
    Ok(works)
}

fn warn(context: &mut Context, message: &str, path: &Path) {
    context.ui.warn(message);
    let shown = shown(path, context);
    context.ui.help(&format!("change the rule that this shows: git check-ignore -v --no-index {shown}"));
}
