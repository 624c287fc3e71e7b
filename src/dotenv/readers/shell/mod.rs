//! `set -a; . file` in bash and in a POSIX shell (dash, Debian's `sh`).
//!
//! Modelled is what an env file needs: assignments, `export`, quoting, parameter expansion, comments, and what
//! `;`, `&`, `|`, `<`, `>` and parentheses do to a line. Nothing is run: a file that would run a command in a
//! value is refused as [`Refused::Computes`], and any other command counts as not found.

mod word;

use super::{Environment, Reader, Refused};
use crate::dotenv::is_name;
use crate::secret::{Secret, Values};

/// A shell.
pub(super) struct Shell {
    id: &'static str,
    bash: bool,
}

/// `sh`, as dash.
pub(super) static SH: Shell = Shell { id: "sh", bash: false };

/// `bash`.
pub(super) static BASH: Shell = Shell { id: "bash", bash: true };

/// bash's own variables that cannot be set.
pub(super) const READ_ONLY: &[&str] = &["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

impl Reader for Shell {
    fn id(&self) -> &'static str {
        self.id
    }

    fn read(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = zeroize::Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let mut script = Script { rest: &text, bash: self.bash, values: Values::new(), environment };
        loop {
            match script.command() {
                Ok(true) => {}
                Ok(false) => return Ok(script.values),
                // bash leaves the file at a syntax error, a POSIX shell ends.
                Err(Stop::Syntax) if self.bash => return Ok(script.values),
                // bash leaves the line at a bad `${…}`.
                Err(Stop::BadSubstitution) if self.bash => script.skip_line(),
                Err(Stop::Syntax | Stop::BadSubstitution | Stop::Unset) => return Err(Refused::Rejects),
                Err(Stop::Computes) => return Err(Refused::Computes),
            }
        }
    }
}

/// Why a shell does not go on.
#[derive(Clone, Copy)]
enum Stop {
    /// A syntax error.
    Syntax,
    /// `${…}` with something else than a parameter in it.
    BadSubstitution,
    /// `${NAME:?}` of an unset variable.
    Unset,
    /// A command substitution or an expansion that is not modelled.
    Computes,
}

/// What is left of the file, and the variables so far.
struct Script<'a> {
    rest: &'a str,
    bash: bool,
    values: Values,
    environment: &'a Environment,
}

/// One word, expanded.
struct Word {
    text: String,
    /// Length of the name, if the word is an assignment.
    name: Option<usize>,
}

/// How a command ends, or goes on.
enum Next {
    Word(Word),
    Redirection,
    Array,
    End(Operator),
}

/// What stands between two commands.
#[derive(Clone, Copy, PartialEq)]
enum Operator {
    /// A line end, `;` or `&&`, or the end of the file.
    Then,
    /// `|`: both sides run in processes of their own.
    Pipe,
    /// `&`: this side does.
    Background,
    /// `||`: the other side does not run.
    Else,
}

