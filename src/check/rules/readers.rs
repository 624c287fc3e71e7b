//! What the programs that read the env file make of it: one code for each cause of a difference.
//!
//! Readers that the manifest declares are asked through their models, and a difference is an error. Without
//! declared readers, what is known to differ somewhere is a warning.

use super::{Code, Rule};
use crate::check::{Assignment, Report, Scope, Severity, Subject, shown};
use crate::dotenv::readers::{self, Deviation, Refused};
use crate::dotenv::{Quote, is_read_alike};
use crate::schema::placeholder;

/// What the programs that read the env file make of it.
pub struct Readers;

const INLINE_COMMENT: Code = Code {
    id: "inline-comment",
    severity: Severity::Error,
    summary: "A comment stands on the line of a value",
    help: "Readers that know no quoting, such as docker and kubectl, take the comment for part of the value.",
};

const EXPORT_PREFIX: Code = Code {
    id: "export-prefix",
    severity: Severity::Error,
    summary: "A reader does not know export before a name",
    help: "systemd and podman lose such a variable, docker and kubectl refuse the file.",
};

const QUOTED: Code = Code {
    id: "quoted",
    severity: Severity::Error,
    summary: "A reader keeps the quotes as part of the value",
    help: "docker, podman and kubectl know no quoting. A value that needs none is read alike by all.",
};

const UNPORTABLE: Code = Code {
    id: "unportable",
    severity: Severity::Error,
    summary: "Programs read a value differently as it is written",
    help: "Blanks, quotes and the characters # $ & ; | < > ( ) \\ mean something to some readers: a shell runs \
           the second word of a bare value, Node ends it at #, others expand $.",
};

const REFUSED: Code = Code {
    id: "reader-refuses",
    severity: Severity::Error,
    summary: "A reader refuses the file, or would run something while it reads it",
    help: "Such a reader gets no variable at all, or executes a part of a value.",
};

impl Rule for Readers {
    fn codes(&self) -> &'static [Code] {
        &[INLINE_COMMENT, EXPORT_PREFIX, QUOTED, UNPORTABLE, REFUSED]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        if subject.scope != Scope::EnvFile {
            return;
        }
        let declared = &subject.facts.readers;
        if declared.iter().any(|id| readers::by_id(id).is_some()) {
            ask(subject, declared, report);
        } else {
            look(subject, report);
        }
    }
}

/// Without declared readers: what is known to differ.
fn look(subject: &Subject<'_>, report: &mut Report) {
    for assignment in &subject.assignments {
        let name = shown(assignment.name);
        if assignment.inline_comment {
            let message =
                format!("docker, kubectl and systemd take the comment for part of the value of {name}");
            let finding = subject.finding_at(INLINE_COMMENT.id, Severity::Warning, assignment, message);
            report.push(finding.help(help(&INLINE_COMMENT, assignment)));
        }
        let value = assignment.value.expose();
        if !is_read_alike(value, assignment.quote) && !placeholder::is_placeholder(value) {
            let message = format!("programs read the value of {name} differently");
            let finding = subject.finding_at(UNPORTABLE.id, Severity::Warning, assignment, message);
            report.push(finding.help(help(&UNPORTABLE, assignment)));
        }
    }
}

/// With declared readers: what their models say.
fn ask(subject: &Subject<'_>, declared: &[String], report: &mut Report) {
    let mut refusing: Vec<(&str, Refused)> = Vec::new();
    let disagreements = readers::disagreements(subject.bytes, declared);
    let mut assignments = subject.assignments.iter();
    for disagreement in disagreements {
        // Both are in the order of the file.
        let Some(assignment) = assignments.find(|assignment| assignment.name == disagreement.variable) else {
            break;
        };
        let mut differing = Vec::new();
        for (reader, deviation) in disagreement.readers {
            match deviation {
                Deviation::Refused(refused) if !refusing.contains(&(reader, refused)) => {
                    refusing.push((reader, refused));
                }
                Deviation::Refused(_) => {}
                Deviation::OtherValue | Deviation::Absent => differing.push(reader),
            }
        }
        if !differing.is_empty() {
            report_difference(subject, assignment, &differing.join(", "), report);
        }
    }
    for (reader, refused) in refusing {
        report_refusal(subject, reader, refused, report);
    }
}

fn report_difference(subject: &Subject<'_>, assignment: &Assignment<'_>, who: &str, report: &mut Report) {
    let code = cause(assignment);
    let name = shown(assignment.name);
    let message = match code.id {
        "inline-comment" => format!("{who}: the comment would be taken for part of the value of {name}"),
        "export-prefix" => format!("{who}: {name} would be lost, because of export before it"),
        "quoted" => format!("{who}: the quotes would be taken for part of the value of {name}"),
        _ => format!("{who}: another value of {name} would be read"),
    };
    let finding = subject.finding_at(code.id, code.severity, assignment, message);
    report.push(finding.help(help(&code, assignment)));
}

