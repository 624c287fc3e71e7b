//! JSON as the tree of [`super::yaml`], in the order of the text.
//!
//! Not read as YAML, which does not know the surrogate pairs of JSON's escapes. The limits are the same; every
//! line is 1, since no message about a value of JSON names one.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::yaml::{Error, Kind, MAX_DEPTH, MAX_NODES, Node};
use crate::secret::Secret;

/// What marks an error of this reader among those of the library, which can quote the text.
const TOO_DEEP: &str = "is nested more than 64 levels deep";
const TOO_LARGE: &str = "has more than 1,000,000 nodes";
const TWICE: &str = "a key stands there twice";

/// Reads a text that is one JSON value.
pub fn parse(text: &str) -> Result<Node, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut nodes = 0;
    let tree = Tree { depth: 0, nodes: &mut nodes }.deserialize(&mut deserializer);
    tree.and_then(|node| deserializer.end().map(|()| node)).map_err(|error| {
        let said = error.to_string();
        let own = [TOO_DEEP, TOO_LARGE, TWICE].into_iter().find(|own| said.starts_with(own));
        let message = own.unwrap_or("is not valid JSON");
        Error { line: u32::try_from(error.line()).unwrap_or(u32::MAX).max(1), message }
    })
}

/// Builds a node `depth` levels below the top.
struct Tree<'a> {
    depth: usize,
    nodes: &'a mut usize,
}

impl Tree<'_> {
    fn below<E: de::Error>(&mut self) -> Result<Tree<'_>, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(TOO_DEEP));
        }
        Ok(Tree { depth: self.depth + 1, nodes: self.nodes })
    }
}

fn scalar(text: impl Into<String>, plain: bool) -> Node {
    node(Kind::Scalar { text: Secret::new(text), plain })
}

fn node(kind: Kind) -> Node {
    Node { line: 1, tag: None, kind }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        *self.nodes += 1;
        if *self.nodes > MAX_NODES {
            return Err(de::Error::custom(TOO_LARGE));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(scalar(text, false))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Node, E> {
        Ok(scalar(yes.to_string(), true))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(scalar(number.to_string(), true))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(scalar(number.to_string(), true))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(scalar(number.to_string(), true))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(scalar("null", true))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.below()?)? {
            items.push(item);
        }
        Ok(node(Kind::Sequence(items)))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Node, A::Error> {
        let (mut pairs, mut seen) = (Vec::new(), HashSet::new());
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(TWICE));
            }
            let value = map.next_value_seed(self.below()?)?;
            pairs.push((scalar(key, false), value));
        }
        Ok(node(Kind::Mapping(pairs)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::yaml::ScalarType;

    fn message(text: &str) -> String {
        parse(text).err().map_or_else(|| "it was read".to_owned(), |error| error.to_string())
    }

    #[test]
    fn order_types_and_escapes_are_kept() {
        let node = parse(r#"{"Z": "\ud83d\ude00", "A": 8080, "B": true, "C": null, "D": 1.50, "E": "12"}"#);
        let node = node.unwrap_or_else(|error| panic!("{error}"));
        let found: Vec<_> = node
            .entries()
            .into_iter()
            .map(|(key, value)| (key, value.text().map(Secret::expose), value.scalar_type()))
            .collect();
        let expected = [
            ("Z", Some("😀"), Some(ScalarType::Text)),
            ("A", Some("8080"), Some(ScalarType::Int)),
            ("B", Some("true"), Some(ScalarType::Bool)),
            ("C", Some("null"), Some(ScalarType::Null)),
            ("D", Some("1.5"), Some(ScalarType::Float)),
            ("E", Some("12"), Some(ScalarType::Text)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_wrong_has_a_line_and_holds_nothing_of_the_text() {
        assert_eq!(message("{\n  \"A\": hunter2\n}"), "line 2: is not valid JSON");
        assert_eq!(message("{\"A\": 1} hunter2"), "line 1: is not valid JSON");
        assert_eq!(message("{\"hunter2\": 1,\n\"hunter2\": 2}"), "line 2: a key stands there twice");
        let deep = "[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1);
        assert_eq!(message(&deep), "line 1: is nested more than 64 levels deep");
        assert_eq!(message(&"[".repeat(100_000)), "line 1: is nested more than 64 levels deep");
    }
}
