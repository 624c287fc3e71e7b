//! bash: one line for each variable, also where a value spans several: `export NAME=$'…'`.

use super::cursor::{Cursor, entries};
use super::sh::{push_export, refuse_own, rest_of_export};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output, Refusal, refuse_nul};
use crate::secret::{Secret, Values};

/// Commands for bash and zsh.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn refuses(&self, name: &str, value: &str, _input: &Input) -> Option<Refusal> {
        refuse_own(name, value).or_else(|| refuse_nul(value))
    }

    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            if value.expose().contains(|character: char| character.is_ascii_control()) {
                text.push("export ").push(name).push("=$'").push_escaped(value.expose(), escape).push("'\n");
            } else {
                push_export(&mut text, name, value.expose());
            }
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            cursor.eat("export ")?;
            let name = cursor.until("=")?.to_owned();
            let value = if cursor.eat("$'").is_some() {
                line(cursor)?
            } else {
                cursor.eat("'")?;
                rest_of_export(cursor)?
            };
            Some((name, value))
        })
    }

    fn sets_in_place(&self) -> bool {
        true
    }
}

/// ANSI-C quoting.
fn escape(character: char) -> Option<Escape> {
    match character {
        '\\' | '\'' => Some(Escape::Marked('\\')),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        // Two digits are the most that are read.
        control if control.is_ascii_control() => Some(Escape::Code(format!("\\x{:02x}", u32::from(control)))),
        _ => None,
    }
}

fn line(cursor: &mut Cursor<'_>) -> Option<Secret> {
    let value = cursor.quoted('\'', '\\', |cursor| match cursor.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'x' => char::from_u32(cursor.hex(2)?),
        other @ ('\\' | '\'') => Some(other),
        _ => None,
    })?;
    cursor.eat("\n")?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn a_variable_is_one_line() {
        assert_eq!(text("bash", &[("A", "it's\n\u{1b}[0m\\")]), "export A=$'it\\'s\\n\\x1b[0m\\\\'\n");
        assert_eq!(text("bash", &[("A", "it's \\n")]), "export A='it'\\''s \\n'\n");
    }
}
