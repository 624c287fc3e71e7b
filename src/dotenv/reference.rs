//! `$NAME` and `${NAME}` in a value: a reference to another variable, which programs that expand it are meant to
//! read; not every `$` is one.

use super::Quote;

/// Whether a value that stands like this refers to a variable. In braces every name is one; without, those of the
/// file are, and those in upper case, as the variables of an environment are named: in a password such as `pa$sw`,
/// nothing is referred to. `is_set` says which names the file has.
pub(super) fn is_in(raw: &str, quote: Quote, is_set: impl Fn(&str) -> bool) -> bool {
    // In single quotes its author took the text as it is, and most programs do.
    quote != Quote::Single
        && raw.match_indices('$').any(|(at, _)| {
            let (before, after) = (&raw[..at], &raw[at + 1..]);
            !is_escaped(before) && refers(after, &is_set)
        })
}

/// Whether a `$` behind this text is a plain one: behind a backslash, or as the second of `$$`.
fn is_escaped(before: &str) -> bool {
    let count = |mark: char| before.len() - before.trim_end_matches(mark).len();
    count('\\') % 2 == 1 || count('$') % 2 == 1
}

/// Whether what follows a `$` names a variable.
fn refers(after: &str, is_set: impl Fn(&str) -> bool) -> bool {
    if let Some(braced) = after.strip_prefix('{') {
        let (name, rest) = name(braced);
        return !name.is_empty() && rest.starts_with(['}', ':', '-', '+', '?', '=']) && rest.contains('}');
    }
    let (name, _) = name(after);
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    is_set(name) || name.len() > 1 && name.bytes().all(is_upper)
}

/// The name at the start of a text, and what follows it.
fn name(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    if super::is_name(name) { (name, rest) } else { ("", text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_told_from_a_dollar_sign() {
        let is_in = |raw: &str, quote: Quote| is_in(raw, quote, |name| name == "db_user");
        for raw in
            ["$HOME/data", "${a}", "x${A:-d}y", "${A-}", "$db_user@h", "\\\\$HOME", "$$$HOME", "a$DB_1"]
        {
            assert!(is_in(raw, Quote::Bare) && is_in(raw, Quote::Double), "{raw}");
            assert!(!is_in(raw, Quote::Single), "{raw}");
        }
        for raw in
            ["pa$s", "$2b$12$abc", "\\$HOME", "$$HOME", "${}", "${A", "${A!}", "$A", "$", "$(id)", "US$5"]
        {
            assert!(!is_in(raw, Quote::Bare) && !is_in(raw, Quote::Double), "{raw}");
        }
    }
}