impl Script<'_> {
    /// Runs the next command; `false` at the end of the file.
    fn command(&mut self) -> Result<bool, Stop> {
        self.skip_blank_lines();
        if self.rest.is_empty() {
            return Ok(false);
        }
        let mut lost = false;
        loop {
            let mut words = Vec::new();
            let mut seen = false;
            let end = loop {
                match self.next()? {
                    Next::Word(word) => words.push(word),
                    Next::Redirection => {}
                    // An array is not put into the environment, and neither is what a name held before.
                    Next::Array => words.push(Word { text: String::new(), name: None }),
                    Next::End(_) if !seen => return Err(Stop::Syntax),
                    Next::End(end) => break end,
                }
                seen = true;
            };
            if !lost && matches!(end, Operator::Then | Operator::Else) {
                self.assign(&words);
            }
            lost = matches!(end, Operator::Pipe | Operator::Else);
            if !lost {
                return Ok(true);
            }
        }
    }

    fn next(&mut self) -> Result<Next, Stop> {
        self.skip_blanks();
        let Some(first) = self.rest.chars().next() else { return Ok(Next::End(Operator::Then)) };
        match first {
            '#' => {
                self.skip_line();
                Ok(Next::End(Operator::Then))
            }
            '\n' => Ok(self.end("\n", Operator::Then)),
            ';' if self.rest.starts_with(";;") => Err(Stop::Syntax),
            ';' => Ok(self.end(";", Operator::Then)),
            '&' if self.rest.starts_with("&&") => Ok(self.end("&&", Operator::Then)),
            '&' => Ok(self.end("&", Operator::Background)),
            '|' if self.rest.starts_with("||") => Ok(self.end("||", Operator::Else)),
            '|' => Ok(self.end("|", Operator::Pipe)),
            '<' | '>' => self.redirection(),
            '(' | ')' => Err(Stop::Syntax),
            _ => {
                let word = self.word()?;
                match word.name {
                    Some(_) if self.bash && word.text.ends_with('=') && self.rest.starts_with('(') => {
                        self.array()
                    }
                    _ => Ok(Next::Word(word)),
                }
            }
        }
    }

    fn end(&mut self, operator: &str, end: Operator) -> Next {
        self.rest = &self.rest[operator.len()..];
        Next::End(end)
    }

    /// `< file`, `> file`, `>> file`: the file itself changes no variable.
    fn redirection(&mut self) -> Result<Next, Stop> {
        match self.rest.len() - self.rest.trim_start_matches('<').len() {
            2 | 3 => return Err(Stop::Computes),
            4.. => return Err(Stop::Syntax),
            _ if self.rest[1..].starts_with('(') => return Err(Stop::Computes),
            _ => {}
        }
        self.rest = self.rest[1..].trim_start_matches(['>', '&', '|']);
        self.skip_blanks();
        match self.rest.chars().next() {
            None | Some('\n' | '#' | ';' | '&' | '|' | '<' | '>' | '(' | ')') => Err(Stop::Syntax),
            Some(_) => self.word().map(|_| Next::Redirection),
        }
    }

    fn array(&mut self) -> Result<Next, Stop> {
        let close = self.rest.find(')').ok_or(Stop::Syntax)?;
        self.rest = &self.rest[close + 1..];
        Ok(Next::Array)
    }

    /// A command of nothing but assignments sets them, `export` likewise; any other command is not found, and
    /// assignments before it are gone with it.
    fn assign(&mut self, words: &[Word]) {
        let words = match words.first() {
            Some(Word { text, name: None }) if text == "export" => &words[1..],
            _ if words.iter().any(|word| word.name.is_none()) => return,
            _ => words,
        };
        for word in words {
            let Some(length) = word.name else { continue };
            let (name, value) = word.text.split_at(length);
            if self.bash && READ_ONLY.contains(&name) {
                continue;
            }
            let before = self.get(name).unwrap_or_default();
            let value = match value.strip_prefix("+=") {
                Some(added) => Secret::new(format!("{before}{added}")),
                None => Secret::new(&value[1..]),
            };
            self.values.insert(name.to_owned(), value);
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let from_file = self.values.get(name).map(Secret::expose);
        from_file.or_else(|| self.environment.get(name).map(String::as_str))
    }

    /// Whether the text before an `=` makes the word an assignment; the length of the name.
    fn assigned_name(&self, text: &str) -> Option<usize> {
        let name = if self.bash { text.strip_suffix('+').unwrap_or(text) } else { text };
        is_name(name).then_some(name.len())
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            let Some(after) = self.rest.strip_prefix("\\\n") else { return };
            self.rest = after;
        }
    }

    fn skip_blank_lines(&mut self) {
        loop {
            self.skip_blanks();
            match self.rest.chars().next() {
                Some('\n') => self.rest = &self.rest[1..],
                Some('#') => self.skip_line(),
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        self.rest = &self.rest[self.rest.find('\n').unwrap_or(self.rest.len())..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shell: &Shell, text: &str) -> Result<Vec<(String, String)>, Refused> {
        let environment = Environment::from([("HOME".to_owned(), "/home/u".to_owned())]);
        let values = shell.read(text.as_bytes(), &environment)?;
        Ok(values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn several_commands_on_a_line_are_run_in_turn() {
        assert_eq!(
            read(&SH, "A=1; B=2 C=3\nD=4&E=5\nF=6|G=7;H=8\nI=9||J=1\n"),
            Ok(pairs(&[("A", "1"), ("B", "2"), ("C", "3"), ("E", "5"), ("H", "8"), ("I", "9")]))
        );
    }

    #[test]
    fn a_parameter_is_expanded_with_its_operators() {
        let text =
            "A=x\nB=${A}y\nC=${NO:-\"d $A\"}\nD=${A:+\"z\"}\nE=${NO-}e\nF=\"${HOME}/$A\"\nG=${NO:=g}$NO\n";
        assert_eq!(
            read(&SH, text),
            Ok(pairs(&[
                ("A", "x"),
                ("B", "xy"),
                ("C", "d x"),
                ("D", "z"),
                ("E", "e"),
                ("F", "/home/u/x"),
                ("NO", "g"),
                ("G", "gg"),
            ]))
        );
    }

    #[test]
    fn nothing_is_ever_run() {
        for text in ["A=$(id)\n", "A=`id`\n", "A=\"$(id)\"\n", "A=\"`id`\"\n", "A=$((1+1))\n", "A=$$\n"] {
            assert_eq!(read(&BASH, text), Err(Refused::Computes), "{text}");
            assert_eq!(read(&SH, text), Err(Refused::Computes), "{text}");
        }
    }

    #[test]
    fn a_syntax_error_ends_bash_s_reading_and_a_posix_shell() {
        assert_eq!(read(&BASH, "A=1\nB=<x>\nC=2\n"), Ok(pairs(&[("A", "1")])));
        assert_eq!(read(&SH, "A=1\nB=<x>\nC=2\n"), Err(Refused::Rejects));
    }
}
