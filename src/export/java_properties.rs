//! java-properties: what `java.util.Properties` loads, in ASCII, which is the same in the encodings that it and the
//! frameworks round it assume.

use super::cursor::{Cursor, entries};
use super::text::{Escape, Text};
use super::{Error, Format, Input, Output};
use crate::secret::{Secret, Values};

/// A `.properties` file.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push(name).push("=");
            // A blank before the value would be skipped.
            let value = value.expose();
            let rest = value.strip_prefix(' ').inspect(|_| {
                text.push("\\ ");
            });
            text.push_escaped(rest.unwrap_or(value), escape).push("\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        entries(text, |cursor| {
            let name = cursor.until("=")?.to_owned();
            Some((name, value(&mut Cursor(cursor.until("\n")?))?))
        })
    }
}

fn escape(character: char) -> Option<Escape> {
    match character {
        '\\' => Some(Escape::As("\\\\")),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        '\u{c}' => Some(Escape::As("\\f")),
        ' '..='~' => None,
        // One escape for each unit of UTF-16, as in Java's own source.
        other => {
            let units = other
                .encode_utf16(&mut [0; 2])
                .iter()
                .fold(String::new(), |units, unit| format!("{units}\\u{unit:04x}"));
            Some(Escape::Code(units))
        }
    }
}

fn value(line: &mut Cursor<'_>) -> Option<Secret> {
    let mut text = Text::default();
    while let Some(character) = line.next() {
        let character = if character == '\\' { escaped(line)? } else { character };
        text.push_char(character);
    }
    Some(text.into_secret())
}

fn escaped(line: &mut Cursor<'_>) -> Option<char> {
    match line.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'f' => Some('\u{c}'),
        'u' => {
            let first = line.hex(4)?;
            if !(0xd800..0xdc00).contains(&first) {
                return char::from_u32(first);
            }
            line.eat("\\u")?;
            let second = line.hex(4)?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
            char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
        }
        other @ ('\\' | ' ') => Some(other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn it_is_ascii_and_keeps_blanks() {
        let values = [("A", "  é=#!\\\n\u{1f600} "), ("B", "")];
        assert_eq!(text("java-properties", &values), "A=\\  \\u00e9=#!\\\\\\n\\ud83d\\ude00 \nB=\n");
    }
}
