//! `too-long`: a variable that no program can be started with.

use super::{Code, Rule};
use crate::check::{Report, Severity, Subject, shown};

/// A variable that no program can be started with.
pub struct TooLong;

const CODE: Code = Code {
    id: "too-long",
    severity: Severity::Error,
    summary: "A variable is too long to start a program with",
    help: "Linux refuses to start a program with a NAME=value of 128 KiB or more. Only a library that reads the file \
           inside the program gets the value.",
};

/// `MAX_ARG_STRLEN` of Linux: 32 pages, with the NUL at the end (`execve(2)`).
const LONGEST: usize = 32 * 4096;

/// Readers that hand what they read to a program that they start.
const STARTERS: &[&str] = &[
    "docker",
    "podman",
    "compose",
    "compose-v1",
    "honcho",
    "just",
    "uv",
    "foreman",
    "direnv",
    "sh",
    "bash",
    "zsh",
    "systemd",
    "make",
    "sops",
    "xargs",
];

impl Rule for TooLong {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        let mut starting = subject.facts.readers.iter().filter(|id| STARTERS.contains(&id.as_str()));
        let severity = if starting.next().is_some() { Severity::Error } else { Severity::Warning };
        for line in &subject.assignments {
            // The `=` and the NUL.
            if line.name.len() + line.value.len() + 2 > LONGEST {
                let message =
                    format!("no program can be started with {}: it has 128 KiB or more", shown(line.name));
                let finding = subject.finding_at(CODE.id, severity, line, message);
                report.push(finding.help("name a file that holds the value instead"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::FileFacts;
    use crate::check::testing::{World, check_in};

    #[test]
    fn the_limit_of_the_system_is_said() {
        let by = |readers: &[&str], length: usize| {
            let readers = readers.iter().map(|&reader| reader.to_owned()).collect();
            let facts = FileFacts { readers, ..FileFacts::default() };
            let file = format!("A={}\n", "x".repeat(length));
            check_in(&World { facts, ..World::default() }, CODE.id, "[vars.A]\n", &file)
        };
        let said = "no program can be started with A: it has 128 KiB or more (name a file that holds the value instead)";
        assert_eq!(by(&[], 131_070), [format!("1:3 warning: {said}")]);
        assert_eq!(by(&["python-dotenv"], 131_070), [format!("1:3 warning: {said}")]);
        assert_eq!(by(&["bash"], 131_070), [format!("1:3 error: {said}")]);
        assert!(by(&[], 131_069).is_empty());
    }
}
