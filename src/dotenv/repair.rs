//! Repairs that need no decision: afterwards every line means what it meant to the strict reader, or, where it
//! meant nothing, what every lenient reader took it for.

use std::collections::HashSet;
use std::ops::Range;

use zeroize::Zeroizing;

use super::lexer::{Assignment, Content, Lexer, Line};
use super::problem::{Problem, ProblemKind};
use super::readers::{self, Reader};
use super::{Quote, reference, without_carriage_returns};
use crate::secret::Secret;

/// What was repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// The byte order mark is gone.
    ByteOrderMark,
    /// Lines end in LF.
    CarriageReturns,
    /// The blanks behind the value are gone.
    TrailingBlank,
    /// `export` before the name is gone.
    Export,
    /// The blanks beside `=` are gone.
    BlankAroundEquals,
    /// The comment behind a value stands on a line of its own above it.
    InlineComment,
    /// The value is written in the form that those who read the file take for it, else in the one that the most do.
    Quoting,
}

/// One repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Line in the file as it was, from 1.
    pub line: u32,
    /// The variable on that line.
    pub name: Option<String>,
    /// What was done.
    pub repair: Repair,
}

/// Repairs a file that the readers of these ids read, or nobody knows who. Lines that need a decision, and all
/// others, stay byte for byte.
pub fn repair<S: AsRef<str>>(bytes: &[u8], ids: &[S]) -> (Zeroizing<Vec<u8>>, Vec<Repaired>) {
    let readers: Vec<_> = ids.iter().filter_map(|id| readers::by_id(id.as_ref())).collect();
    let mut repairs = Vec::new();
    let mut done = |repair| repairs.push(Repaired { line: 1, name: None, repair });
    let text = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(text) => {
            done(Repair::ByteOrderMark);
            text
        }
        None => bytes,
    };
    let plain = without_carriage_returns(text);
    let text = if plain.len() < text.len() && !readers::keeping_carriage_returns(ids).is_empty() {
        done(Repair::CarriageReturns);
        plain.as_slice()
    } else {
        text
    };
    // Room for a comment's line end and two quotes on each line: a buffer that grows leaves copies behind.
    let output = Zeroizing::new(Vec::with_capacity(text.len() * 2 + 64));
    let names = names(text);
    let mut repairer = Repairer { readers, names, output, repairs };
    for line in Lexer::new(text) {
        repairer.line(text, &line);
    }
    (repairer.output, repairer.repairs)
}

struct Repairer {
    /// Those who are known to read the file.
    readers: Vec<&'static dyn Reader>,
    /// The variables of the file, if a value may refer to one.
    names: HashSet<String>,
    output: Zeroizing<Vec<u8>>,
    repairs: Vec<Repaired>,
}

impl Repairer {
    fn line(&mut self, text: &[u8], line: &Line) {
        let bytes = &text[line.span.clone()];
        match &line.content {
            Content::Assignment(assignment) => self.assignment(text, &line.span, line.number, assignment),
            Content::Bad(Problem {
                kind: ProblemKind::BlankAroundEquals | ProblemKind::BlankAfterEmpty,
                ..
            }) => {
                let closed_up = without_blanks(bytes);
                match Lexer::new(&closed_up).next() {
                    Some(Line { span, content: Content::Assignment(assignment), .. })
                        if span.len() == closed_up.len() =>
                    {
                        self.done(&closed_up, line.number, &assignment, Repair::BlankAroundEquals);
                        self.assignment(&closed_up, &span, line.number, &assignment);
                    }
                    _ => self.output.extend_from_slice(bytes),
                }
            }
            Content::Other | Content::SealedOnly(_) | Content::Bad(_) => self.output.extend_from_slice(bytes),
        }
    }

