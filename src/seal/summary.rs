//! A sealed file for people who compare versions of it: no secret, and yet every change shows.

use std::fmt::Write as _;
use std::path::Path;

use super::content::Content;
use super::record::Record;
use super::sops::{Line, Plain, Stored};
use super::{Access, Error};
use crate::mac::Mac;
use crate::secret::Key;
use crate::ui::escape;

/// Hexadecimal digits of a mark: 48 bits, so that among ten million values of one name two alike would be rare.
const MARK: usize = 12;

/// The file as text, a line for each recipient, comment and variable: readable values as they are, encrypted ones as a
/// mark that is another one for another value. Marks are keyed from the file's data key, so that nobody without it can
/// try guesses, and a new data key changes all of them.
///
/// Only that the file decrypts is checked, not who wrote it or when.
///
/// # Errors
/// No identity opens it, or it is damaged; or it is in age format, which has no lines to compare.
pub fn summary(bytes: &[u8], path: &Path, access: &mut Access) -> Result<String, Error> {
    let (content, lines) = Content::open(bytes, path, access)?;
    let Content::Sops { document, key } = &content else {
        return Err(Error::Plaintext { path: path.to_owned() });
    };
    let mut text = String::new();
    for entry in document.metadata.age() {
        let _ = writeln!(text, "# recipient {}", escape(entry.recipient));
    }
    for (line, stored) in lines.iter().zip(&document.lines) {
        push_line(&mut text, line, stored, key);
    }
    Ok(text)
}

/// Writing to a `String` cannot fail.
fn push_line(text: &mut String, line: &Plain, stored: &Line, key: &Key) {
    let (Line::Value { stored, .. } | Line::Comment { stored }) = stored;
    let clear = matches!(stored, Stored::Clear(_));
    let _ = match line {
        Plain::Comment(comment) => match Record::parse(comment.expose()) {
            Ok(Record { environment, project, generation, key, .. }) => writeln!(
                text,
                "# {} of {}, generation {generation}, project key {key}",
                escape(&environment),
                escape(&project)
            ),
            Err(_) if clear => writeln!(text, "#{}", escape(comment.expose())),
            // Someone may have put a secret out of use by making it a comment.
            Err(_) => writeln!(text, "# (comment {})", mark(key, "", comment.expose())),
        },
        Plain::Value { name, value } if clear => {
            writeln!(text, "{}={}", escape(name), escape(value.expose()))
        }
        Plain::Value { name, value } => {
            writeln!(text, "{}=(secret {})", escape(name), mark(key, name, value.expose()))
        }
    };
}

fn mark(key: &Key, name: &str, text: &str) -> String {
    let mut mac = Mac::new(key, "envward/1/summary");
    mac.field(name);
    mac.field(text);
    let mut mark = mac.finish_short();
    mark.truncate(MARK);
    mark
}
