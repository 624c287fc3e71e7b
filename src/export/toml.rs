//! TOML: a table, name to value. It carries every value.

use indexmap::IndexMap;

use super::text::{Escape, Text};
use super::{Error, Format, Input, Output};
use crate::secret::{Secret, Values};

/// A table, name to value.
#[derive(clap::Args, Default)]
pub struct Options {}

impl Format for Options {
    fn write(&self, input: &Input) -> Result<Output, Error> {
        let mut text = Text::default();
        for (name, value) in &input.values {
            text.push(name).push(" = \"").push_escaped(value.expose(), escape).push("\"\n");
        }
        Ok(Output::Text(text.finish()))
    }

    fn read(&self, output: &Output) -> Option<Values> {
        let Output::Text(text) = output else { return None };
        let table: IndexMap<String, String> = ::toml::from_str(text).ok()?;
        Some(table.into_iter().map(|(name, value)| (name, Secret::from(value))).collect())
    }
}

/// A basic string on one line: some readers change the line ends of the other kinds.
fn escape(character: char) -> Option<Escape> {
    match character {
        '"' | '\\' => Some(Escape::Marked('\\')),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        control if control.is_control() => Some(Escape::Code(format!("\\u{:04x}", u32::from(control)))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::text;

    #[test]
    fn every_value_is_a_text_on_one_line() {
        assert_eq!(
            text("toml", &[("PORT", "80"), ("KEY", "\"a\\\r\n\u{7f}")]),
            "PORT = \"80\"\nKEY = \"\\\"a\\\\\\r\\n\\u007f\"\n"
        );
    }
}
