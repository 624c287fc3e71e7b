//! The npm package `dotenv-expand` 12 over `dotenv`, and Vite 8's `loadEnv`, which has the same expansion over
//! Node.js' own parser: a loop that replaces the first reference until none is left, whatever quotes the value had.
//! Of `dotenv-expand`, version 1000 also runs commands: what it would run is refused.

use zeroize::Zeroizing;

use super::javascript::Expansion;
use super::node_builtin::parse_env;
use super::node_dotenv::NodeDotenv;
use super::{Environment, Reader, Refused};
use crate::secret::{Secret, Values};

/// `require('dotenv-expand').expand(require('dotenv').config())`.
pub(super) struct DotenvExpand;

impl Reader for DotenvExpand {
    fn id(&self) -> &'static str {
        "dotenv-expand"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let parsed = NodeDotenv.model(bytes, environment)?;
        let values = expand_all(in_property_order(parsed.clone()), environment, Values::new())?;
        // From version 1000 on it runs them, whatever quotes or backslash they stand behind.
        if parsed.values().chain(values.values()).any(|value| has_command(value.expose())) {
            return Err(Refused::Computes);
        }
        Ok(values)
    }
}

fn has_command(text: &str) -> bool {
    text.split_once("$(").is_some_and(|(_, after)| after.contains(')'))
}

/// `loadEnv` of Vite, as its configuration and `import.meta.env` use it.
pub(super) struct Vite;

impl Reader for Vite {
    fn id(&self) -> &'static str {
        "vite"
    }

    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut parsed = parse_env(bytes);
        // It comes from a sorted map; and a value may refer to one that is not expanded yet.
        parsed.sort_keys();
        parsed.shift_remove("__proto__");
        let parsed = in_property_order(parsed);
        let known = parsed.clone();
        let mut values = expand_all(parsed, environment, known)?;
        // What the process already has stays.
        values.retain(|name, _| !environment.contains_key(name));
        Ok(values)
    }
}

/// An object has its names that are numbers first, in the order of the numbers.
fn in_property_order(values: Values) -> Values {
    let number = |name: &str| name.parse::<u32>().ok().filter(|number| number.to_string() == name);
    let (mut numbers, others): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|(name, _)| number(name).is_some_and(|number| number < u32::MAX));
    numbers.sort_by_key(|(name, _)| number(name));
    numbers.into_iter().chain(others).collect()
}

/// Expands value by value; `known` is what a value may refer to besides the environment.
fn expand_all(parsed: Values, environment: &Environment, mut known: Values) -> Result<Values, Refused> {
    let mut expansion = Expansion::new();
    let mut values = Values::new();
    for (name, value) in parsed {
        let value =
            match environment.get(&name).filter(|outer| !outer.is_empty() && **outer != value.expose()) {
                Some(outer) => Zeroizing::new(outer.clone()),
                None => expand(value.expose(), environment, &known, &mut expansion)?,
            };
        let value = Secret::new(value.replace("\\$", "$"));
        known.insert(name.clone(), value.clone());
        values.insert(name, value);
    }
    Ok(values)
}

fn expand(
    value: &str,
    environment: &Environment,
    known: &Values,
    expansion: &mut Expansion,
) -> Result<Zeroizing<String>, Refused> {
    // An empty value is as none.
    let get = |name: &str| {
        let from_file = || known.get(name).map(Secret::expose);
        environment.get(name).map(String::as_str).or_else(from_file).filter(|value| !value.is_empty())
    };
    let mut seen = Vec::new();
    let mut result = Zeroizing::new(value.to_owned());
    while let Some(reference) = Reference::first(&result) {
        expansion.spend(seen.len())?;
        seen.push(result.clone());
        let replacement = match get(reference.name) {
            None if reference.alternative => "",
            // A value that was the text before would go round in a circle.
            Some(value) if !reference.alternative && !seen.iter().any(|text| **text == value) => value,
            _ => reference.default,
        };
        let replaced = expansion.replace(&result, reference.text, replacement)?;
        let done = known.get(reference.name).is_some_and(|value| *replaced == value.expose());
        result = replaced;
        if done {
            break;
        }
    }
    Ok(result)
}

