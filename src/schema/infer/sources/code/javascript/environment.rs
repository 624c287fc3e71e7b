//! `process.env`, `import.meta.env`, `Bun.env`, `Deno.env`, and what has another name in the file.

use std::collections::HashSet;

use super::super::calls::alternative;
use super::super::tokens::{Tokens, is_screaming};
use super::super::{Read, Reads, conversion};

/// The objects that hold the environment.
const OBJECTS: &[&[&str]] =
    &[&["process", ".", "env"], &["import", ".", "meta", ".", "env"], &["Bun", ".", "env"]];

/// What Vite and Astro set themselves: <https://vite.dev/guide/env-and-mode>, <https://docs.astro.build/en/guides/environment-variables>.
const BUILT_IN: &[&str] = &["ASSETS_PREFIX", "BASE_URL", "DEV", "MODE", "PROD", "SITE", "SSR"];

/// Finds what is read.
pub(super) fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let names = names(tokens);
    for at in 0..tokens.len() {
        let Some(word) = tokens.word(at) else { continue };
        let begins = at == 0 || !tokens.is(at - 1, '.') || tokens.ends(at, &["globalThis", "."]);
        match word {
            "Deno" if tokens.starts(at, &["Deno", ".", "env", ".", "get", "("]) => {
                name_in_brackets(tokens, at, at + 5, reads);
            }
            "configService" if tokens.is(at + 1, '.') => config_service(tokens, at, reads),
            "from" if tokens.text(at + 1).is_some_and(|module| module.starts_with("$env/static/")) => {
                imported(tokens, at, reads);
            }
            _ if begins => {
                let object = OBJECTS.iter().find(|object| tokens.starts(at, object));
                match object {
                    Some(object) => property(tokens, at, at + object.len(), object.len() == 5, reads),
                    // A name of the file's own may be anything else in another place.
                    None if names.contains(word) => own_name(tokens, at, reads),
                    None => {}
                }
            }
            _ => {}
        }
    }
}

/// What the environment is called in this file: `const env = process.env`, `import { env } from "$env/dynamic/private"`.
fn names<'a>(tokens: &Tokens<'a>) -> HashSet<&'a str> {
    let mut names = HashSet::new();
    for at in 0..tokens.len() {
        let Some(name) = tokens.word(at) else { continue };
        let whole = OBJECTS.iter().any(|object| {
            let after = at + 2 + object.len();
            tokens.starts(at + 2, object) && ['.', '[', '?', '|'].iter().all(|sign| !tokens.is(after, *sign))
        });
        let is_imported = name == "env"
            && tokens.starts(at + 1, &["}", "from"])
            && tokens.text(at + 3).is_some_and(|module| module.starts_with("$env/dynamic/"));
        if tokens.is(at + 1, '=') && whole || is_imported || tokens.starts(at, &["env", "}", "=", "process"])
        {
            names.insert(name);
        }
    }
    names
}

fn own_name(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let property_name = if tokens.is(at + 1, '.') { tokens.word(at + 2) } else { tokens.text(at + 2) };
    if property_name.is_some_and(is_screaming) {
        property(tokens, at, at + 1, false, reads);
    }
}

/// What is read of the object that ends there.
fn property(tokens: &Tokens<'_>, start: usize, end: usize, of_vite: bool, reads: &mut Reads) {
    let (name_at, after) = if tokens.is(end, '.') && tokens.word(end + 1).is_some() {
        (end + 1, end + 2)
    } else if tokens.is(end, '[') && tokens.is(end + 2, ']') {
        (end + 1, end + 3)
    } else {
        return destructured(tokens, start, reads);
    };
    let name = tokens.word(name_at).filter(|_| tokens.is(end, '.')).or_else(|| tokens.name(name_at));
    let Some(name) = name.filter(|name| !(of_vite && BUILT_IN.contains(name))) else { return };
    let is_deleted = start > 0 && tokens.is_word(start - 1, "delete");
    if is_deleted || tokens.is(after, '(') || tokens.is_assigned(after) {
        return;
    }
    let line = tokens.line(name_at);
    let mut read = Read::new(name, line).hint(conversion::around(tokens, start, after));
    if tokens.starts(after, &["?", "?", "="]) || tokens.starts(after, &["|", "|", "="]) {
        read = read.or(tokens.literal_at(after + 3));
    } else if tokens.is(after, '!') && !tokens.is(after + 1, '=') || is_demanded(tokens, start, after) {
        read = read.required(true);
    } else {
        read = read.or(alternative(tokens, after));
    }
    reads.push(read);
}

