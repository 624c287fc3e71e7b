//! `include .env` in a makefile of GNU make, with every variable exported: a makefile like any other, so that `#` and `$`
//! mean what they mean there and quotes mean nothing.
//!
//! Nothing is run and no other file is read: what would is refused as [`Refused::Computes`], and so are conditionals,
//! `define` and functions.

mod expand;

use zeroize::Zeroizing;

use self::expand::Variables;
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Words before an assignment that change who sees the variable.
const MODIFIERS: [&str; 4] = ["export", "override", "private", "unexport"];

/// Words that begin a line which is no assignment, and that are not modelled.
const DIRECTIVES: [&str; 14] = [
    "define", "undefine", "include", "-include", "sinclude", "load", "-load", "ifdef", "ifndef", "ifeq",
    "ifneq", "else", "endif", "endef",
];

/// GNU make.
pub(super) struct Make;

impl Reader for Make {
    fn id(&self) -> &'static str {
        "make"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        let mut variables = Variables::new(environment);
        // The lines of a rule that begin with a tab are for a shell.
        let mut in_rule = false;
        for line in logical_lines(text) {
            if in_rule && line.starts_with('\t') {
                continue;
            }
            let joined = join(&line);
            let line = without_comment(&joined);
            let line = line.trim_start_matches(is_blank);
            if !line.is_empty() {
                in_rule = statement(line, &mut variables)?;
            }
        }
        variables.into_values()
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}')
}

/// One line; whether it begins a rule.
fn statement(line: &str, variables: &mut Variables) -> Result<bool, Refused> {
    if let Some((assignment, is_exported)) = modified_assignment(line) {
        variables.assign(&assignment, is_exported)?;
        return Ok(false);
    }
    match first_word(line) {
        word @ ("export" | "unexport") => {
            let names = variables.expand(&line[word.len()..])?;
            for name in names.split(is_blank).filter(|name| !name.is_empty()) {
                variables.export(name, word == "export");
            }
            Ok(false)
        }
        "vpath" => Ok(false),
        word if DIRECTIVES.contains(&word) => Err(Refused::Computes),
        _ => rule(line, variables),
    }
}

/// The line as an assignment, perhaps with words before it, and whether programs see the variable.
fn modified_assignment(line: &str) -> Option<(Assignment<'_>, bool)> {
    let (mut rest, mut is_exported) = (line, true);
    loop {
        if let Some(assignment) = assignment(rest) {
            return Some((assignment, is_exported));
        }
        let word = first_word(rest);
        if !MODIFIERS.contains(&word) {
            return None;
        }
        is_exported &= word != "unexport";
        rest = rest[word.len()..].trim_start_matches(is_blank);
    }
}

/// Targets before a colon; anything else has to expand to nothing.
fn rule(line: &str, variables: &Variables) -> Result<bool, Refused> {
    let expanded = variables.expand(line)?;
    if expanded.trim_matches(is_blank).is_empty() {
        return Ok(false);
    }
    match (expanded.find(':'), expanded.find(';')) {
        // `A B:=x` is a variable of the target B, without a name.
        (Some(colon), semicolon) if semicolon.is_none_or(|semicolon| colon < semicolon) => {
            let is_nameless =
                expanded[colon..].trim_start_matches(':').trim_start_matches(is_blank).starts_with('=');
            if is_nameless { Err(Refused::Rejects) } else { Ok(true) }
        }
        _ => Err(Refused::Rejects),
    }
}

fn first_word(text: &str) -> &str {
    text.split(is_blank).next().unwrap_or_default()
}

/// How a value is given.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Flavor {
    /// `=`: expanded when it is used.
    Recursive,
    /// `:=`, `::=`: expanded at once.
    Simple,
    /// `?=`: if it has none.
    Conditional,
    /// `+=`: after a blank.
    Append,
    /// `!=`: by a command.
    Shell,
}

/// `NAME = value`.
pub(super) struct Assignment<'a> {
    pub(super) name: &'a str,
    pub(super) flavor: Flavor,
    pub(super) value: &'a str,
}

