//! What a program makes of the text of a variable, and thereby its type.

use super::tokens::Tokens;
use crate::schema::infer::TypeHint;

/// Functions, constructors and casts, in lower case and without underscores, and the type of what they take.
const FUNCTIONS: &[(&str, &str)] = &[
    ("atoi", "int"),
    ("bool", "bool"),
    ("boolean", "bool"),
    ("float", "float"),
    ("int", "int"),
    ("integer", "int"),
    ("intval", "int"),
    ("jsondecode", "json"),
    ("loads", "json"),
    ("number", "int"),
    ("parsebool", "bool"),
    ("parseduration", "duration"),
    ("parsefloat", "float"),
    ("parseint", "int"),
    ("parselong", "int"),
    ("path", "path"),
    ("strtobool", "bool"),
    ("strtol", "int"),
    ("tobool", "bool"),
    ("tofloat", "float"),
    ("toint", "int"),
];

/// The type of what a function takes, by its name.
pub(super) fn of_function(name: &str) -> Option<TypeHint> {
    let name = name.replace('_', "").to_ascii_lowercase();
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, hint)| TypeHint::plain(hint))
}

/// The type that the name of a helper says, such as `getIntEnv` or `env_bool`.
pub(super) fn of_helper(name: &str) -> Option<TypeHint> {
    let lower = name.to_ascii_lowercase();
    let types = [
        ("bool", "bool"),
        ("int", "int"),
        ("float", "float"),
        ("duration", "duration"),
        ("port", "port"),
        ("json", "json"),
    ];
    let says = |part: &str| {
        let rest = lower.strip_suffix(part).or_else(|| lower.find(part).map(|at| &lower[at + part.len()..]));
        rest.is_some() && !lower.contains("point") && !lower.contains("print")
    };
    types.iter().find(|(part, _)| says(part)).map(|(_, hint)| TypeHint::plain(hint))
}

/// The type that stands round an expression: what is called with it, or what is called on it.
pub(super) fn around(tokens: &Tokens<'_>, start: usize, end: usize) -> Option<TypeHint> {
    before(tokens, start).or_else(|| after(tokens, end))
}

/// `int(…`, `(int) …`, `JSON.parse(…`, `strconv.Atoi(…`.
fn before(tokens: &Tokens<'_>, start: usize) -> Option<TypeHint> {
    let open = start.checked_sub(1)?;
    if tokens.is(open, ')') {
        let is_cast = open >= 2 && tokens.is(open - 2, '(');
        return if is_cast { of_function(tokens.word(open - 1)?) } else { None };
    }
    if !tokens.is(open, '(') {
        return None;
    }
    let function = tokens.word(open.checked_sub(1)?)?;
    if tokens.ends(open, &["JSON", ".", "parse"]) {
        return Some(TypeHint::plain("json"));
    }
    if tokens.ends(open, &["new", "URL"]) {
        return Some(TypeHint::plain("url"));
    }
    of_function(function)
}

/// `….lower() == "true"`, `….split(",")`, `… === "true"`, `….to_i`, `….parse::<u16>()`.
fn after(tokens: &Tokens<'_>, end: usize) -> Option<TypeHint> {
    let mut at = end;
    // What changes the case or cuts blanks off says nothing.
    while tokens.is(at, '.') && tokens.word(at + 1).is_some_and(is_neutral) {
        at += 2;
        if tokens.is(at, '(') && tokens.is(at + 1, ')') {
            at += 2;
        }
    }
    if tokens.is(at, '.') {
        match tokens.word(at + 1)? {
            "split" => return Some(TypeHint::plain("list")),
            "to_i" | "toInt" | "toIntOrNull" => return Some(TypeHint::plain("int")),
            "to_f" | "toDouble" => return Some(TypeHint::plain("float")),
            "toBoolean" | "toBooleanStrict" => return Some(TypeHint::plain("bool")),
            _ => return None,
        }
    }
    let compared = (tokens.starts(at, &["=", "="]) && at + 2 < tokens.len())
        .then(|| if tokens.is(at + 2, '=') { at + 3 } else { at + 2 });
    let compared = compared.or_else(|| {
        let is_membership = tokens.is_word(at, "in") && tokens.kind(at + 1).is_some();
        is_membership.then_some(at + 2)
    })?;
    let word = tokens.text(compared)?.to_ascii_lowercase();
    ["true", "false", "1", "0", "yes", "on"].contains(&word.as_str()).then(|| TypeHint::plain("bool"))
}

fn is_neutral(method: &str) -> bool {
    matches!(
        method,
        "lower"
            | "upper"
            | "strip"
            | "casefold"
            | "toLowerCase"
            | "toUpperCase"
            | "trim"
            | "downcase"
            | "upcase"
            | "toString"
            | "lowercase"
    )
}
