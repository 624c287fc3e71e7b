//! `crlf`: lines end in CRLF, and a reader takes the CR for part of the value.

use memchr::memmem;

use super::{Code, Rule};
use crate::check::{Report, Scope, Severity, Subject};
use crate::dotenv::readers;

/// Lines end in CRLF, and a reader takes the CR for part of the value.
pub struct CarriageReturn;

const CODE: Code = Code {
    id: "crlf",
    severity: Severity::Error,
    summary: "Lines end in CRLF, and a reader takes the CR for part of the value",
    help: "Shells and sops keep the carriage return at the end of each value, where nobody sees it.",
};

impl Rule for CarriageReturn {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let Some(first) = memmem::find(subject.bytes, b"\r\n") else { return };
        let keeping = readers::keeping_carriage_returns(&subject.facts.readers);
        if subject.scope != Scope::EnvFile || keeping.is_empty() {
            return;
        }
        let severity = if subject.facts.readers.is_empty() { Severity::Warning } else { Severity::Error };
        let message = format!(
            "{}: the CR at the end of lines would be taken for part of the values",
            keeping.join(", ")
        );
        let line = memchr::memchr_iter(b'\n', &subject.bytes[..first]).count() + 1;
        let finding =
            subject.finding(CODE.id, severity, message).at(u32::try_from(line).unwrap_or(u32::MAX), 1);
        report.push(finding.help("end lines with LF alone, or use --fix"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::FileFacts;
    use crate::check::testing::{World, check_in};

    #[test]
    fn a_shell_keeps_the_carriage_return() {
        let by = |readers: &[&str], file: &str| {
            let readers = readers.iter().map(|&reader| reader.to_owned()).collect();
            let facts = FileFacts { readers, ..FileFacts::default() };
            check_in(&World { facts, ..World::default() }, CODE.id, "[vars.A]\n", file)
        };
        let said = "bash: the CR at the end of lines would be taken for part of the values (end lines with LF alone, \
                    or use --fix)";
        assert_eq!(by(&[], "# c\nA=1\r\nB=2\r\n"), [format!("2:1 warning: {said}")]);
        assert_eq!(by(&["docker", "bash"], "A=1\r\n"), [format!("1:1 error: {said}")]);
        assert!(by(&["docker"], "A=1\r\n").is_empty() && by(&["bash"], "A=1\n").is_empty());
    }
}
