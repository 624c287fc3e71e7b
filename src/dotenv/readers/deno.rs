//! `deno run --env-file` of Deno 2.9 (the crate `deno_dotenv`): Node.js 22's reading, with two differences. A
//! quote is closed by the one that ends the line, not by the nearest; and `$NAME` and `${NAME}` are expanded outside
//! quotes and in double quotes, without defaults.

use zeroize::Zeroizing;

use super::node_builtin::{Form, assignments, trim};
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values, push};

/// `deno run --env-file`.
pub(super) struct Deno;

impl Reader for Deno {
    fn id(&self) -> &'static str {
        "deno"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        // It warns of a file that is not UTF-8, and runs without it.
        if std::str::from_utf8(bytes).is_err() {
            return Ok(Values::new());
        }
        let mut seen = Values::new();
        let mut values = Values::new();
        let mut refused = false;
        assignments(bytes, closing_quote, |name, value, form| {
            let value = match form {
                Form::Bare | Form::Double => expand(value, &seen, environment),
                Form::Missing | Form::Literal | Form::Unclosed => Secret::new(value),
            };
            // It panics when it sets these.
            refused |= name.is_empty() || name.contains('\0') || value.expose().contains('\0');
            seen.insert(name.to_owned(), value.clone());
            // The first of two lines counts, and what the process already has before both.
            if !environment.contains_key(name) {
                values.entry(name.to_owned()).or_insert(value);
            }
        });
        if refused { Err(Refused::Rejects) } else { Ok(values) }
    }
}

/// The nearest quote, unless something else than a comment follows it on its line: then the last one of that
/// line before a comment, else the one at its end.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let first = text[1..].find(quote)? + 1;
    let line_end = text[first..].find('\n').map_or(text.len(), |at| first + at);
    let behind = |at: usize| trim(&text[at + 1..line_end]);
    if behind(first).is_empty() || behind(first).starts_with('#') {
        return Some(first);
    }
    let line = &text[first + 1..line_end];
    let last = line.rfind(quote).map(|at| first + 1 + at).filter(|&at| behind(at).is_empty());
    // A quote before a comment stands directly before the blanks and the `#`; look at each `#` once.
    let before_comment = |hash: usize| {
        let before = line[..hash].trim_end_matches([' ', '\t']);
        before.ends_with(quote).then(|| first + before.len())
    };
    let commented = line.rmatch_indices('#').find_map(|(hash, _)| before_comment(hash));
    commented.or(last).or(Some(first))
}

/// The environment comes before the file; what is not set is empty.
fn expand(text: &str, seen: &Values, environment: &Environment) -> Secret {
    let mut result = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        if let Some(before) = before.strip_suffix('\\') {
            push(&mut result, before);
            push(&mut result, "$");
            rest = after;
            continue;
        }
        push(&mut result, before);
        let name;
        (name, rest) = if let Some(braced) = after.strip_prefix('{') {
            braced.split_once('}').unwrap_or((braced, ""))
        } else {
            let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
            after.split_at(after.find(|character| !is_name(character)).unwrap_or(after.len()))
        };
        let outer = environment.get(name).map(String::as_str);
        push(&mut result, outer.or_else(|| seen.get(name).map(Secret::expose)).unwrap_or_default());
    }
    push(&mut result, rest);
    Secret::new(std::mem::take(&mut *result))
}
