//! Reading TOML so that an error has a line, a column and a suggestion, and never a value of the file.
//!
//! Manifest and schema are read through here. The libraries' own messages quote what they could not use
//! (`invalid type: string "hunter2", expected a map`); only names pass, and only those of fields.

use serde::de::DeserializeOwned;

use crate::suggest::closest;
use crate::ui;

/// Why a TOML text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong; no value, field names escaped.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at that byte of the text.
    pub fn at(text: &str, offset: usize, message: impl Into<String>, help: Option<String>) -> Self {
        let (line, column) = position(text, offset);
        Self { line, column, message: message.into(), help }
    }

    /// The problem behind an error of the `toml` crate, without what it quotes of the file.
    pub fn from_error(text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        let (message, help) = without_values(error.message());
        Self::at(text, offset, message, help)
    }
}

/// Parses a whole text.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| Problem::from_error(text, &error))
}

/// Line and column, both from 1, the column in characters, of a byte offset.
pub fn position(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// A message of serde or of the parser without the text it quotes, and a suggestion for a misspelt name.
fn without_values(message: &str) -> (String, Option<String>) {
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown_field(rest);
    }
    // These quote a value up to the word that says what would be right: `unknown variant `x`, expected …`.
    for (prefix, replacement) in [
        ("invalid type", "wrong type"),
        ("invalid value", "wrong value"),
        ("unknown variant", "unknown word"),
    ] {
        if message.starts_with(prefix) {
            let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
            return match expected {
                Some(expected) => (format!("{replacement}, expected {}", in_words(expected)), None),
                None => (replacement.to_owned(), None),
            };
        }
    }
    // The parser's own messages say what is expected and quote nothing; keep their first line.
    (ui::escape(message.lines().next().unwrap_or_default()).into_owned(), None)
}

/// What serde expects, without the names of Rust's types.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" => "text in quotes",
        "a sequence" => "a list in square brackets",
        "a boolean" => "true or false",
        "a map" => "a table",
        _ => expected,
    }
}

/// `` `nmae`, expected one of `name`, `schema` `` or `` `x`, there are no fields ``.
fn unknown_field(rest: &str) -> (String, Option<String>) {
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let name = quoted.next().unwrap_or_default();
    let help = closest(name, quoted).map(|candidate| format!("did you mean {candidate:?}?"));
    (format!("unknown field {:?}", ui::escape(name)), help)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors matter")]
    struct Sample {
        name: String,
        count: Option<u32>,
        format: Option<Format>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Format {
        Sops,
        Age,
    }

    fn problem(text: &str) -> Problem {
        parse::<Sample>(text).expect_err("the text is wrong")
    }

    #[test]
    fn a_misspelt_field_has_a_place_and_a_suggestion() {
        let expected = Problem {
            line: 2,
            column: 1,
            message: "unknown field \"cuont\"".to_owned(),
            help: Some("did you mean \"count\"?".to_owned()),
        };
        assert_eq!(problem("name = 'x'\ncuont = 1\n"), expected);
    }

    #[test]
    fn values_are_never_quoted() {
        for text in [
            "name = 'x'\ncount = 'hunter2'",
            "name = 'x'\nformat = 'hunter2'",
            "name = 'x'\ncount = \"hunter2",
            "name = hunter2",
            "name = 'x'\nhunter2 hunter2",
        ] {
            let problem = problem(text);
            assert!(!problem.message.contains("hunter2"), "{}", problem.message);
            assert!(problem.line > 0 && problem.column > 0);
        }
        assert_eq!(problem("name = 'x'\ncount = 'hunter2'").message, "wrong type, expected a whole number");
        assert_eq!(problem("name = 'x'\nformat = 'pgp'").message, "unknown word, expected `sops` or `age`");
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("ä = 1\nöö = 2", 11), (2, 3));
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("a", 99), (1, 2));
    }
}
