//! The plaintext of a sealed file in age format: an env file, so that `age -d` gives something to work with.
//!
//! Values stand in the portable form where there is one, else in double quotes with escapes, which envward
//! reads and which some other readers read differently.

use zeroize::Zeroizing;

use super::sops::Plain;
use crate::dotenv::{Document, Line, Quote};
use crate::secret::Secret;

/// Reads the plaintext; `None` if it is not an env file.
pub(super) fn parse(bytes: &[u8]) -> Option<Vec<Plain>> {
    let document = Document::parse(bytes).ok()?;
    let lines = document.lines().map(|line| match line {
        Line::Variable(entry) => Plain::Value { name: entry.name.to_owned(), value: entry.value.clone() },
        Line::Comment(text) => Plain::Comment(Secret::new(text)),
    });
    Some(lines.collect())
}

/// Writes the plaintext, with the seal record as its last comment.
pub(super) fn emit(lines: &[Plain], record: Option<&str>) -> Zeroizing<String> {
    let size = |line: &Plain| match line {
        // Every character may need an escape.
        Plain::Value { name, value } => name.len() + 2 * value.len() + 4,
        Plain::Comment(text) => text.len() + 2,
    };
    let capacity = lines.iter().map(size).sum::<usize>() + record.map_or(0, str::len) + 2;
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    for line in lines {
        match line {
            Plain::Value { name, value } => {
                text.push_str(name);
                text.push('=');
                push_value(&mut text, value.expose());
            }
            Plain::Comment(comment) => {
                text.push('#');
                text.push_str(comment.expose());
            }
        }
        text.push('\n');
    }
    if let Some(record) = record {
        text.push('#');
        text.push_str(record);
        text.push('\n');
    }
    text
}

fn push_value(text: &mut String, value: &str) {
    if let Ok(quote) = Quote::portable(value) {
        text.push_str(quote.mark());
        text.push_str(value);
        text.push_str(quote.mark());
        return;
    }
    text.push('"');
    for character in value.chars() {
        match character {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '"' | '\\' | '$' => {
                text.push('\\');
                text.push(character);
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(name: &str, value: &str) -> Plain {
        Plain::Value { name: name.to_owned(), value: Secret::new(value) }
    }

    #[test]
    fn comments_and_values_come_back_in_order() {
        let lines = [Plain::Comment(Secret::new(" who")), value("A", "1"), value("PEM", "a\nb'\"$\\\r\n")];
        let text = emit(&lines, Some("record"));
        assert_eq!(*text, "# who\nA=1\nPEM=\"a\\nb'\\\"\\$\\\\\\r\\n\"\n#record\n");
        let read = parse(text.as_bytes()).expect("what was written reads back");
        assert!(read[..3] == lines);
        assert!(read[3] == Plain::Comment(Secret::new("record")));
    }

    proptest! {
        #[test]
        fn every_value_comes_back(text in "[^\\x00]*") {
            let lines = [value("A", &text)];
            prop_assert!(parse(emit(&lines, None).as_bytes()).is_some_and(|read| read[..] == lines));
        }
    }
}
