//! YAML 1.2 as a tree in which every node knows its line.
//!
//! Every scalar is a [`Secret`], since the files that are read here hold values. The parser itself does not
//! overwrite its buffers.
//!
//! Limits, beside the size of the file: [`MAX_DEPTH`] levels, and [`MAX_NODES`] nodes with every alias spelled
//! out, so that a few lines of aliases cannot become gigabytes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::secret::Secret;

/// Deepest nesting of mappings and sequences.
pub const MAX_DEPTH: usize = 64;

/// Most nodes of one text, those that aliases repeat counted again.
pub const MAX_NODES: usize = 1_000_000;

/// Most bytes of scalars that aliases may repeat in one text.
const MAX_REPEATED: usize = 64 << 20;

/// Why a text cannot be read as YAML. Holds no part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Error {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: &'static str,
}

/// A node of a document.
#[derive(Clone)]
pub struct Node {
    /// The line it begins in, from 1; of an alias, the line of what it stands for.
    pub line: u32,
    /// Its tag as it is written, such as `!reset`; for one of YAML's own, `!!str`.
    pub tag: Option<String>,
    /// What it is.
    pub kind: Kind,
}

/// The three kinds of nodes.
#[derive(Clone)]
pub enum Kind {
    /// A text, as it is after quotes and escapes.
    Scalar {
        /// The text.
        text: Secret,
        /// Whether it has neither quotes nor a block sign, so that `true` is a boolean and `12` a number.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the text; no key twice. `<<` is an ordinary key, see [`Node::entries`].
    Mapping(Vec<(Node, Node)>),
}

/// What a scalar is in the core schema (YAML 1.2 section 10.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarType {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number; decimal, `0o17` or `0x1f`.
    Int,
    /// Any other number, also `.inf` and `.nan`.
    Float,
    /// Text.
    Text,
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&Secret> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What a scalar is; `None` for a list or a mapping.
    pub fn scalar_type(&self) -> Option<ScalarType> {
        let Kind::Scalar { text, plain } = &self.kind else { return None };
        match self.tag.as_deref() {
            Some("!!str") => Some(ScalarType::Text),
            Some("!!null") => Some(ScalarType::Null),
            Some("!!bool") => Some(ScalarType::Bool),
            Some("!!int") => Some(ScalarType::Int),
            Some("!!float") => Some(ScalarType::Float),
            _ if *plain => Some(plain_type(text.expose())),
            _ => Some(ScalarType::Text),
        }
    }

    /// Whether it is a scalar that says nothing: `KEY:`, `KEY: null`.
    pub fn is_null(&self) -> bool {
        self.scalar_type() == Some(ScalarType::Null)
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The pairs of a mapping whose key is text, with what `<<` merges into it behind its own, which win; none for
    /// anything else.
    pub fn entries(&self) -> Vec<(&str, &Node)> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        self.collect_entries(&mut entries, &mut seen);
        entries
    }

    fn collect_entries<'a>(&'a self, entries: &mut Vec<(&'a str, &'a Node)>, seen: &mut HashSet<&'a str>) {
        let Kind::Mapping(pairs) = &self.kind else { return };
        let mut merged = Vec::new();
        for (key, value) in pairs {
            match key.text().map(Secret::expose) {
                Some("<<") => merged.push(value),
                Some(key) if seen.insert(key) => entries.push((key, value)),
                _ => {}
            }
        }
        for value in merged {
            let items = value.items();
            let sources = if items.is_empty() { std::slice::from_ref(value) } else { items };
            for source in sources {
                source.collect_entries(entries, seen);
            }
        }
    }

    /// The value of a key, also one that `<<` merges.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().into_iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// How many nodes it has, and bytes in its scalars.
    fn weight(&self) -> (usize, usize) {
        let add = |sum: (usize, usize), node: &Node| {
            let (nodes, bytes) = node.weight();
            (sum.0 + nodes, sum.1 + bytes)
        };
        match &self.kind {
            Kind::Scalar { text, .. } => (1, text.len()),
            Kind::Sequence(items) => items.iter().fold((1, 0), add),
            Kind::Mapping(pairs) => pairs.iter().fold((1, 0), |sum, (key, value)| add(add(sum, key), value)),
        }
    }
}

/// The type of a scalar without quotes.
fn plain_type(text: &str) -> ScalarType {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits =
        |digits: &str, radix: u32| !digits.is_empty() && digits.chars().all(|each| each.is_digit(radix));
    let is_special = matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ScalarType::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarType::Bool,
        _ if digits(unsigned, 10)
            || text.strip_prefix("0o").is_some_and(|rest| digits(rest, 8))
            || text.strip_prefix("0x").is_some_and(|rest| digits(rest, 16)) =>
        {
            ScalarType::Int
        }
        _ if is_special
            || unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
                && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
                && unsigned.parse::<f64>().is_ok() =>
        {
            ScalarType::Float
        }
        _ => ScalarType::Text,
    }
}

/// Reads every document of a text; one that is empty has none.
pub fn parse(text: &str) -> Result<Vec<Node>, Error> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        // The parser's own messages can quote the text.
        let (event, span) = event.map_err(|error| Error {
            line: u32::try_from(error.marker().line()).unwrap_or(u32::MAX),
            message: "is not valid YAML",
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.documents)
}

