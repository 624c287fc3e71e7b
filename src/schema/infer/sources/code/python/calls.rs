//! Libraries whose objects are called with the name: environs, django-environ, decouple, starlette; and click.

use std::collections::HashSet;
use std::ops::Range;

use super::super::tokens::{Tokens, is_screaming};
use super::super::{Read, Reads};
use super::imports;
use crate::schema::infer::TypeHint;

/// Methods of environs and django-environ, casts of decouple and starlette, and their types.
const TYPES: &[(&str, &str)] = &[
    ("CommaSeparatedStrings", "list"),
    ("Csv", "list"),
    ("URL", "url"),
    ("bool", "bool"),
    ("cache", "url"),
    ("cache_url", "url"),
    ("db", "url"),
    ("db_url", "url"),
    ("dict", "string"),
    ("dj_db_url", "url"),
    ("dj_email_url", "url"),
    ("email", "email"),
    ("float", "float"),
    ("int", "int"),
    ("json", "json"),
    ("list", "list"),
    ("log_level", "string"),
    ("path", "path"),
    ("str", "string"),
    ("timedelta", "duration"),
    ("url", "url"),
    ("uuid", "uuid"),
];

/// Finds the calls.
pub(super) fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    let (environs, configs) = objects(tokens);
    for at in 0..tokens.len() {
        let Some(word) = tokens.word(at) else { continue };
        if word == "envvar" && tokens.is(at + 1, '=') {
            option(tokens, at + 2, reads);
            continue;
        }
        if at > 0 && tokens.is(at - 1, '.') && word != "Env" {
            continue;
        }
        if environs.contains(word) {
            if tokens.is(at + 1, '(') {
                call(tokens, at + 1, None, reads);
            } else if tokens.is(at + 1, '.') && tokens.is(at + 3, '(') {
                let method = tokens.word(at + 2).and_then(type_of);
                call(tokens, at + 3, method.as_ref(), reads);
            }
        } else if configs.contains(word) && tokens.is(at + 1, '(') {
            call(tokens, at + 1, None, reads);
        } else if word == "Env" && tokens.is(at + 1, '(') {
            scheme(tokens, at + 1, reads);
        }
    }
}

/// What the objects are called that are made of `Env(…)` and of `Config(…)`.
fn objects<'a>(tokens: &Tokens<'a>) -> (HashSet<&'a str>, HashSet<&'a str>) {
    let mut environs = HashSet::from(["env"]);
    let mut configs = HashSet::new();
    let (decouple, starlette) =
        (imports(tokens, "decouple", "config"), imports(tokens, "starlette", "Config"));
    let starlette_or_auto = starlette || imports(tokens, "decouple", "AutoConfig");
    if decouple {
        configs.insert("config");
    }
    for at in 0..tokens.len() {
        let Some(name) = tokens.word(at).filter(|_| tokens.is(at + 1, '=')) else { continue };
        let made = if tokens.is(at + 3, '.') { at + 4 } else { at + 2 };
        match tokens.word(made) {
            Some("Env" | "FileAwareEnv") => drop(environs.insert(name)),
            Some("Config" | "AutoConfig") if starlette_or_auto => {
                configs.insert(name);
            }
            _ => {}
        }
    }
    (environs, configs)
}

fn call(tokens: &Tokens<'_>, open: usize, method: Option<&TypeHint>, reads: &mut Reads) {
    let Some((arguments, _)) = tokens.arguments(open) else { return };
    let Some(first) = arguments.first() else { return };
    let Some(name) = tokens.name(first.start).filter(|name| first.len() == 1 && is_screaming(name)) else {
        return;
    };
    let positional = arguments.get(1).filter(|second| !tokens.is(second.start + 1, '='));
    let default = tokens.named(&arguments, &["default"]).or_else(|| positional.cloned());
    let cast = tokens.named(&arguments, &["cast", "subcast"]);
    let read = Read::new(name, tokens.line(first.start))
        .or(default.as_ref().and_then(|default| tokens.literal(default)))
        .required(default.is_none())
        .hint(method.cloned().or_else(|| cast.as_ref().and_then(|cast| cast_type(tokens, cast))));
    let secret = cast.is_some_and(|cast| tokens.is_word(cast.start, "Secret")).then_some(true);
    reads.push(Read { secret, ..read });
}

fn cast_type(tokens: &Tokens<'_>, cast: &Range<usize>) -> Option<TypeHint> {
    cast.clone().find_map(|at| type_of(tokens.word(at)?))
}

fn type_of(word: &str) -> Option<TypeHint> {
    TYPES.iter().find(|(known, _)| *known == word).map(|(_, name)| TypeHint::plain(name))
}

/// `Env(DEBUG=(bool, False))` of django-environ.
fn scheme(tokens: &Tokens<'_>, open: usize, reads: &mut Reads) {
    let Some((arguments, _)) = tokens.arguments(open) else { return };
    for argument in arguments {
        let Some(name) = tokens.word(argument.start).filter(|name| is_screaming(name)) else { continue };
        if !tokens.is(argument.start + 1, '=') {
            continue;
        }
        let pair = tokens.arguments(argument.start + 2).filter(|_| tokens.is(argument.start + 2, '('));
        let pair = pair.map(|(pair, _)| pair).unwrap_or_default();
        let hint = match pair.first() {
            Some(first) => cast_type(tokens, first),
            None => tokens.word(argument.start + 2).and_then(type_of),
        };
        let default = pair.get(1).and_then(|second| tokens.literal(second));
        let required = pair.len() < 2;
        reads.push(Read::new(name, tokens.line(argument.start)).or(default).required(required).hint(hint));
    }
}

/// `envvar="X"` or `envvar=["X", "Y"]` of click and typer.
fn option(tokens: &Tokens<'_>, at: usize, reads: &mut Reads) {
    let list = tokens.arguments(at).filter(|_| tokens.is(at, '[')).map(|(names, _)| names);
    let places = list.map_or_else(|| vec![at], |names| names.iter().map(|name| name.start).collect());
    for place in places {
        if let Some(name) = tokens.name(place) {
            reads.push(Read::new(name, tokens.line(place)));
        }
    }
}
