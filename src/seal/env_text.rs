//! The plaintext of a sealed file in age format: an env file, so that `age -d` gives something to work with.
//!
//! Values stand in the portable form where there is one, else in double quotes with escapes, which envward
//! reads and which some other readers read differently.

use zeroize::Zeroizing;

use super::layout;
use super::sops::Plain;
use crate::dotenv::{Document, Line, Quote, comment_line};
use crate::secret::Secret;

/// Reads the plaintext; `None` if it is not an env file.
pub(super) fn parse(bytes: &[u8]) -> Option<Vec<Plain>> {
    let document = Document::parse(bytes).ok()?;
    let lines = document.lines().filter_map(|line| match line {
        Line::Variable(entry) => {
            Some(Plain::Value { name: entry.name.to_owned(), value: entry.value.clone() })
        }
        Line::Comment(text) => Some(Plain::Comment(Secret::new(text))),
        Line::Blank => None,
    });
    Some(lines.collect())
}

/// Writes the plaintext, with the seal record as its last comment.
pub(super) fn emit(lines: &[Plain], record: Option<&str>) -> Zeroizing<String> {
    let mut text = with_room_for(lines, record);
    for line in lines {
        push_line(&mut text, line);
    }
    if let Some(record) = record {
        text.push('#');
        text.push_str(record);
        text.push('\n');
    }
    text
}

/// Writes an env file for a person: an empty line before each block of comments, and no comment that would be
/// more than one line or mean something to envward.
pub(super) fn readable(lines: &[Plain]) -> Zeroizing<String> {
    let mut text = with_room_for(lines, None);
    for block in layout::blocks(lines) {
        if !block.comments.is_empty() && !text.is_empty() {
            text.push('\n');
        }
        for comment in block.comments {
            text.push_str(&comment_line(comment));
            text.push('\n');
        }
        if let Some((name, value)) = block.variable {
            push_variable(&mut text, name, value);
        }
    }
    text
}

/// An empty text that never has to grow, which would leave a copy of the values behind.
fn with_room_for(lines: &[Plain], record: Option<&str>) -> Zeroizing<String> {
    let size = |line: &Plain| match line {
        // Every character may need an escape.
        Plain::Value { name, value } => name.len() + 2 * value.len() + 4,
        // With an empty line before it.
        Plain::Comment(text) => text.len() + 3,
    };
    let capacity = lines.iter().map(size).sum::<usize>() + record.map_or(0, str::len) + 2;
    Zeroizing::new(String::with_capacity(capacity))
}

fn push_line(text: &mut String, line: &Plain) {
    match line {
        Plain::Value { name, value } => push_variable(text, name, value),
        Plain::Comment(comment) => {
            text.push('#');
            text.push_str(comment.expose());
            text.push('\n');
        }
    }
}

fn push_variable(text: &mut String, name: &str, value: &Secret) {
    text.push_str(name);
    text.push('=');
    push_value(text, value.expose());
    text.push('\n');
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
