//! `git-tracked` and `git-not-ignored`: the env file is in git, or about to be.

use super::{Code, Rule};
use crate::check::{self, Report, Severity, Subject};

/// The env file is in git, or about to be.
pub struct GitState;

const TRACKED: Code = Code {
    id: "git-tracked",
    severity: Severity::Error,
    summary: "git tracks a plaintext env file",
    help: "Everyone who can read the repository, now or later, reads its secrets: remove it from the index and \
           replace the secrets, since the history keeps them.",
};

const NOT_IGNORED: Code = Code {
    id: "git-not-ignored",
    severity: Severity::Warning,
    summary: "git does not ignore a plaintext env file",
    help: "The next `git add .` would commit its secrets.",
};

impl Rule for GitState {
    fn codes(&self) -> &'static [Code] {
        &[TRACKED, NOT_IGNORED]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let (code, message, help) = match subject.facts.git {
            Some(check::GitState::Tracked) => (
                TRACKED,
                "git tracks this file",
                "run git rm --cached on it, add it to .gitignore, and replace its secrets: the history keeps them",
            ),
            Some(check::GitState::NotIgnored) => {
                (NOT_IGNORED, "git does not ignore this file", "add it to .gitignore")
            }
            Some(check::GitState::Ignored) | None => return,
        };
        report.push(subject.finding(code.id, code.severity, message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::{World, check_in};
    use crate::check::{FileFacts, GitState};

    fn with_git(code: &str, state: GitState) -> usize {
        let facts = FileFacts { git: Some(state), ..FileFacts::default() };
        check_in(&World { facts, ..World::default() }, code, "", "").len()
    }

    #[test]
    fn each_state_has_its_finding() {
        assert_eq!(with_git("git-tracked", GitState::Tracked), 1);
        assert_eq!(with_git("git-not-ignored", GitState::Tracked), 0);
        assert_eq!(with_git("git-not-ignored", GitState::NotIgnored), 1);
        assert_eq!(with_git("git-not-ignored", GitState::Ignored), 0);
    }
}
