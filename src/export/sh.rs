//! sh: `export NAME='…'`, for every POSIX shell.

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// Commands for a POSIX shell.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse_own(name, value).or_else(|| refuse_nul(value))
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            push_export(&mut text, name, value.expose());
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            cursor.eat("export ")?;
            let name = cursor.until("='")?;
            Some((name.to_owned(), rest_of_export(cursor)?))
        })
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

/// Names that mean something to a shell itself: read-only ones end its script, and what is assigned to the others
/// changes, or changes the shell. In lower case those of zsh.
const OWN: &str = "\
    ARGC BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_LINENO BASH_SOURCE \
    BASH_SUBSHELL BASH_VERSINFO DIRSTACK EGID EPOCHREALTIME EPOCHSECONDS ERRNO EUID FUNCNAME GID GROUPS \
    HISTCHARS HISTCMD KEYBOARD_HACK LINENO OPTARG OPTIND PPID RANDOM SECONDS SHELLOPTS SHLVL SRANDOM TTYIDLE UID \
    USERNAME WATCH ZSH_EVAL_CONTEXT ZSH_SUBSHELL _ aliases argv builtins cdpath commands dirstack dis_aliases \
    dis_builtins dis_functions dis_functions_source dis_galiases dis_patchars dis_reswords dis_saliases fignore \
    fpath funcfiletrace funcsourcetrace funcstack functions functions_source functrace galiases histchars \
    history historywords jobdirs jobstates jobtexts keymaps mailpath manpath module_path modules nameddirs \
    options parameters patchars path pipestatus psvar reswords saliases signals status termcap terminfo userdirs \
    usergroups watch widgets zsh_eval_context zsh_scheduled_events";

/// Names that hold a whole number in zsh, which would take another value for a formula.
const NUMBERS: &[&str] = &[
    "COLUMNS",
    "FUNCNEST",
    "HISTSIZE",
    "KEYTIMEOUT",
    "LINES",
    "LISTMAX",
    "MAILCHECK",
    "SAVEHIST",
    "TRY_BLOCK_ERROR",
    "TRY_BLOCK_INTERRUPT",
];

/// Why a shell would not set the name to the value as it is told to.
pub(super) fn refuse_own(name: &str, value: &str) -> Option<Refusal> {
    if OWN.split(' ').any(|own| own == name) {
        return Some("shells have a variable of that name that is their own".into());
    }
    let is_number = || value.parse::<u16>().is_ok_and(|number| number.to_string() == value);
    (NUMBERS.contains(&name) && !is_number())
        .then_some("zsh has a variable of that name that can only be a number".into())
}

/// Nothing but `'` is special inside `'…'`, and it cannot stand there.
pub(super) fn push_export(text: &mut Text, name: &str, value: &str) {
    let escape = |character| (character == '\'').then_some(Escape::As("'\\''"));
    text.push("export ").push(name).push("='").push_escaped(value, escape).push("'\n");
}

/// Reads what follows `NAME='`.
pub(super) fn rest_of_export(cursor: &mut Cursor<'_>) -> Option<Secret> {
    let mut value = Text::default();
    loop {
        value.push(cursor.until("'")?);
        if cursor.eat("\n").is_some() {
            return Some(value.into_secret());
        }
        cursor.eat("\\''")?;
        value.push("'");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn nothing_but_the_quote_itself_needs_more_than_quotes() {
        let lines = "export A='it'\\''s $5 `x` \\ \"\"\nb'\n";
        assert_eq!(text("sh", &[("A", "it's $5 `x` \\ \"\"\nb")]), lines);
        assert_eq!(text("sh", &[("A", ""), ("B", "'")]), "export A=''\nexport B=''\\'''\n");
    }

    #[test]
    fn names_that_a_shell_keeps_for_itself_are_refused() {
        let expected = "UID cannot be written as sh: shells have a variable of that name that is their own";
        assert_eq!(refusal("sh", "UID", "0"), expected);
        assert!(refusal("bash", "LINES", "a\nb").contains("can only be a number"));
        assert_eq!(text("sh", &[("LINES", "40")]), "export LINES='40'\n");
    }
}
