//! `os.environ`, `os.getenv`, also under other names.

use std::collections::HashSet;

use super::super::calls::{alternative, receiver};
use super::super::tokens::Tokens;
use super::super::{Read, Reads, conversion};
use super::imports;
use crate::schema::infer::TypeHint;

/// Finds what is read of `os.environ`; `os.getenv` is found as in other languages.
pub(super) fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let names = names(tokens);
    let imported = imports(tokens, "os", "environ");
    for at in 0..tokens.len() {
        let Some(word) = tokens.word(at) else { continue };
        if word == "getenv" {
            named_default(tokens, at, reads);
        } else if tokens.starts(at, &["dj_database_url", ".", "config"]) {
            database_url(tokens, at + 3, reads);
        } else if names.contains(word) && is_environ(tokens, at, word, imported) {
            mapping(tokens, at, reads);
        }
    }
}

/// What `os.environ` is called in this file.
fn names<'a>(tokens: &Tokens<'a>) -> HashSet<&'a str> {
    let mut names = HashSet::from(["environ"]);
    for at in 0..tokens.len() {
        // `env = os.environ`, and nothing behind it.
        if tokens.starts(at + 1, &["=", "os", ".", "environ"])
            && !tokens.is(at + 5, '.')
            && !tokens.is(at + 5, '[')
            && tokens.line(at + 5) != tokens.line(at)
            && let Some(name) = tokens.word(at)
        {
            names.insert(name);
        }
    }
    names
}

/// Whether it is the operating system's, and not a request's.
fn is_environ(tokens: &Tokens<'_>, at: usize, word: &str, imported: bool) -> bool {
    if at > 0 && tokens.is(at - 1, '.') {
        return at >= 2 && matches!(tokens.word(at - 2), Some("os" | "_os")) && word == "environ";
    }
    word != "environ" || imported
}

fn mapping(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let start = receiver(tokens, at);
    let line = tokens.line(at);
    if tokens.is(at + 1, '[') {
        let Some(name) = tokens.name(at + 2).filter(|_| tokens.is(at + 3, ']')) else { return };
        let is_deleted = start > 0 && tokens.is_word(start - 1, "del");
        if !is_deleted && !tokens.is_assigned(at + 4) {
            let hint = conversion::around(tokens, start, at + 4);
            reads.push(Read::new(name, tokens.line(at + 2)).required(true).hint(hint));
        }
    } else if tokens.is(at + 1, '.') && matches!(tokens.word(at + 2), Some("get" | "setdefault" | "pop")) {
        let Some((arguments, close)) = tokens.arguments(at + 3) else {
            return;
        };
        let Some(name) = arguments.first().and_then(|first| tokens.name(first.start)) else { return };
        let default = arguments.get(1).and_then(|second| tokens.literal(second));
        let hint = conversion::around(tokens, start, close + 1);
        reads.push(Read::new(name, line).or(default).or(alternative(tokens, close + 1)).hint(hint));
    } else if start >= 2 && tokens.is_word(start - 1, "in") {
        let name_at = if tokens.is_word(start - 2, "not") { start.checked_sub(3) } else { Some(start - 2) };
        if let Some(name) = name_at.and_then(|at| tokens.name(at)) {
            reads.push(Read::new(name, line).required(false));
        }
    }
}

/// `dj_database_url.config(default="…")`, which reads `DATABASE_URL` unless it is told another name.
fn database_url(tokens: &Tokens<'_>, open: usize, reads: &mut Reads) {
    let Some((arguments, _)) = tokens.arguments(open) else { return };
    let named = |name: &str| tokens.named(&arguments, &[name]).and_then(|value| tokens.literal(&value));
    let name = named("env").unwrap_or_else(|| "DATABASE_URL".to_owned());
    reads.push(Read::new(&name, tokens.line(open)).or(named("default")).hint(Some(TypeHint::plain("url"))));
}

/// `getenv("X", default="x")`.
fn named_default(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let Some((arguments, _)) = tokens.arguments(at + 1) else { return };
    let Some(name) = arguments.first().and_then(|first| tokens.name(first.start)) else { return };
    if let Some(default) = tokens.named(&arguments, &["default"]) {
        reads.push(Read::new(name, tokens.line(at)).or(tokens.literal(&default)));
    }
}
