//! nu: a record in Nushell's object notation, for `from nuon | load-env`.

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::Values;

/// A record for Nushell.
#[derive(clap::Args, Default)]
pub struct Options {}

/// Names that `load-env` does not set.
const OWN: &[&str] = &["CURRENT_FILE", "FILE_PWD", "PWD"];

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        if OWN.contains(&name) {
            return Some("Nushell has a variable of that name that is its own".into());
        }
        refuse_nul(value)
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        text.push("{\n");
        for (name, value) in &input.values {
            text.push("  \"").push(name).push("\": \"").push_escaped(value.expose(), escape).push("\",\n");
        }
        text.push("}\n");
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text.strip_prefix("{\n")?.strip_suffix("}\n")?, |cursor| {
            cursor.eat("  \"")?;
            let name = cursor.until("\": \"")?.to_owned();
            let value = cursor.quoted('"', '\\', escaped)?;
            cursor.eat(",\n")?;
            Some((name, value))
        })
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

/// What its double quotes know, which is not what JSON's do: numbers stand in braces.
fn escape(character: char) -> Option<Escape> {
    match character {
        '"' | '\\' => Some(Escape::Marked('\\')),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        control if control.is_control() => Some(Escape::Code(format!("\\u{{{:x}}}", u32::from(control)))),
        _ => None,
    }
}

fn escaped(cursor: &mut Cursor<'_>) -> Option<char> {
    match cursor.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            cursor.eat("{")?;
            char::from_u32(u32::from_str_radix(cursor.until("}")?, 16).ok()?)
        }
        other @ ('"' | '\\') => Some(other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn it_is_a_record_of_texts() {
        let record = "{\n  \"A\": \"\\\"$x\\\\\\n\\u{1b}\",\n  \"B\": \"1\",\n}\n";
        assert_eq!(text("nu", &[("A", "\"$x\\\n\u{1b}"), ("B", "1")]), record);
    }
}