/// `if (!process.env.X) throw …`.
fn is_demanded(tokens: &Tokens<'_>, start: usize, after: usize) -> bool {
    let body = if tokens.is(after + 1, '{') { after + 2 } else { after + 1 };
    tokens.ends(start, &["if", "(", "!"]) && tokens.is(after, ')') && tokens.is_word(body, "throw")
}

/// `const { A, B: b, C = "c" } = process.env`.
fn destructured(tokens: &Tokens<'_>, start: usize, reads: &mut Reads) {
    if !tokens.ends(start, &["}", "="]) {
        return;
    }
    let close = start - 2;
    let Some(open) = (close.saturating_sub(400)..close).rev().find(|&at| tokens.is(at, '{')) else { return };
    let Some((names, end)) = tokens.arguments(open) else { return };
    if end != close {
        return;
    }
    for range in names {
        let Some(name) = tokens.word(range.start) else { continue };
        let equals = range.clone().find(|&at| tokens.is(at, '='));
        let default = equals.and_then(|equals| tokens.literal(&(equals + 1..range.end)));
        reads.push(Read::new(name, tokens.line(range.start)).or(default));
    }
}

/// `import { A, B as b } from "$env/static/private"` of SvelteKit, which fails to build without them.
fn imported(tokens: &Tokens<'_>, from: usize, reads: &mut Reads) {
    let Some(open) = (from.saturating_sub(400)..from).rev().find(|&at| tokens.is(at, '{')) else { return };
    let Some((names, _)) = tokens.arguments(open).filter(|(_, end)| end + 1 == from) else { return };
    for range in names {
        if let Some(name) = tokens.word(range.start) {
            reads.push(Read::new(name, tokens.line(range.start)).required(true));
        }
    }
}

fn name_in_brackets(tokens: &Tokens<'_>, start: usize, open: usize, reads: &mut Reads) {
    let Some((arguments, close)) = tokens.arguments(open) else { return };
    let Some(name) = arguments.first().and_then(|first| tokens.name(first.start)) else { return };
    let hint = conversion::around(tokens, start, close + 1);
    let read = Read::new(name, tokens.line(open)).hint(hint);
    let is_asserted = tokens.is(close + 1, '!') && !tokens.is(close + 2, '=');
    reads.push(if is_asserted { read.required(true) } else { read.or(alternative(tokens, close + 1)) });
}

/// `configService.get<string>("X", "x")` of NestJS.
fn config_service(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let Some(method @ ("get" | "getOrThrow")) = tokens.word(at + 2) else { return };
    let mut open = at + 3;
    if tokens.is(open, '<') {
        open = (open..open + 8).find(|&close| tokens.is(close, '>')).map_or(open, |close| close + 1);
    }
    let Some((arguments, close)) = tokens.arguments(open) else { return };
    let Some(name) = arguments.first().and_then(|first| tokens.name(first.start)) else { return };
    if !is_screaming(name) {
        return;
    }
    let read = Read::new(name, tokens.line(at)).hint(conversion::around(tokens, at, close + 1));
    let read = if method == "getOrThrow" { read.required(true) } else { read };
    reads.push(
        read.or(arguments.get(1).and_then(|second| tokens.literal(second)))
            .or(alternative(tokens, close + 1)),
    );
}