/// `$NAME`, or `${NAME}` with an operator and a text.
struct Reference<'a> {
    /// As it stands there.
    text: &'a str,
    name: &'a str,
    /// The operator is `+`: the text is for a variable that is set.
    alternative: bool,
    default: &'a str,
}

impl<'a> Reference<'a> {
    fn first(text: &'a str) -> Option<Self> {
        text.match_indices('$').filter(|&(at, _)| !text[..at].ends_with('\\')).find_map(|(at, _)| {
            let after = &text[at + 1..];
            if let Some(braced) = after.strip_prefix('{') {
                let end = braced.find(['{', '}']).filter(|&end| end > 0 && braced[end..].starts_with('}'));
                return end.map(|end| Self::new(&text[at..at + end + 3], &braced[..end]));
            }
            let length = name_length(after);
            (length > 0).then(|| Self::new(&text[at..at + 1 + length], &after[..length]))
        })
    }

    fn new(text: &'a str, expression: &'a str) -> Self {
        let operator = expression.char_indices().find_map(|(at, _)| {
            [":+", "+", ":-", "-"].into_iter().find(|operator| expression[at..].starts_with(operator))
        });
        // Without one, JavaScript splits at the word `null`.
        let (name, default) = expression.split_once(operator.unwrap_or("null")).unwrap_or((expression, ""));
        Self { text, name, alternative: operator.is_some_and(|operator| operator.ends_with('+')), default }
    }
}

fn name_length(text: &str) -> usize {
    let is_name =
        |at: usize, byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || (at > 0 && byte.is_ascii_digit());
    text.bytes().enumerate().take_while(|&(at, byte)| is_name(at, byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &dyn Reader, text: &str) -> Result<Vec<(String, String)>, Refused> {
        let environment = Environment::from([("HOME".to_owned(), "/home/u".to_owned())]);
        let values = reader.read(text.as_bytes(), &environment)?;
        Ok(values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn quotes_keep_no_dollar_sign() {
        let text = "A='$HOME'\nB=\"\\$HOME\"\nC=${NO:-d}\nD=${HOME:+yes}${NO+no}\n";
        let expected = pairs(&[("A", "/home/u"), ("B", "$HOME"), ("C", "d"), ("D", "yes")]);
        assert_eq!(read(&DotenvExpand, text), Ok(expected.clone()));
        assert_eq!(read(&Vite, text), Ok(expected));
    }

    #[test]
    fn what_a_newer_version_would_run_is_refused() {
        for text in
            ["A='$(id)'\n", "A=\"x$(id)\"\n", "A=\\$(id)\n", "A=$(\nB='${A}id)'\n", "A='${NO:-$(id)}'\n"]
        {
            assert_eq!(read(&DotenvExpand, text), Err(Refused::Computes), "{text}");
        }
        assert_eq!(read(&DotenvExpand, "A='$(id'\n"), Ok(pairs(&[("A", "$(id")])));
        assert_eq!(read(&Vite, "A='$(id)'\n"), Ok(pairs(&[("A", "$(id)")])));
    }

    #[test]
    fn only_vite_refers_to_a_line_below() {
        assert_eq!(read(&DotenvExpand, "A=$B\nB=1\n"), Ok(pairs(&[("A", ""), ("B", "1")])));
        assert_eq!(read(&Vite, "A=$B\nB=1\n"), Ok(pairs(&[("A", "1"), ("B", "1")])));
    }

    #[test]
    fn an_expansion_without_an_end_is_not_followed() {
        assert_eq!(read(&DotenvExpand, "A=x\\$A\nB=y$A\n"), Err(Refused::Computes));
    }
}
