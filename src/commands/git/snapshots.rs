//! What belongs together in a commit: a sealed file, its project key, the ledger and the manifest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::commands::sealing::shown;
use crate::context::Context;
use crate::error::Error;
use crate::git::Git;
use crate::manifest::Manifest;
use crate::project::{Environment, Project};
use crate::seal::Error::Altered;
use crate::seal::{self, Access, Check, Snapshot};
use crate::{fs, ledger};

/// Where the files of the next commit stand.
pub(super) enum Source<'a> {
    /// In git's index.
    Index(&'a Git),
    /// In the work tree, which whoever calls the hook has made like the index.
    WorkTree,
}

impl Source<'_> {
    /// A file as the next commit would have it; `None` if it would not.
    pub(super) fn content(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Index(git) => Ok(git.staged_content(path)?),
            Self::WorkTree => Ok(fs::read_if_exists(path)?.map(|bytes| bytes.to_vec())),
        }
    }
}

/// Refuses each sealed file that the commit would leave wrong, and says what is. `files` are those that it changes.
pub(super) fn refuse(
    files: &[PathBuf],
    source: &Source,
    access: &mut Access,
    context: &mut Context,
) -> Result<Vec<PathBuf>, Error> {
    let Some(project) = Project::find(context)? else { return Ok(Vec::new()) };
    let files: BTreeSet<&PathBuf> = files.iter().collect();
    let changes_ledger = files.contains(&project.root.join(ledger::FILE_NAME));
    // Who may open it, the manifest of the same commit says.
    let project = with_manifest(project, source)?;
    let mut refused = Vec::new();
    for name in project.manifest.environments.keys() {
        let environment = project.environment_named(name)?;
        let own = [&environment.sealed, &environment.project_key];
        if !changes_ledger && !own.iter().any(|path| files.contains(path)) {
            continue;
        }
        let Some(snapshot) = snapshot(&project, &environment, source)? else { continue };
        if is_wrong((&project, &environment), &snapshot, access, context) {
            refused.push(environment.sealed);
        }
    }
    Ok(refused)
}

fn with_manifest(project: Project, source: &Source) -> Result<Project, Error> {
    let path = project.manifest_path();
    let Some(bytes) = source.content(&path)? else { return Ok(project) };
    let manifest = Manifest::parse(&String::from_utf8_lossy(&bytes), &path)?;
    Ok(Project { manifest, ..project })
}

/// `None` if the commit has no sealed file of that environment.
fn snapshot(
    project: &Project,
    environment: &Environment,
    source: &Source,
) -> Result<Option<Snapshot>, Error> {
    let Some(sealed) = source.content(&environment.sealed)? else { return Ok(None) };
    Ok(Some(Snapshot {
        sealed,
        project_key: source.content(&environment.project_key)?,
        ledger: source.content(&project.root.join(ledger::FILE_NAME))?.unwrap_or_default(),
    }))
}

/// Whether it must not be committed; says why, and what to do.
fn is_wrong(
    (project, environment): (&Project, &Environment),
    snapshot: &Snapshot,
    access: &mut Access,
    context: &mut Context,
) -> bool {
    let file = shown(&environment.sealed, context);
    let mut hint = None;
    match seal::verify_snapshot(project, environment, snapshot, access) {
        Ok(wrong) if wrong.is_empty() => return false,
        Ok(wrong) => {
            for (check, message) in &wrong {
                context
                    .ui
                    .error(&format!("{file} would be committed with a wrong {}: {message}", what(*check)));
            }
        }
        Err(error) => {
            context.ui.error(&format!("{file} would be committed broken: {}", without_path(&error)));
            // How to take a file back that is staged, its hint does not know.
            let structure = seal::structure(&snapshot.sealed, &environment.sealed).err();
            hint = structure.filter(|error| !matches!(error, Altered { .. })).and_then(|error| error.hint());
        }
    }
    let help = if let Some(hint) = hint {
        hint
    } else if is_right_in_work_tree((project, environment), access) {
        let files = [
            environment.sealed.clone(),
            environment.project_key.clone(),
            project.root.join(ledger::FILE_NAME),
            project.manifest_path(),
        ];
        let files: Vec<String> = files.iter().map(|file| shown(file, context)).collect();
        format!("the files that lie here are right; commit them together: git add {}", files.join(" "))
    } else {
        let ledger = shown(&project.root.join(ledger::FILE_NAME), context);
        format!(
            "see `envward verify -e {}`; take back what was changed without envward: git checkout HEAD -- {file} {ledger}; \
             or take it in: envward seal --adopt",
            environment.name
        )
    };
    context.ui.help(&help);
    true
}

/// The error without the path in front of it.
fn without_path(error: &seal::Error) -> &seal::Error {
    match error {
        seal::Error::In { error, .. } => without_path(error),
        error => error,
    }
}

/// What of it a check is about.
fn what(check: Check) -> &'static str {
    match check {
        Check::Structure => "structure",
        Check::Recipients => "list of recipients",
        Check::Ledger => "ledger",
        Check::Seal => "seal",
    }
}

/// Whether it is only that the commit takes a part of what was changed.
fn is_right_in_work_tree((project, environment): (&Project, &Environment), access: &mut Access) -> bool {
    let project = Project::at(&project.root).ok();
    let there =
        project.as_ref().and_then(|project| snapshot(project, environment, &Source::WorkTree).ok().flatten());
    let verdict = project.zip(there).map(|(project, there)| {
        let environment = project.environment_named(&environment.name)?;
        Ok::<_, Error>(seal::verify_snapshot(&project, &environment, &there, access)?.is_empty())
    });
    matches!(verdict, Some(Ok(true)))
}
