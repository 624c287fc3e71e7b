//! The text of a JSON secret: an object of names and values.

use indexmap::IndexMap;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store::{Changes, Error, Held};

/// The values of the object, in its order. What is no string keeps its JSON text byte for byte.
///
/// # Errors
/// [`Error::Unsupported`] if the text is not a JSON object.
pub fn parse(path: &str, text: &Secret) -> Result<IndexMap<String, Held>, Error> {
    // The parser's error can quote the text: not a word of it is kept.
    let object: IndexMap<String, &RawValue> =
        serde_json::from_str(text.expose()).map_err(|_| not_an_object(path))?;
    object
        .into_iter()
        .map(|(name, raw)| {
            let held = if raw.get().starts_with('"') {
                let text: String = serde_json::from_str(raw.get()).map_err(|_| not_an_object(path))?;
                Held::Text(Secret::new(text))
            } else {
                Held::Json(Secret::new(raw.get()))
            };
            Ok((name, held))
        })
        .collect()
}

fn not_an_object(path: &str) -> Error {
    let what = format!("the secret {path} is not a JSON object");
    let help =
        "name another secret, or use layout = \"per-variable\" for secrets of one value each".to_owned();
    Error::Unsupported { what, help: Some(help) }
}

/// The values with the changes applied: a new name comes last.
pub fn apply(values: &IndexMap<String, Held>, changes: &Changes) -> IndexMap<String, Held> {
    let mut after = values.clone();
    for (name, change) in changes {
        match change {
            Some(value) => {
                after.insert(name.clone(), Held::Text(value.clone()));
            }
            None => {
                after.shift_remove(name);
            }
        }
    }
    after
}

/// The object as text.
pub fn render(values: &IndexMap<String, Held>) -> Secret {
    // An escaped byte takes six at most, so the buffer never grows and leaves no copy behind.
    let size = |(name, held): (&String, &Held)| 6 * name.len() + 6 * raw(held).len() + 8;
    let mut text = Zeroizing::new(Vec::with_capacity(2 + values.iter().map(size).sum::<usize>()));
    text.push(b'{');
    for (name, held) in values {
        if text.len() > 1 {
            text.push(b',');
        }
        push_string(&mut text, name);
        text.push(b':');
        match held {
            Held::Text(value) => push_string(&mut text, value.expose()),
            Held::Json(json) => text.extend_from_slice(json.expose().as_bytes()),
        }
    }
    text.push(b'}');
    let text = String::from_utf8(std::mem::take(&mut *text)).expect("made of texts");
    Secret::new(text)
}

fn raw(held: &Held) -> &Secret {
    let (Held::Text(text) | Held::Json(text)) = held;
    text
}

fn push_string(text: &mut Vec<u8>, value: &str) {
    serde_json::to_writer(text, value).expect("a text is JSON, and memory takes every byte");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> IndexMap<String, Held> {
        parse("shop", &Secret::new(text)).expect("an object")
    }

    #[test]
    fn what_is_no_string_stays_byte_for_byte() {
        let text = r#"{ "A": "x", "N": 1.50e+03, "B": [1, 2 ],"O":{"a" : null}, "T": true }"#;
        let changes = Changes::from_iter([
            ("A".to_owned(), Some(Secret::new("y"))),
            ("C".to_owned(), Some(Secret::new("z"))),
            ("T".to_owned(), None),
        ]);
        let after = render(&apply(&parsed(text), &changes));
        assert_eq!(after.expose(), r#"{"A":"y","N":1.50e+03,"B":[1, 2 ],"O":{"a" : null},"C":"z"}"#);
    }

    #[test]
    fn every_text_comes_back() {
        for value in ["", "a\"b\\c\nd\te\u{1}", "Zoë 🔐", "\\u0041", "\u{7f}\u{2028}"] {
            let values = IndexMap::from([("A\"".to_owned(), Held::Text(Secret::new(value)))]);
            assert!(parsed(render(&values).expose()) == values);
        }
    }

    #[test]
    fn a_secret_that_is_no_object_is_refused_without_its_text() {
        for text in ["hunter2", "[\"hunter2\"]", "\"hunter2\"", "{\"A\":hunter2}", "12", ""] {
            let error = parse("shop", &Secret::new(text)).err().expect("no object").to_string();
            assert_eq!(error, "the secret shop is not a JSON object");
        }
    }
}