    fn assignment(&mut self, text: &[u8], span: &Range<usize>, number: u32, assignment: &Assignment) {
        let raw = &assignment.raw;
        let after = &text[raw.end..span.end];
        let line_end = if after.ends_with(b"\r\n") { 2 } else { usize::from(after.ends_with(b"\n")) };
        let (mut behind, line_end) = after.split_at(after.len() - line_end);
        if assignment.inline_comment {
            self.output.extend_from_slice(behind.trim_ascii());
            self.output.extend_from_slice(if line_end.is_empty() { b"\n" } else { line_end });
            behind = &[];
            self.done(text, number, assignment, Repair::InlineComment);
        }
        if !behind.is_empty() && behind.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            behind = &[];
            self.done(text, number, assignment, Repair::TrailingBlank);
        }
        if assignment.export && self.refuses_export() {
            let indent = text[span.clone()].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            self.output.extend_from_slice(&text[span.start..span.start + indent]);
            self.output.extend_from_slice(&text[assignment.name.start..raw.start]);
            self.done(text, number, assignment, Repair::Export);
        } else {
            self.output.extend_from_slice(&text[span.start..raw.start]);
        }
        match self.better_quote(&text[raw.clone()], assignment) {
            Some(quote) => {
                for part in [quote.mark(), assignment.value.expose(), quote.mark()] {
                    self.output.extend_from_slice(part.as_bytes());
                }
                self.done(text, number, assignment, Repair::Quoting);
            }
            None => self.output.extend_from_slice(&text[raw.clone()]),
        }
        self.output.extend_from_slice(behind);
        self.output.extend_from_slice(line_end);
    }

    /// Whether one of those who read the file loses what is exported, or refuses it.
    fn refuses_export(&self) -> bool {
        self.readers
            .iter()
            .any(|reader| readers::alone(*reader, b"export A=x", "A", &Secret::new("x")).is_some())
    }

    /// The form in which the value should stand, if those who read the file, or some readers if nobody knows who
    /// does, take the one in which it stands for something else.
    fn better_quote(&self, raw: &[u8], assignment: &Assignment) -> Option<Quote> {
        let value = &assignment.value;
        let text = std::str::from_utf8(raw).unwrap_or_default();
        if reference::is_in(text, assignment.quote, |name| self.names.contains(name)) {
            // Only its author knows whether it is meant: quoted, it would be plain text.
            return None;
        }
        if self.readers.is_empty() {
            let alike = is_read_alike(value.expose(), assignment.quote);
            return if alike { None } else { Quote::portable(value.expose()).ok() };
        }
        let line = Zeroizing::new([b"A=", raw].concat());
        if self.readers.iter().all(|reader| readers::alone(*reader, &line, "A", value).is_none()) {
            return None;
        }
        readers::quote_for(&self.readers, value)
    }

    fn done(&mut self, text: &[u8], line: u32, assignment: &Assignment, repair: Repair) {
        let name = Some(String::from_utf8_lossy(&text[assignment.name.clone()]).into_owned());
        self.repairs.push(Repaired { line, name, repair });
    }
}

/// The variables that a file sets; none if no value can refer to one.
fn names(text: &[u8]) -> HashSet<String> {
    if !text.contains(&b'$') {
        return HashSet::new();
    }
    let name = |line: Line| match line.content {
        Content::Assignment(assignment) => Some(String::from_utf8_lossy(&text[assignment.name]).into_owned()),
        Content::Bad(problem) => problem.name,
        Content::Other | Content::SealedOnly(_) => None,
    };
    Lexer::new(text).filter_map(name).collect()
}

/// The line without the blanks beside its first `=`.
fn without_blanks(line: &[u8]) -> Zeroizing<Vec<u8>> {
    let equals = line.iter().position(|&byte| byte == b'=').unwrap_or(line.len());
    let (before, after) = line.split_at(equals);
    let after = after.get(1..).unwrap_or_default();
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let before = &before[..before.len() - before.iter().rev().take_while(blank).count()];
    let after = &after[after.iter().take_while(blank).count()..];
    let mut closed_up = Zeroizing::new(Vec::with_capacity(line.len()));
    closed_up.extend_from_slice(before);
    closed_up.push(b'=');
    closed_up.extend_from_slice(after);
    closed_up
}

