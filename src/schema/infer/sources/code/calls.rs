//! Calls that look alike in every language: `getenv("X")`, `os.Getenv("X")`, `System.getenv("X")`, and the helpers that
//! projects write for themselves, such as `getEnv("X", "default")` and `requireEnv("X")`.

use super::tokens::{Tokens, is_screaming};
use super::{Read, Reads, conversion};

/// How the names of such functions begin, in lower case and without underscores.
const BEGINNINGS: &[&str] = &[
    "fetchenv",
    "getenv",
    "getboolenv",
    "getintenv",
    "getrequiredenv",
    "loadenv",
    "lookupenv",
    "mustenv",
    "mustgetenv",
    "parseenv",
    "readenv",
    "requireenv",
    "requiredenv",
    "securegetenv",
];

/// How others end: `get_bool_from_env`, `int_env`.
const ENDS: &[&str] = &[
    "fromenv",
    "boolenv",
    "intenv",
    "strenv",
    "stringenv",
    "floatenv",
    "listenv",
    "requiredenv",
    "optionalenv",
];

/// What may follow `env` in the name of such a function.
const AFTER_ENV: &[&str] = &[
    "", "as", "bool", "default", "duration", "flag", "float", "get", "int", "list", "opt", "optional", "or",
    "port", "required", "str", "string", "u16", "u32", "u64", "url", "usize", "var",
];

/// Finds the calls.
pub(super) fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    for at in 0..tokens.len() {
        let Some(function) = tokens.word(at).filter(|word| is_reader(word)) else { continue };
        // A macro, and a type parameter.
        let mut open = at + 1;
        if tokens.is(open, '!') {
            open += 1;
        }
        if tokens.is(open, '<') {
            open = (open..open + 8).find(|&close| tokens.is(close, '>')).map_or(open, |close| close + 1);
        }
        let defines =
            at > 0 && matches!(tokens.word(at - 1), Some("def" | "func" | "function" | "fn" | "fun"));
        // `command.env("X", "x")` gives a variable to another program, and `Error::Env("X")` complains.
        let is_other = function.eq_ignore_ascii_case("env")
            && at > 0
            && (tokens.is(at - 1, '.') || tokens.is(at - 1, ':'));
        if defines || is_other || !tokens.is(open, '(') {
            continue;
        }
        let Some((arguments, close)) = tokens.arguments(open) else { continue };
        let Some(first) = arguments.first() else { continue };
        let name = tokens.name(first.start).filter(|name| first.len() == 1 && is_screaming(name));
        let Some(name) = name else { continue };
        let second = arguments.get(1).and_then(|second| tokens.literal(second));
        let lower = function.to_ascii_lowercase();
        let must = lower.contains("must")
            || lower.contains("require")
            || tokens.is_word(at, "fetch_env") && tokens.is(at + 1, '!');
        let start = receiver(tokens, at);
        let hint = conversion::of_helper(function).or_else(|| conversion::around(tokens, start, close + 1));
        let read = Read::new(name, tokens.line(at)).hint(hint);
        let read =
            if must { read.required(true) } else { read.or(second).or(alternative(tokens, close + 1)) };
        reads.push(read);
    }
}

/// Where the expression begins whose last word stands there: `os` of `os.getenv`.
pub(super) fn receiver(tokens: &Tokens<'_>, mut at: usize) -> usize {
    loop {
        let dotted =
            at >= 2 && (tokens.is(at - 1, '.') || tokens.is(at - 1, '\\')) && tokens.word(at - 2).is_some();
        let path =
            at >= 3 && tokens.is(at - 1, ':') && tokens.is(at - 2, ':') && tokens.word(at - 3).is_some();
        at -= match (dotted, path) {
            (true, _) => 2,
            (_, true) => 3,
            _ => return at,
        };
    }
}

/// What is taken instead of nothing: `… ?? "x"`, `… || "x"`, `… or "x"`, `… ?: "x"`.
pub(super) fn alternative(tokens: &Tokens<'_>, at: usize) -> Option<String> {
    let value = match tokens.word(at) {
        Some("or") => at + 1,
        Some(_) => return None,
        None => [["?", "?"], ["|", "|"], ["?", ":"]]
            .iter()
            .any(|sign| tokens.starts(at, sign))
            .then_some(at + 2)?,
    };
    // `x || y.z` is no literal.
    let default = tokens.literal_at(value)?;
    let end = if tokens.is(value, '-') { value + 2 } else { value + 1 };
    (!tokens.is(end, '.') && !tokens.is(end, '(')).then_some(default)
}

fn is_reader(word: &str) -> bool {
    let lower = word.replace('_', "").to_ascii_lowercase();
    let after_env = |rest: &str| {
        AFTER_ENV.iter().any(|after| *after == rest || !after.is_empty() && rest.starts_with(after))
    };
    lower.strip_prefix("env").is_some_and(after_env)
        || ENDS.iter().any(|end| lower.ends_with(end))
        || BEGINNINGS.iter().any(|beginning| lower.strip_prefix(beginning).is_some_and(is_end))
}

/// Whether `getenv` may be followed by that: `getEnvironment` gives all of them.
fn is_end(rest: &str) -> bool {
    let others = ["elope", "file", "ironment", "name", "oy", "path", "prefix", "s"];
    rest == "ironmentvariable" || !others.iter().any(|other| rest.starts_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_read_are_told_from_those_that_do_not() {
        for word in [
            "get_bool_from_env",
            "intEnv",
            "getenv",
            "Getenv",
            "LookupEnv",
            "getEnvAsInt",
            "env_or",
            "mustGetEnv",
            "GetEnvironmentVariable",
        ] {
            assert!(is_reader(word), "{word}");
        }
        for word in [
            "setenv",
            "Unsetenv",
            "environment",
            "hasEnv",
            "envelope",
            "event",
            "getEnvironment",
            "SetEnvPrefix",
        ] {
            assert!(!is_reader(word), "{word}");
        }
    }
}
