//! What the strict reader cannot read: one code per rule of the grammar.

use super::{Code, Rule};
use crate::check::{Report, Severity, Subject};
use crate::dotenv::{Problem, ProblemKind};

/// What the strict reader cannot read.
pub struct Syntax;

/// A rule of the grammar; the finding itself says what to do.
const fn code(id: &'static str, summary: &'static str) -> Code {
    const HELP: &str =
        "Programs read a line that breaks the grammar in different ways, or lose it and what follows.";
    Code { id, severity: Severity::Error, summary, help: HELP }
}

impl Rule for Syntax {
    fn codes(&self) -> &'static [Code] {
        const {
            &[
                code("missing-equals", "A line is neither blank, a comment nor NAME=value"),
                code("bad-name", "A name holds a character that not every program can read"),
                code("merge-marker", "A line is the mark of an unfinished merge"),
                code("blank-around-equals", "A blank stands beside ="),
                code("blank-after-empty", "Blanks stand where a value would be"),
                code("unterminated-quote", "A quote is never closed"),
                code("unquoted-key", "The lines of a private key or certificate stand without quotes"),
                code("bad-escape", "A backslash in double quotes escapes nothing that is known"),
                code("text-after-quote", "Text follows a closing quote"),
                code("duplicate", "A name is assigned twice"),
                code("byte-order-mark", "The file starts with a byte order mark"),
                code("nul", "A line holds a NUL byte"),
                code("lone-cr", "A carriage return does not end a line"),
                code("not-utf8", "A line is not valid UTF-8"),
                code("too-many-variables", "The file holds more variables than are read"),
                code("too-many-problems", "The file has more problems than are reported"),
            ]
        }
    }

    fn check(&self, subject: &Subject<'_>, report: &mut Report) {
        for problem in subject.problems {
            let finding = subject
                .finding(problem.code(), Severity::Error, message(problem))
                .at(problem.line, problem.column)
                .help(problem.help());
            report.push(match &problem.name {
                Some(name) => finding.variable(name),
                None => finding,
            });
        }
    }
}

/// The column is said where the place is inside a value, which is not shown.
fn message(problem: &Problem) -> String {
    match problem.kind {
        ProblemKind::BadEscape
        | ProblemKind::TextAfterQuote
        | ProblemKind::Nul
        | ProblemKind::LoneCarriageReturn
        | ProblemKind::NotUtf8 => format!("{} (column {})", problem.kind, problem.column),
        _ => problem.kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotenv::Document;

    #[test]
    fn every_code_of_the_reader_is_documented() {
        let broken: &[&[u8]] = &[
            b"\xef\xbb\xbfA=1",
            b"A",
            b"1A=1",
            b"A =1",
            b"A= ",
            b">>>>>>> side",
            b"A='x",
            b"A=\"\\q\"",
            b"A=-----BEGIN X-----\nMIIE\n-----END X-----\n",
            b"A='x'y",
            b"A=1\nA=2",
            b"A=\0",
            b"A=\rB",
            b"A=\xff",
        ];
        for bytes in broken {
            let (_, problems) = Document::parse_with_problems(bytes);
            assert!(!problems.is_empty(), "{bytes:?}");
            for problem in problems {
                assert!(Syntax.codes().iter().any(|code| code.id == problem.code()), "{}", problem.code());
            }
        }
    }
}
