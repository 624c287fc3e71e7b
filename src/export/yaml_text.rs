//! The YAML that envward writes: block maps and lists, every value in double quotes, so that `no` stays a text and
//! no line of a value can be taken for anything else.

use indexmap::IndexMap;
use zeroize::Zeroizing;

use super::text::{Escape, Text};
use crate::forms::yaml::{self, Kind};
use crate::secret::{Secret, Values};

/// A part of a document.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A text.
    Text(Secret),
    /// `true`, the one truth that is written: what is false is left out.
    True,
    /// Names to nodes, in their order.
    Map(IndexMap<String, Node>),
    /// Nodes, in their order; at least one.
    List(Vec<Node>),
}

impl Node {
    /// A text that is no value of the environment, or not as it stands.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Secret::new(text))
    }

    /// A map with these names.
    pub(super) fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    }

    /// Values as a map of texts.
    pub(super) fn texts(values: &Values) -> Self {
        Self::Map(values.iter().map(|(name, value)| (name.clone(), Self::Text(value.clone()))).collect())
    }

    /// The values of a map of texts.
    pub(super) fn values(&self) -> Option<Values> {
        let Self::Map(map) = self else { return None };
        map.iter().map(|(name, node)| Some((name.clone(), node.secret()?.clone()))).collect()
    }

    /// The node below these names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| match node {
            Self::Map(map) => map.get(*name),
            _ => None,
        })
    }

    /// The items of a list.
    pub(super) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text.
    pub(super) fn secret(&self) -> Option<&Secret> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// Documents as YAML.
pub(super) fn write(documents: &[Node]) -> Zeroizing<String> {
    let mut text = Text::default();
    for (number, document) in documents.iter().enumerate() {
        if number > 0 {
            text.push("---\n");
        }
        match document {
            Node::Map(map) if !map.is_empty() => push_map(&mut text, map, 0),
            other => push(&mut text, other, 0),
        }
    }
    text.finish()
}

/// Appends a node after the `-` or the `:` that it belongs to; `depth` is that of what lies in it.
fn push(text: &mut Text, node: &Node, depth: usize) {
    match node {
        Node::Text(value) => {
            text.push("\"").push_escaped(value.expose(), escape).push("\"\n");
        }
        Node::True => {
            text.push("true\n");
        }
        Node::Map(map) if map.is_empty() => {
            text.push("{}\n");
        }
        Node::Map(map) => {
            text.push("\n");
            push_map(text, map, depth);
        }
        Node::List(items) => {
            text.push("\n");
            for item in items {
                text.push(&" ".repeat(depth)).push("-");
                if !matches!(item, Node::Map(map) if !map.is_empty()) {
                    text.push(" ");
                }
                push(text, item, depth + 2);
            }
        }
    }
}

fn push_map(text: &mut Text, map: &IndexMap<String, Node>, depth: usize) {
    for (name, node) in map {
        text.push(&" ".repeat(depth));
        if is_plain(name) {
            text.push(name);
        } else {
            text.push("\"").push_escaped(name, escape).push("\"");
        }
        text.push(":");
        if matches!(node, Node::Text(_) | Node::True) || matches!(node, Node::Map(map) if map.is_empty()) {
            text.push(" ");
        }
        push(text, node, depth + 2);
    }
}

/// Whether every version of YAML takes it for a text without quotes.
fn is_plain(name: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    crate::dotenv::is_name(name) && !words.contains(&name.to_ascii_lowercase().as_str())
}

/// What cannot stand in double quotes as it is, or is a line end to some version of YAML.
fn escape(character: char) -> Option<Escape> {
    match character {
        '"' | '\\' => Some(Escape::Marked('\\')),
        '\n' => Some(Escape::As("\\n")),
        '\r' => Some(Escape::As("\\r")),
        '\t' => Some(Escape::As("\\t")),
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => Some(code(character)),
        control if control.is_control() => Some(code(control)),
        // The last two of each plane are no characters, and some readers refuse them.
        other if u32::from(other) & 0xfffe == 0xfffe => Some(code(other)),
        _ => None,
    }
}

fn code(character: char) -> Escape {
    let number = u32::from(character);
    Escape::Code(if number > 0xffff { format!("\\U{number:08x}") } else { format!("\\u{number:04x}") })
}

/// The documents of a text, if it is what [`write()`] makes: texts in quotes, and nothing else but `true`.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    yaml::parse(text).ok()?.iter().map(node).collect()
}

fn node(parsed: &yaml::Node) -> Option<Node> {
    if parsed.tag.is_some() {
        return None;
    }
    match &parsed.kind {
        Kind::Scalar { text, plain: false } => Some(Node::Text(text.clone())),
        Kind::Scalar { text, plain: true } => (text.expose() == "true").then_some(Node::True),
        Kind::Sequence(items) => items.iter().map(node).collect::<Option<_>>().map(Node::List),
        Kind::Mapping(_) => {
            let entries = parsed.entries().into_iter();
            let entries = entries.map(|(name, value)| Some((name.to_owned(), node(value)?)));
            entries.collect::<Option<_>>().map(Node::Map)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let list = Node::List(vec![Node::text("x"), Node::map([("a", Node::text("1")), ("b", Node::True)])]);
        let document = Node::map([("one", Node::map([("list", list)])), ("off", Node::map([]))]);
        let text = write(&[document.clone(), Node::map([("z", Node::text("\u{1f600}\u{1}"))])]);
        let expected = "one:\n  list:\n    - \"x\"\n    -\n      a: \"1\"\n      b: true\n\"off\": {}\n---\n\
                        z: \"\u{1f600}\\u0001\"\n";
        assert_eq!(*text, expected);
        assert!(read(&text).is_some_and(|read| read[0] == document && read.len() == 2));
    }

    #[test]
    fn nothing_else_is_taken_for_it() {
        for text in ["a: 1\n", "a: x\n", "a: \"1\"\na: \"2\"\n", "a: !x \"1\"\n", "a: \n", "a: [\n"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