/// The line as an assignment: the name is one word up to the operator, blanks after it do not count.
fn assignment(line: &str) -> Option<Assignment<'_>> {
    let mut at = 0;
    let mut name_end = None;
    while let Some(character) = line[at..].chars().next() {
        let rest = &line[at..];
        let operators = [
            (":::=", Flavor::Simple),
            ("::=", Flavor::Simple),
            (":=", Flavor::Simple),
            ("?=", Flavor::Conditional),
            ("+=", Flavor::Append),
            ("!=", Flavor::Shell),
            ("=", Flavor::Recursive),
        ];
        if let Some((operator, flavor)) =
            operators.into_iter().find(|(operator, _)| rest.starts_with(operator))
        {
            let value = rest[operator.len()..].trim_start_matches(is_blank);
            return Some(Assignment { name: &line[..name_end.unwrap_or(at)], flavor, value });
        }
        match character {
            ':' => return None,
            _ if is_blank(character) => {
                name_end.get_or_insert(at);
            }
            // A second word.
            _ if name_end.is_some() => return None,
            '$' => {
                at += expand::reference_length(rest)?;
                continue;
            }
            _ => {}
        }
        at += character.len_utf8();
    }
    None
}

/// Lines, with those that a backslash at their end joins still in pieces.
fn logical_lines(text: &str) -> impl Iterator<Item = String> {
    let mut lines =
        text.split_inclusive('\n').map(|line| line.strip_suffix('\n').map_or(line, without_return));
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_owned();
        while line.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1 {
            let Some(next) = lines.next() else { break };
            line.push('\n');
            line.push_str(next);
        }
        Some(line)
    })
}

fn without_return(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line)
}

/// Each backslash with a line end and the blanks around it becomes one blank.
fn join(line: &str) -> Zeroizing<String> {
    let mut joined = Zeroizing::new(String::with_capacity(line.len()));
    for (index, part) in line.split("\\\n").enumerate() {
        if index > 0 {
            let kept = joined.trim_end_matches(is_blank).len();
            joined.truncate(kept);
            joined.push(' ');
            joined.push_str(part.trim_start_matches(is_blank));
        } else {
            joined.push_str(part);
        }
    }
    joined
}

/// The line up to the first `#` that no backslash precedes; a backslash before one goes.
fn without_comment(line: &str) -> Zeroizing<String> {
    let mut kept = Zeroizing::new(String::with_capacity(line.len()));
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('#') {
        let backslashes = before.bytes().rev().take_while(|&byte| byte == b'\\').count();
        kept.push_str(&before[..before.len() - backslashes]);
        kept.extend(std::iter::repeat_n('\\', backslashes / 2));
        if backslashes % 2 == 0 {
            return kept;
        }
        kept.push('#');
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Whether make exports a variable of that name to a program.
pub(super) fn is_exported(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty() && name.bytes().all(allowed) && !name.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, Refused> {
        let environment = Environment::from([("HOME".to_owned(), "/home/u".to_owned())]);
        let values = Make.read(text.as_bytes(), &environment)?;
        Ok(values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    #[track_caller]
    fn reads(text: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(read(text), Ok(expected), "{text}");
    }

    #[test]
    fn a_value_is_expanded_when_it_is_used_or_at_once() {
        reads("A=$(B)x\nB=1\nC:=$(B)$$\nB=2\n", &[("A", "2x"), ("B", "2"), ("C", "1$")]);
        reads("A=a\nA+=b\nA?=c\nHOME?=d\n", &[("A", "a b")]);
        assert_eq!(read("A=$(A)\n"), Err(Refused::Rejects));
    }

    #[test]
    fn comments_and_joined_lines_are_those_of_a_makefile() {
        reads("A=p#w\nB=p\\#w\nC=one \\\n  two\n", &[("A", "p"), ("B", "p#w"), ("C", "one two")]);
        reads("all: x\n\tB=2\nC=3\n", &[("C", "3")]);
    }

    #[test]
    fn only_what_is_exported_is_seen() {
        reads("unexport A=1\nexport B=2\nC-D=3\nexport E\n", &[("B", "2"), ("E", "")]);
    }

    #[test]
    fn nothing_is_ever_run_and_no_other_file_is_read() {
        for text in
            ["A=$(shell id)\n", "A!=id\n", "include other\n", "ifdef X\nA=1\nendif\n", "A=$(B:.c=.o)\n"]
        {
            assert_eq!(read(text), Err(Refused::Computes), "{text}");
        }
    }

    #[test]
    fn references_without_end_are_cut_off() {
        let doubled: Vec<String> =
            (1..40).map(|level| format!("A{level}=$(A{0})$(A{0})", level - 1)).collect();
        assert_eq!(read(&format!("A0=x\n{}\n", doubled.join("\n"))), Err(Refused::Computes));
    }
}
