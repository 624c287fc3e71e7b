//! `file-mode`: others can read the env file.

use super::{Code, Rule};
use crate::check::{Report, Severity, Subject};

/// Others can read the env file.
pub struct FileMode;

const CODE: Code = Code {
    id: "file-mode",
    severity: Severity::Warning,
    summary: "Other users of this machine can read the env file",
    help: "An env file holds secrets in plain text; only its owner needs to read it (mode 0600).",
};

/// Permission bits of group and others.
const OTHERS: u32 = 0o077;

impl Rule for FileMode {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let Some(mode) = subject.facts.mode.filter(|mode| mode & OTHERS != 0) else { return };
        let message = format!("other users can access this file (mode {mode:04o})");
        report
            .push(subject.finding(CODE.id, CODE.severity, message).help("make its mode 0600, or use --fix"));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::FileFacts;
    use crate::check::testing::{World, check_in};

    fn with_mode(mode: u32) -> Vec<String> {
        let facts = FileFacts { mode: Some(mode), ..FileFacts::default() };
        check_in(&World { facts, ..World::default() }, "file-mode", "", "")
    }

    #[test]
    fn only_the_owner_may_read_the_file() {
        assert_eq!(
            with_mode(0o640),
            ["warning: other users can access this file (mode 0640) (make its mode 0600, or use --fix)"]
        );
        assert!(with_mode(0o600).is_empty());
        assert!(with_mode(0o400).is_empty());
    }
}
