//! powershell: `${env:NAME} = "…"`, one line each, since PowerShell joins lines with the line ends of its system.

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::Values;

/// Commands for PowerShell, from Windows PowerShell 5.1 on.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, _name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if value.is_empty() {
            return Some("it is empty, and PowerShell removes a variable that is set to nothing".into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push("${env:").push(name).push("} = \"").push_escaped(value.expose(), escape).push("\"\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            cursor.eat("${env:")?;
            let name = cursor.until("} = \"")?.to_owned();
            // A `$` that is no expression of ours would be expanded, so it is not taken.
            let value = cursor.quoted('"', '`', escaped)?;
            cursor.eat("\n")?;
            Some((name, value))
        })
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

/// Inside double quotes PowerShell also ends at the typographic ones, and knows names for some control characters;
/// the rest are left as they are.
fn escape(character: char) -> Option<Escape> {
    match character {
        '"' | '`' | '$' | '\u{201c}' | '\u{201d}' | '\u{201e}' => Some(Escape::Marked('`')),
        '\n' => Some(Escape::As("`n")),
        '\r' => Some(Escape::As("`r")),
        '\t' => Some(Escape::As("`t")),
        '\u{7}' => Some(Escape::As("`a")),
        '\u{8}' => Some(Escape::As("`b")),
        '\u{b}' => Some(Escape::As("`v")),
        '\u{c}' => Some(Escape::As("`f")),
        _ => None,
    }
}

fn escaped(cursor: &mut Cursor<'_>) -> Option<char> {
    match cursor.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'a' => Some('\u{7}'),
        'b' => Some('\u{8}'),
        'v' => Some('\u{b}'),
        'f' => Some('\u{c}'),
        other @ ('"' | '`' | '$' | '\u{201c}' | '\u{201d}' | '\u{201e}') => Some(other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refusal, text};

    #[test]
    fn nothing_is_expanded_and_no_quote_ends_the_text() {
        let line = "${env:A} = \"`$x `\"a`\u{201d} ``n`n\"\n";
        assert_eq!(text("powershell", &[("A", "$x \"a\u{201d} `n\n")]), line);
    }

    #[test]
    fn an_empty_value_would_be_no_variable() {
        let expected = "A cannot be written as powershell: it is empty, and PowerShell removes a variable that is \
                        set to nothing";
        assert_eq!(refusal("powershell", "A", ""), expected);
    }
}
