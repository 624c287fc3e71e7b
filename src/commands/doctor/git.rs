//! Whether git leaves plaintext alone and takes what is sealed.

use std::path::{Path, PathBuf};

use super::Patient;
use crate::commands::git::{is_installed, lacks_attributes};
use crate::context::Context;
use crate::git::{self, Git};
use crate::ledger;
use crate::project::Project;
use crate::store::Finding;
use crate::ui::escape;

/// Asks git about the files of each environment.
pub(super) fn examine(patient: &Patient, context: &mut Context) -> Vec<Finding> {
    let Some(project) = &patient.project else { return Vec::new() };
    let Some(git) = Git::discover(&project.root, &context.env) else {
        return vec![Finding::notice(
            "this is no git repository, or there is no git",
            "run `git init`: without history nobody sees who changed what",
        )];
    };
    let mut findings = Vec::new();
    let plaintext = patient.environments.iter().map(|environment| environment.env_file.clone());
    for file in plaintext.chain([project.root.join(".envward/x")]) {
        findings.extend(exposed(&git, &file, &project.root));
    }
    let sealed = patient.environments.iter().flat_map(|it| [it.sealed.clone(), it.project_key.clone()]);
    for file in sealed.chain([project.root.join(ledger::FILE_NAME)]) {
        findings.extend(shut_out(&git, &file, &project.root));
    }
    if findings.is_empty() {
        findings.push(Finding::good("plaintext is ignored, sealed files are not"));
    }
    findings.push(drivers(project, &git).unwrap_or_else(|error| super::bad(&error, error.hint())));
    findings
}

/// Whether git shows and merges sealed files by name.
fn drivers(project: &Project, git: &Git) -> Result<Finding, git::Error> {
    if !is_installed(git)? {
        let text = "git merges sealed files line by line in this clone, which breaks their seal";
        return Ok(Finding::notice(text, "run: envward git install"));
    }
    Ok(match lacks_attributes(project, git)?.first() {
        Some(file) => {
            let text = format!("no attribute tells git how to merge {}", shown(file, &project.root));
            Finding::notice(text, "run: envward git install, and commit .gitattributes")
        }
        None => Finding::good("git shows and merges sealed files by name"),
    })
}

/// Plaintext that the next commit may hold.
fn exposed(git: &Git, file: &Path, root: &Path) -> Option<Finding> {
    let name = shown(file, root);
    match (git.tracks(file), git.ignores(file)) {
        (Ok(true), _) => {
            let help = format!("run: git rm --cached {name}; its values are in the history, so change them");
            Some(Finding::bad(format!("git tracks {name}"), Some(help)))
        }
        (Ok(false), Ok(false)) => {
            let help = format!("add {name} to .gitignore");
            Some(Finding::bad(format!("git does not ignore {name}"), Some(help)))
        }
        (Ok(false), Ok(true)) => None,
        (Err(error), _) | (_, Err(error)) => Some(super::bad(&error, error.hint())),
    }
}

/// A sealed file that no commit would hold.
fn shut_out(git: &Git, file: &Path, root: &Path) -> Option<Finding> {
    let name = shown(file, root);
    match git.ignores(file) {
        Ok(true) => {
            let help = format!("add !{name} at the end of .gitignore");
            Some(Finding::bad(format!("git ignores {name}, which has to be committed"), Some(help)))
        }
        Ok(false) => None,
        Err(error) => Some(super::bad(&error, error.hint())),
    }
}

fn shown(file: &Path, root: &Path) -> String {
    let name: PathBuf = match file.strip_prefix(root) {
        // Any file below it stands for the directory.
        Ok(below) if below.starts_with(".envward") => ".envward/".into(),
        Ok(below) => below.to_owned(),
        Err(_) => file.to_owned(),
    };
    escape(&name.display().to_string()).into_owned()
}
