//! A JSON object that holds the values of several names, as Vault's KV engine and a secret of AWS do.
//!
//! Others write there too, and not only texts: what is no text is kept as the JSON that it came as, byte for byte,
//! so that a write which does not name it leaves it as it was.

use std::io;

use indexmap::IndexMap;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{Changes, Held};
use crate::secret::{self, Secret};

/// The text is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAnObject;

/// Takes an object apart.
///
/// # Errors
/// It is no JSON, or no object.
pub(super) fn parse(json: &str) -> Result<IndexMap<String, Held>, NotAnObject> {
    let fields: IndexMap<String, &RawValue> = serde_json::from_str(json).map_err(|_| NotAnObject)?;
    fields.into_iter().map(|(name, value)| Ok((name, held(value.get())?))).collect()
}

fn held(json: &str) -> Result<Held, NotAnObject> {
    if json.starts_with('"') {
        let text: String = serde_json::from_str(json).map_err(|_| NotAnObject)?;
        return Ok(Held::Text(Secret::new(text)));
    }
    Ok(Held::Json(Secret::new(json)))
}

/// The object with the changes applied: what they do not name stays as it is and where it is, new names follow.
pub(super) fn changed(held: &IndexMap<String, Held>, changes: &Changes) -> Zeroizing<String> {
    let mut object = Object { json: Zeroizing::new(String::from("{")), is_empty: true };
    for (name, held) in held {
        match (changes.get(name), held) {
            (Some(None), _) => {}
            (Some(Some(text)), _) | (None, Held::Text(text)) => object.push_text(name, text),
            (None, Held::Json(json)) => object.push(name, json.expose()),
        }
    }
    for (name, value) in changes.iter().filter(|(name, _)| !held.contains_key(*name)) {
        if let Some(text) = value {
            object.push_text(name, text);
        }
    }
    object.finish()
}

struct Object {
    json: Zeroizing<String>,
    is_empty: bool,
}

impl Object {
    fn push_text(&mut self, name: &str, text: &Secret) {
        self.name(name);
        push_string(&mut self.json, text.expose());
    }

    fn push(&mut self, name: &str, json: &str) {
        self.name(name);
        secret::push(&mut self.json, json);
    }

    fn name(&mut self, name: &str) {
        if !self.is_empty {
            secret::push(&mut self.json, ",");
        }
        self.is_empty = false;
        push_string(&mut self.json, name);
        secret::push(&mut self.json, ":");
    }

    fn finish(mut self) -> Zeroizing<String> {
        secret::push(&mut self.json, "}");
        self.json
    }
}

/// Writes a text as a JSON string, with no copy of it anywhere else.
fn push_string(json: &mut Zeroizing<String>, text: &str) {
    serde_json::to_writer(Tail(json), text).expect("a text can be written as JSON");
}

/// The end of a text, to write to.
struct Tail<'a>(&'a mut Zeroizing<String>);

impl io::Write for Tail<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        secret::push(self.0, part);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOREIGN: &str =
        r#"{"PORT":5432.10,"A":"é\"\n","LIST":[1, {"x":"y"}],"BIG":12345678901234567890,"NO":null}"#;

    fn changes(pairs: &[(&str, Option<&str>)]) -> Changes {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.map(Secret::new))).collect()
    }

    #[test]
    fn texts_are_taken_apart_and_everything_else_keeps_its_bytes() {
        let held = parse(FOREIGN).expect("an object");
        assert!(held["A"] == Held::Text(Secret::new("é\"\n")));
        assert!(held["LIST"] == Held::Json(Secret::new(r#"[1, {"x":"y"}]"#)));
        assert_eq!(changed(&held, &Changes::new()).as_str(), FOREIGN);
    }

    #[test]
    fn a_change_touches_only_what_it_names() {
        let held = parse(r#"{"A":"1","PORT":5432.10,"B":"2"}"#).expect("an object");
        let changes = changes(&[("A", None), ("B", Some("x\\y")), ("C", Some("\u{1}🔑")), ("GONE", None)]);
        assert_eq!(changed(&held, &changes).as_str(), r#"{"PORT":5432.10,"B":"x\\y","C":"\u0001🔑"}"#);
        assert_eq!(changed(&parse("{}").expect("an object"), &Changes::new()).as_str(), "{}");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["", "[]", "null", "\"a\"", "{\"a\":1", "{\"a\":1} x", "{\"a\":\"\\ud800\"}"] {
            assert_eq!(parse(json).err(), Some(NotAnObject), "{json}");
        }
    }
}