/// A mapping or sequence that is not complete yet.
struct Open {
    anchor: usize,
    node: Node,
    /// The key whose value comes next.
    key: Option<Node>,
    /// The texts of its keys.
    keys: HashSet<String>,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    repeated: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let kind = Kind::Scalar { text: Secret::new(text), plain };
                self.add(anchor, Node { line, tag: tag_text(tag), kind })
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor, Node { line, tag: tag_text(tag), kind: Kind::Sequence(Vec::new()) })
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor, Node { line, tag: tag_text(tag), kind: Kind::Mapping(Vec::new()) })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.add(open.anchor, open.node),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                // What is still open would contain itself.
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(Error { line, message: "an alias stands for something that is not there" });
                };
                let (nodes, bytes) = node.weight();
                self.nodes += nodes - 1;
                self.repeated += bytes;
                if self.nodes > MAX_NODES || self.repeated > MAX_REPEATED {
                    return Err(Error { line, message: "aliases make this too large" });
                }
                let node = node.clone();
                self.add(0, node)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, node: Node) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Error { line: node.line, message: "is nested more than 64 levels deep" });
        }
        self.open.push(Open { anchor, node, key: None, keys: HashSet::new() });
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn add(&mut self, anchor: usize, node: Node) -> Result<(), Error> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Error { line: node.line, message: "has more than 1,000,000 nodes" });
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut parent.node.kind {
            Kind::Sequence(items) => items.push(node),
            Kind::Mapping(pairs) => {
                if let Some(key) = parent.key.take() {
                    pairs.push((key, node));
                    return Ok(());
                }
                if let Some(text) = node.text()
                    && !parent.keys.insert(text.expose().to_owned())
                {
                    return Err(Error { line: node.line, message: "a key stands there twice" });
                }
                parent.key = Some(node);
            }
            Kind::Scalar { .. } => unreachable!("only lists and mappings are opened"),
        }
        Ok(())
    }
}

fn tag_text(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    tag.map(|tag| {
        if tag.is_yaml_core_schema() {
            format!("!!{}", tag.suffix)
        } else {
            format!("{}{}", tag.handle, tag.suffix)
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Node {
        let mut documents = parse(text).expect("it is YAML");
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    fn message(text: &str) -> String {
        parse(text).err().expect("it is refused").to_string()
    }

    fn text(node: Option<&Node>) -> &str {
        node.and_then(Node::text).map_or("no scalar", Secret::expose)
    }

    #[test]
    fn a_node_knows_its_line_and_its_type() {
        let node = one("a: 1\nb:\n  - 'x'\n  - true\nc: |\n  two\n  lines\n");
        let b = node.get("b").expect("it is there");
        assert_eq!(b.items().iter().map(|item| item.line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(b.items()[0].scalar_type(), Some(ScalarType::Text));
        assert_eq!(b.items()[1].scalar_type(), Some(ScalarType::Bool));
        assert_eq!(text(node.get("c")), "two\nlines\n");
    }

    #[test]
    fn only_what_has_no_quotes_has_a_type() {
        use ScalarType::{Bool, Float, Int, Null, Text};
        for (written, expected) in [
            ("12", Int),
            ("-0x1f", Text),
            ("0x1f", Int),
            ("1.5e3", Float),
            (".inf", Float),
            ("1.2.3", Text),
            ("yes", Text),
            ("True", Bool),
            ("~", Null),
            ("''", Text),
            ("'12'", Text),
            ("!!str 12", Text),
            ("infinity", Text),
        ] {
            assert_eq!(one(written).scalar_type(), Some(expected), "{written}");
        }
    }

    #[test]
    fn aliases_and_merges_are_spelled_out_and_own_keys_win() {
        let node = one("x: &x {A: one, B: two}\ny: *x\nz:\n  <<: *x\n  A: mine\n");
        assert_eq!(text(node.get("y").and_then(|y| y.get("A"))), "one");
        let z = node.get("z").expect("it is there");
        let names: Vec<_> = z.entries().into_iter().map(|(name, value)| (name, text(Some(value)))).collect();
        assert_eq!(names, [("A", "mine"), ("B", "two")]);
    }

    #[test]
    fn documents_are_separate() {
        assert_eq!(parse("a: 1\n---\nb: 2\n").map(|documents| documents.len()).ok(), Some(2));
        assert_eq!(parse("# nothing\n").map(|documents| documents.len()).ok(), Some(0));
    }

    #[test]
    fn what_is_wrong_has_a_line_and_holds_nothing_of_the_text() {
        assert_eq!(message("a: 1\nb: [hunter2\n"), "line 3: is not valid YAML");
        assert_eq!(message("a: 1\na: 2\n"), "line 2: a key stands there twice");
        assert_eq!(message("a: *hunter2\n"), "line 1: is not valid YAML");
    }

    #[test]
    fn bombs_are_refused() {
        let deep = "- ".repeat(MAX_DEPTH + 1) + "x";
        assert_eq!(message(&deep), "line 1: is nested more than 64 levels deep");
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let again = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb = format!("{bomb}a{level}: &a{level} [{again}]\n");
        }
        assert_eq!(message(&bomb), "line 6: aliases make this too large");
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 65].join(", "));
        assert_eq!(message(&long), "line 2: aliases make this too large");
        assert!(parse("a: &a\n  b: *a\n").is_err(), "it would contain itself");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(pieces in proptest::collection::vec("[-:?&*!|>'\"{}\\[\\],#%@`~<a1 \\n\\t\\r]{1,3}|[\\PC]", 0..40)) {
            let _ = parse(&pieces.concat());
        }
    }
}