fn report_refusal(subject: &Subject<'_>, reader: &str, refused: Refused, report: &mut Report) {
    let message = match refused {
        Refused::Rejects => format!("{reader} would refuse this file"),
        Refused::Computes => format!("{reader} would run or expand a part of this file"),
    };
    // The models do not say where; the first line that is not plain is where to look.
    let plain = |assignment: &&Assignment<'_>| {
        assignment.quote == Quote::Bare
            && !assignment.export
            && !assignment.inline_comment
            && is_read_alike(assignment.value.expose(), Quote::Bare)
    };
    let finding = match subject.assignments.iter().find(|assignment| !plain(assignment)) {
        Some(assignment) => subject.finding_at(REFUSED.id, REFUSED.severity, assignment, message),
        None => subject.finding(REFUSED.id, REFUSED.severity, message),
    };
    report.push(finding.help("write values without blanks and special characters, or in single quotes"));
}

fn cause(assignment: &Assignment<'_>) -> Code {
    if assignment.inline_comment {
        INLINE_COMMENT
    } else if assignment.export {
        EXPORT_PREFIX
    } else if assignment.quote != Quote::Bare && is_read_alike(assignment.value.expose(), assignment.quote) {
        QUOTED
    } else {
        UNPORTABLE
    }
}

fn help(code: &Code, assignment: &Assignment<'_>) -> String {
    match code.id {
        "inline-comment" => "move the comment to a line of its own above, or use --fix".to_owned(),
        "export-prefix" => "remove export; no reader needs it".to_owned(),
        "quoted" => "use a value that needs no quotes: letters, digits and _ . / : , @ % + = -".to_owned(),
        _ => match Quote::portable(assignment.value.expose()) {
            Ok(quote) if quote == assignment.quote => "use a value without special characters".to_owned(),
            Ok(Quote::Bare) => "write it without quotes, or use --fix".to_owned(),
            Ok(Quote::Single) => "write it in single quotes, or use --fix".to_owned(),
            Ok(Quote::Double) => "write it in double quotes, or use --fix".to_owned(),
            Err(reason) => format!("no quoting carries it to every program: {reason}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::check::FileFacts;
    use crate::check::testing::{World, check_in};

    fn read_by(readers: &[&str], code: &str, file: &str) -> Vec<String> {
        let readers = readers.iter().map(|&reader| reader.to_owned()).collect();
        let facts = FileFacts { readers, ..FileFacts::default() };
        check_in(&World { facts, ..World::default() }, code, "[vars.A]\n[vars.B]\nrequired = false\n", file)
    }

    #[test]
    fn a_comment_behind_a_value_depends_on_who_reads_it() {
        let by = |readers: &[&str]| read_by(readers, "inline-comment", "A=3600  # 1 hour\n");
        assert_eq!(
            by(&[]),
            [
                "1:3 warning: docker, kubectl and systemd take the comment for part of the value of A (move the comment \
              to a line of its own above, or use --fix)"
            ]
        );
        assert_eq!(
            by(&["python-dotenv", "docker"]),
            [
                "1:3 error: docker: the comment would be taken for part of the value of A (move the comment to a line \
              of its own above, or use --fix)"
            ]
        );
        assert!(by(&["python-dotenv"]).is_empty());
    }

    #[test]
    fn words_without_quotes_are_a_shell_command() {
        let by = |readers: &[&str]| read_by(readers, "unportable", "A=My App\nB='My App'\n");
        assert_eq!(
            by(&[]),
            [
                "1:3 warning: programs read the value of A differently (write it in single quotes, or use --fix)"
            ]
        );
        assert!(by(&["python-dotenv"]).is_empty());
    }

    #[test]
    fn a_value_that_no_quoting_carries_says_why() {
        assert_eq!(
            read_by(&[], "unportable", "A=\"a'b\\$c\"\n"),
            [
                "1:3 warning: programs read the value of A differently (no quoting carries it to every program: it \
              mixes quotes with characters that readers treat differently inside double quotes)"
            ]
        );
    }

    #[test]
    fn docker_keeps_quotes() {
        assert_eq!(
            read_by(&["docker"], "quoted", "A='My App'\n"),
            [
                "1:3 error: docker: the quotes would be taken for part of the value of A (use a value that needs no \
              quotes: letters, digits and _ . / : , @ % + = -)"
            ]
        );
    }

    #[test]
    fn systemd_loses_exported_names() {
        assert_eq!(
            read_by(&["systemd"], "export-prefix", "export A=1\nB=2\n"),
            [
                "1:10 error: systemd: A would be lost, because of export before it (remove export; no reader needs it)"
            ]
        );
    }

    #[test]
    fn a_reader_that_refuses_the_file_is_named_once() {
        assert_eq!(
            read_by(&["docker"], "reader-refuses", "export A=1\nexport B=2\n"),
            [
                "1:10 error: docker would refuse this file (write values without blanks and special characters, or in \
              single quotes)"
            ]
        );
    }
}
