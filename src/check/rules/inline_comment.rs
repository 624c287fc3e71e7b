//! `inline-comment`: a comment on the line of a value, which some readers take for part of it.

use super::{Code, Rule};
use crate::check::{Report, Severity, Subject, shown};

/// A comment on the line of a value.
pub struct InlineComment;

const CODE: Code = Code {
    id: "inline-comment",
    severity: Severity::Error,
    summary: "A comment stands on the line of a value",
    help: "Readers that know no quoting take the comment for part of the value. An error if such a reader is \
           declared for the file, a warning if no reader is declared.",
};

/// Readers that keep the comment, measured.
const KEEP_IT: &[&str] = &[
    "docker",
    "podman",
    "kubectl",
    "systemd",
    "django-environ",
    "python-decouple",
    "starlette",
    "foreman",
    "sops",
];

impl Rule for InlineComment {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let declared = &subject.facts.readers;
        let keep: Vec<&str> =
            declared.iter().map(String::as_str).filter(|name| KEEP_IT.contains(name)).collect();
        let (severity, who) = match (keep.is_empty(), declared.is_empty()) {
            (false, _) => (CODE.severity, keep.join(", ")),
            (true, true) => (Severity::Warning, "docker, kubectl and systemd".to_owned()),
            (true, false) => return,
        };
        for assignment in subject.assignments.iter().filter(|assignment| assignment.inline_comment) {
            let name = shown(assignment.name);
            let message = format!("{who} would take the comment for part of the value of {name}");
            report.push(
                subject
                    .finding_at(CODE.id, severity, assignment, message)
                    .help("move the comment to a line of its own above, or use --fix"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::FileFacts;
    use crate::check::testing::{World, check_in};

    fn read_by(readers: &[&str]) -> Vec<String> {
        let readers = readers.iter().map(|&reader| reader.to_owned()).collect();
        let facts = FileFacts { readers, ..FileFacts::default() };
        check_in(&World { facts, ..World::default() }, "inline-comment", "[vars.A]\n", "A=3600  # 1 hour\n")
    }

    #[test]
    fn who_reads_the_file_decides() {
        assert_eq!(
            read_by(&[]),
            [
                "1:3 warning: docker, kubectl and systemd would take the comment for part of the value of A (move the \
              comment to a line of its own above, or use --fix)"
            ]
        );
        assert_eq!(read_by(&["node", "docker"]).len(), 1);
        assert!(read_by(&["node", "docker"])[0].starts_with("1:3 error: docker would take"));
        assert!(read_by(&["node", "bash"]).is_empty());
    }
}
