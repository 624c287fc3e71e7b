//! JSON that is safe to show: what a terminal would obey is escaped, as JSON has it, so that no reader of the data
//! sees a difference.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::escape::is_hostile;

/// Writes a value as JSON without blanks or line ends.
///
/// # Errors
/// It cannot be written.
pub fn write_json(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Shown)).map_err(io::Error::from)
}

/// Compact, which is what the trait does by itself.
struct Shown;

impl Formatter for Shown {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hostile) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let character = rest[at..].chars().next().expect("one was found there");
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_gets_the_text_and_no_terminal_obeys_it() {
        let text = "a\u{1b}[2J\n\u{9b}31m\u{202e}x\u{e0041}ü\"";
        let mut out = Vec::new();
        write_json(&mut out, &[text]).expect("memory takes everything");
        let written = String::from_utf8(out).expect("UTF-8");
        assert_eq!(written, r#"["a\u001b[2J\n\u009b31m\u202ex\udb40\udc41ü\""]"#);
        assert_eq!(serde_json::from_str::<Vec<String>>(&written).expect("JSON"), [text]);
    }
}
