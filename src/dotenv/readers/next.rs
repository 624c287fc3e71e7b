//! Next.js 16 (`@next/env`): `dotenv` 16, and an expansion of its own that replaces the last reference first and
//! then the text that came of it. The environment comes before a default, and a default before the file.

use zeroize::Zeroizing;

use super::javascript::Expansion;
use super::node_dotenv::NodeDotenv;
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// JavaScript's stack is used up long before: then the file counts for nothing.
const MAX_REPLACEMENTS: usize = 5000;

/// `next dev`, `next build` and `next start`.
pub(super) struct Next;

impl Reader for Next {
    fn id(&self) -> &'static str {
        "next"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = NodeDotenv.model(bytes, environment)?;
        let names: Vec<_> = values.keys().cloned().collect();
        let mut expansion = Expansion::new();
        for name in names {
            let Some(value) = values.get(&name) else { continue };
            let value = environment.get(&name).map_or(value.expose(), String::as_str);
            let expanded = expand(value, &values, environment, &mut expansion)?;
            values.insert(name, Secret::new(expanded.replace("\\$", "$")));
        }
        // What the process already has stays.
        values.retain(|name, _| !environment.contains_key(name));
        Ok(values)
    }
}

fn expand(
    value: &str,
    values: &Values,
    environment: &Environment,
    expansion: &mut Expansion,
) -> Result<Zeroizing<String>, Refused> {
    let mut result = Zeroizing::new(value.to_owned());
    for _ in 0..MAX_REPLACEMENTS {
        let Some(Reference { text, name, default }) = Reference::last(&result) else { return Ok(result) };
        let outer = environment.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let from_file = || values.get(name).map(Secret::expose);
        let replacement = outer.or((!default.is_empty()).then_some(default)).or_else(from_file);
        result = expansion.replace(&result, text, replacement.unwrap_or_default())?;
    }
    Err(Refused::Rejects)
}

/// `$NAME` or `${NAME:-default}`; the braces need not be closed, or opened.
struct Reference<'a> {
    text: &'a str,
    name: &'a str,
    default: &'a str,
}

impl<'a> Reference<'a> {
    /// From the last dollar sign that no backslash precedes: if no name follows it, none.
    fn last(text: &'a str) -> Option<Self> {
        let (at, _) = text.rmatch_indices('$').find(|&(at, _)| !text[..at].ends_with('\\'))?;
        let after = &text[at + 1..];
        let braced = after.strip_prefix('{').unwrap_or(after);
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let (name, tail) = braced.split_at(braced.find(|next| !is_name(next)).unwrap_or(braced.len()));
        if name.is_empty() {
            return None;
        }
        let (default, tail) = match tail.strip_prefix(":-") {
            Some(default) => default.split_at(default.find(['}', '\\']).unwrap_or(default.len())),
            None => ("", tail),
        };
        let tail = tail.strip_prefix('}').unwrap_or(tail);
        Some(Self { text: &text[at..text.len() - tail.len()], name, default })
    }
}
