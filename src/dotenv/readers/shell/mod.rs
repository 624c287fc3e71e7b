//! `set -a; . file` in bash, in zsh and in a POSIX shell (dash, Debian's `sh`).
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
    dialect: Dialect,
}

/// `sh`, as dash.
pub(super) static SH: Shell = Shell { id: "sh", dialect: Dialect::Posix };

/// `bash`.
pub(super) static BASH: Shell = Shell { id: "bash", dialect: Dialect::Bash };

/// `zsh`, with none of its options changed.
pub(super) static ZSH: Shell = Shell { id: "zsh", dialect: Dialect::Zsh };

/// What a shell adds to the language of all.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    Posix,
    Bash,
    Zsh,
}

/// bash's own variables that cannot be set.
pub(super) const READ_ONLY: &[&str] = &["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

impl Reader for Shell {
    fn id(&self) -> &'static str {
        self.id
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let text = zeroize::Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
        let mut script = Script {
            rest: &text,
            dialect: self.dialect,
            values: Values::new(),
            undo: Vec::new(),
            environment,
        };
        loop {
            match script.command() {
                Ok(true) => {}
                Ok(false) => return Ok(script.values),
                // bash and zsh leave the file at a syntax error, a POSIX shell ends.
                Err(Stop::Syntax) if self.dialect != Dialect::Posix => return Ok(script.without_this_line()),
                // bash leaves the line at a bad `${…}`, zsh the file, also at what fails.
                Err(Stop::BadSubstitution) if self.dialect == Dialect::Bash => script.skip_line(),
                Err(Stop::BadSubstitution | Stop::Failed) if self.dialect == Dialect::Zsh => {
                    return Ok(script.values);
                }
                Err(Stop::Syntax | Stop::BadSubstitution | Stop::Failed | Stop::Unset) => {
                    return Err(Refused::Rejects);
                }
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
    /// What makes a shell give up that is no syntax error: in zsh a pattern that no file matches, or `=` before a program
    /// that is not there; in a POSIX shell and zsh a name that cannot be exported.
    Failed,
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
    dialect: Dialect,
    values: Values,
    /// What the variables were that this line has set: a line is read to its end before any of it is run.
    undo: Vec<(String, Option<Secret>)>,
    environment: &'a Environment,
}

/// One word, expanded.
#[derive(Default)]
struct Word {
    text: String,
    /// Length of the name, if the word is an assignment.
    name: Option<usize>,
    /// Whether it is a pattern for names of files, or stands for the path of a program: zsh gives up where there is none.
    is_pattern: bool,
    /// Whether there is more to it than what `$` stands for.
    is_literal: bool,
}

/// One command.
struct Command {
    words: Vec<Word>,
    /// Whether it reads from a file that is not there, so that it does not run.
    lacks_input: bool,
    end: Operator,
}

/// How a command ends, or goes on.
enum Next {
    Word(Word),
    Redirection(Redirection),
    Array,
    End(Operator),
}

/// Where a command reads from or writes to; the file itself changes no variable.
#[derive(Clone, Copy, PartialEq)]
enum Redirection {
    /// From a file, which is not there.
    Input,
    /// To a file.
    Output,
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
        if self.skip_blank_lines() {
            self.undo.clear();
        }
        if self.rest.is_empty() {
            return Ok(false);
        }
        let mut after_or = false;
        loop {
            let command = self.simple_command()?;
            let end = command.end;
            let is_run = match end {
                Operator::Then | Operator::Else => true,
                Operator::Pipe | Operator::Background => false,
            };
            // zsh runs the last command of a pipe itself, the others run all of them in processes of their own.
            if is_run && !after_or {
                self.run(&command)?;
            }
            match end {
                Operator::Pipe => after_or |= !self.is_zsh(),
                Operator::Else => after_or = true,
                Operator::Then | Operator::Background => return Ok(true),
            }
            self.skip_blank_lines();
        }
    }

    /// Reads one command to its end.
    fn simple_command(&mut self) -> Result<Command, Stop> {
        let mut words = Vec::new();
        let (mut seen, mut lacks_input) = (false, false);
        let end = loop {
            self.skip_blanks();
            match self.rest.as_bytes() {
                // In front of a command it turns its exit code around.
                [b'!', b' ' | b'\t', ..] if !seen => {
                    self.rest = &self.rest[1..];
                    continue;
                }
                // A command of commands, which is not modelled.
                [b'(', ..] | [b'{', b' ' | b'\t' | b'\n', ..] if !seen => return Err(Stop::Computes),
                _ => {}
            }
            match self.next()? {
                Next::Word(word) if !seen && word.text == "}" => return Err(Stop::Syntax),
                // Without quotes, nothing is no word.
                Next::Word(word) if word.text.is_empty() && !word.is_literal => {}
                Next::Word(word) => words.push(word),
                Next::Redirection(direction) => lacks_input |= direction == Redirection::Input,
                // An array is not put into the environment, and neither is what a name held before.
                Next::Array => words.push(Word::default()),
                Next::End(Operator::Then) if !seen && self.is_zsh() => break Operator::Then,
                Next::End(_) if !seen => return Err(Stop::Syntax),
                Next::End(end) => break end,
            }
            seen = true;
        };
        let only_assigns = words.iter().all(|word| word.name.is_some());
        if self.is_zsh() && only_assigns && end == Operator::Background {
            return Err(Stop::Syntax);
        }
        Ok(Command { words, lacks_input, end })
    }

    fn next(&mut self) -> Result<Next, Stop> {
        self.skip_blanks();
        let Some(first) = self.rest.chars().next() else { return Ok(Next::End(Operator::Then)) };
        match first {
            '#' => {
                self.skip_line();
                Ok(Next::End(Operator::Then))
            }
            // The line end itself stays, to be seen before the next command.
            '\n' => Ok(Next::End(Operator::Then)),
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
                    Some(_)
                        if self.dialect != Dialect::Posix
                            && word.text.ends_with('=')
                            && self.rest.starts_with('(') =>
                    {
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

    /// `< file`, `> file`, `>> file`.
    fn redirection(&mut self) -> Result<Next, Stop> {
        match self.rest.len() - self.rest.trim_start_matches('<').len() {
            2 | 3 => return Err(Stop::Computes),
            4.. => return Err(Stop::Syntax),
            _ if self.rest[1..].starts_with('(') => return Err(Stop::Computes),
            _ => {}
        }
        let direction = if self.rest.starts_with("<>") || !self.rest.starts_with('<') {
            Redirection::Output
        } else {
            Redirection::Input
        };
        self.rest = self.rest[1..].trim_start_matches(['>', '&', '|']);
        self.skip_blanks();
        match self.rest.chars().next() {
            None | Some('\n' | '#' | ';' | '&' | '|' | '<' | '>' | '(' | ')') => Err(Stop::Syntax),
            Some(_) => self.word().map(|_| Next::Redirection(direction)),
        }
    }

    fn array(&mut self) -> Result<Next, Stop> {
        let close = self.rest.find(')').ok_or(Stop::Syntax)?;
        self.rest = &self.rest[close + 1..];
        Ok(Next::Array)
    }

    /// A command of nothing but assignments sets them, `export` likewise; any other command is not found, and
    /// assignments before it are gone with it.
    fn run(&mut self, command: &Command) -> Result<(), Stop> {
        let words = command.words.as_slice();
        if self.is_zsh() && words.iter().any(|word| word.is_pattern) {
            return Err(Stop::Failed);
        }
        match words.first() {
            Some(Word { text, name: None, .. }) if text == "export" => {
                if command.lacks_input {
                    return if self.dialect == Dialect::Posix { Err(Stop::Failed) } else { Ok(()) };
                }
                self.export(&words[1..])
            }
            _ if words.iter().any(|word| word.name.is_none()) => Ok(()),
            _ if command.lacks_input && self.dialect != Dialect::Bash => Ok(()),
            _ => {
                for word in words {
                    self.assign(word);
                }
                Ok(())
            }
        }
    }

    /// A name that cannot be exported: bash says so and goes on, zsh does so after all others, a POSIX shell ends.
    fn export(&mut self, words: &[Word]) -> Result<(), Stop> {
        let mut fails = false;
        if words.first().is_some_and(|word| word.text.len() > 1 && word.text.starts_with('-')) {
            return if self.dialect == Dialect::Bash { Ok(()) } else { Err(Stop::Failed) };
        }
        for word in words {
            match word.name {
                Some(_) => self.assign(word),
                None if is_name(&word.text) => {}
                None if self.dialect == Dialect::Posix => return Err(Stop::Failed),
                None => fails = true,
            }
        }
        if fails && self.is_zsh() { Err(Stop::Failed) } else { Ok(()) }
    }

    fn assign(&mut self, word: &Word) {
        let Some(length) = word.name else { return };
        let (name, value) = word.text.split_at(length);
        if self.dialect == Dialect::Bash && READ_ONLY.contains(&name) {
            return;
        }
        let before = self.get(name).unwrap_or_default();
        let value = match value.strip_prefix("+=") {
            Some(added) => Secret::new(format!("{before}{added}")),
            None => Secret::new(&value[1..]),
        };
        let before = self.values.insert(name.to_owned(), value);
        self.undo.push((name.to_owned(), before));
    }

    /// The variables as they were before the line in which something is wrong.
    fn without_this_line(mut self) -> Values {
        for (name, before) in self.undo.into_iter().rev() {
            match before {
                Some(before) => self.values.insert(name, before),
                None => self.values.shift_remove(&name),
            };
        }
        self.values
    }

    fn get(&self, name: &str) -> Option<&str> {
        let from_file = self.values.get(name).map(Secret::expose);
        from_file.or_else(|| self.environment.get(name).map(String::as_str))
    }

    /// Whether the text before an `=` makes the word an assignment; the length of the name.
    fn assigned_name(&self, text: &str) -> Option<usize> {
        let added = text.strip_suffix('+').filter(|_| self.dialect != Dialect::Posix);
        let name = added.unwrap_or(text);
        is_name(name).then_some(name.len())
    }

    fn is_zsh(&self) -> bool {
        self.dialect == Dialect::Zsh
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            let Some(after) = self.rest.strip_prefix("\\\n") else { return };
            self.rest = after;
        }
    }

    /// Whether there was a line end.
    fn skip_blank_lines(&mut self) -> bool {
        let mut ended = false;
        loop {
            self.skip_blanks();
            match self.rest.chars().next() {
                Some('\n') => {
                    self.rest = &self.rest[1..];
                    ended = true;
                }
                Some('#') => self.skip_line(),
                _ => return ended,
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
    fn nothing_of_a_line_is_run_that_has_a_syntax_error() {
        assert_eq!(read(&BASH, "A=1\nA=2; B=3; )\nC=4\n"), Ok(pairs(&[("A", "1")])));
        assert_eq!(read(&ZSH, "A=1\nA=2; B=3 &\nC=4\n"), Ok(pairs(&[("A", "1")])));
    }

    #[test]
    fn a_name_that_cannot_be_exported_stops_all_but_bash() {
        let text = "A=1\nexport B-C=2 D=3\nE=4\n";
        assert_eq!(read(&BASH, text), Ok(pairs(&[("A", "1"), ("D", "3"), ("E", "4")])));
        assert_eq!(read(&ZSH, text), Ok(pairs(&[("A", "1"), ("D", "3")])));
        assert_eq!(read(&SH, text), Err(Refused::Rejects));
    }

    #[test]
    fn zsh_looks_for_programs_and_patterns() {
        assert_eq!(read(&ZSH, "A=1\nB==x\nC=2\n"), Ok(pairs(&[("A", "1")])));
        assert_eq!(read(&ZSH, "A=1\nfoo*\nC=2\n"), Ok(pairs(&[("A", "1")])));
        assert_eq!(read(&ZSH, "A=a(b c)d\nB=x|\nC=y\n"), Ok(pairs(&[("A", "a(b c)d"), ("C", "y")])));
        assert_eq!(read(&ZSH, "A=$HOME:t\n"), Err(Refused::Computes));
    }

    #[test]
    fn a_syntax_error_ends_bash_s_reading_and_a_posix_shell() {
        assert_eq!(read(&BASH, "A=1\nB=<x>\nC=2\n"), Ok(pairs(&[("A", "1")])));
        assert_eq!(read(&SH, "A=1\nB=<x>\nC=2\n"), Err(Refused::Rejects));
    }
}