/// Whether the readers that know quotes agree about a value in this form. Measured: the characters that some
/// readers treat in a way of their own where a value stands bare are few, and wider than the set that is
/// written bare.
pub fn is_read_alike(value: &str, quote: Quote) -> bool {
    match quote {
        Quote::Bare => {
            !value.contains(|character: char| {
                matches!(
                    character,
                    '#' | '$' | '\\' | '\'' | '"' | '`' | '&' | ';' | '|' | '<' | '>' | '(' | ')'
                ) || character.is_whitespace()
                    || character.is_control()
            }) && !value.starts_with(['~', '='])
        }
        quoted => quoted.carries(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotenv::Document;

    fn repaired(text: &str) -> (String, Vec<Repair>) {
        repaired_for(&[], text)
    }

    fn repaired_for(ids: &[&str], text: &str) -> (String, Vec<Repair>) {
        let (bytes, repairs) = repair(text.as_bytes(), ids);
        let (again, nothing) = repair(&bytes, ids);
        assert!(nothing.is_empty() && again == bytes, "a second time changes {text:?}");
        let kinds = repairs.iter().map(|repaired| repaired.repair).collect();
        (String::from_utf8(bytes.to_vec()).expect("the tests use UTF-8"), kinds)
    }

    #[test]
    fn each_repair_does_one_thing() {
        let expect = |text: &str, repair: Repair| (text.to_owned(), vec![repair]);
        assert_eq!(repaired("\u{feff}A=1\n"), expect("A=1\n", Repair::ByteOrderMark));
        assert_eq!(repaired("  export A =  1\n"), expect("  export A=1\n", Repair::BlankAroundEquals));
        assert_eq!(repaired("A= \nB=1"), expect("A=\nB=1", Repair::BlankAroundEquals));
        assert_eq!(repaired("A=1\r\nB='x\r\ny'"), expect("A=1\nB='x\ny'", Repair::CarriageReturns));
        assert_eq!(repaired("A='x' \t\nB=1\n"), expect("A='x'\nB=1\n", Repair::TrailingBlank));
        assert_eq!(repaired("A=3600  # an hour\n"), expect("# an hour\nA=3600\n", Repair::InlineComment));
        assert_eq!(repaired("A='x' # y"), expect("# y\nA='x'", Repair::InlineComment));
        assert_eq!(repaired("A=two words\n"), expect("A='two words'\n", Repair::Quoting));
        assert_eq!(repaired("A=\"pa\\$s\"\n"), expect("A='pa$s'\n", Repair::Quoting));
        assert_eq!(repaired("A=it's\n"), expect("A=\"it's\"\n", Repair::Quoting));
    }

    #[test]
    fn who_reads_the_file_decides_how_it_is_written() {
        let expect = |text: &str, repair: Repair| (text.to_owned(), vec![repair]);
        assert_eq!(repaired_for(&["docker"], "A='x $y'\n"), expect("A=x $y\n", Repair::Quoting));
        assert_eq!(repaired_for(&["bash"], "A=x $y\n"), expect("A='x $y'\n", Repair::Quoting));
        assert_eq!(repaired_for(&["systemd"], " export A=1\n"), expect(" A=1\n", Repair::Export));
        let fine = |ids: &[&str], text: &str| assert_eq!(repaired_for(ids, text), (text.to_owned(), vec![]));
        fine(&["docker", "bash"], "A=x $y\nB='x $y'\n");
        fine(&["bash"], "export A=1\n");
        fine(&["docker"], "A=1\r\n");
        fine(&[], "export A=1\n");
    }

    #[test]
    fn what_needs_a_decision_or_is_right_stays_as_it_is() {
        for text in [
            "# c\n\nA=größe*\nB='x # y'\nC=\"one\ntwo\"\n",
            "A=1\nA=2\n",
            "A = 'open\n",
            "hunter2\nA='it''s'\n1A=x\n",
            "A=it's $5\nB=C:\\\n",
            "A=\"${B}:${C:-d}@h\"\nB=\"$HOME/x y\"\nC=$b z\nb=1\n",
            "",
        ] {
            assert_eq!(repaired(text), (text.to_owned(), Vec::new()));
        }
    }

    #[test]
    fn values_stay_what_they_were() {
        let before = "A=a#b # c\nexport B=x y\nC=\"a\\\"b\"  # \"d\"\nD='$x'#\nE=\"one\r\ntwo\"\nF=$HOME\r\n";
        let values = |bytes: &[u8]| {
            let (document, _) = Document::parse_with_problems(bytes);
            let pair =
                |entry: crate::dotenv::Entry<'_>| (entry.name.to_owned(), entry.value.expose().to_owned());
            document.entries().map(pair).collect::<Vec<_>>()
        };
        for ids in [&[][..], &["docker"], &["bash", "systemd"], &["next", "compose"]] {
            let (after, repairs) = repair(before.as_bytes(), ids);
            assert_eq!(values(&after), values(before.as_bytes()), "{ids:?}");
            assert!(repairs.len() > 2, "{ids:?}");
        }
    }
}
