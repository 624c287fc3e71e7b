//! Nested metadata in flat keys: `__map_` before the key of a map, `__list_` before the index of a list.
//!
//! `age__list_0__map_enc` is `age[0].enc`. The tree itself is never built: envward keeps every entry as it
//! read it and only checks that the keys form a tree, so that what it does not know survives.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::Error;

/// No key is nested deeper.
const MAX_DEPTH: usize = 64;

/// One step of a key, ordered as sops writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step<'a> {
    /// A name in a map.
    Name(&'a str),
    /// An index in a list.
    Index(usize),
}

/// What lies under a prefix of a key.
enum Node {
    Value,
    Map,
    List(BTreeSet<usize>),
}

/// Splits a key into its steps; `None` if an index is not a plain number or the key is nested too deep.
pub(super) fn steps(key: &str) -> Option<Vec<Step<'_>>> {
    Some(split(key)?.into_iter().map(|(_, step)| step).collect())
}

/// Refuses keys that do not form one tree: a node that is both a value and a map, a list with gaps.
pub(super) fn check(entries: &IndexMap<String, String>) -> Result<(), Error> {
    let invalid = |key: &str, problem| Error::Metadata { key: crate::ui::escape(key).into_owned(), problem };
    let mut nodes: HashMap<&str, Node> = HashMap::new();
    for key in entries.keys() {
        let parts = split(key).ok_or_else(|| invalid(key, "the key is not understood"))?;
        let starts: Vec<usize> = parts.iter().map(|(start, _)| *start).skip(1).collect();
        for (start, (_, step)) in starts.iter().zip(parts.iter().skip(1)) {
            let node = match step {
                Step::Name(_) => nodes.entry(&key[..*start]).or_insert(Node::Map),
                Step::Index(_) => nodes.entry(&key[..*start]).or_insert(Node::List(BTreeSet::new())),
            };
            match (node, step) {
                (Node::Map, Step::Name(_)) => {}
                (Node::List(indices), Step::Index(index)) => {
                    indices.insert(*index);
                }
                _ => return Err(invalid(key, "it is more than one of a value, a map and a list")),
            }
        }
        if nodes.insert(key, Node::Value).is_some() {
            return Err(invalid(key, "it is more than one of a value, a map and a list"));
        }
    }
    for (key, node) in &nodes {
        if let Node::List(indices) = node
            && indices.iter().enumerate().any(|(position, index)| position != *index)
        {
            return Err(invalid(key, "the list has a gap"));
        }
    }
    Ok(())
}

/// The steps of a key, each with the offset of the separator before it.
fn split(key: &str) -> Option<Vec<(usize, Step<'_>)>> {
    const MAP: &str = "__map_";
    const LIST: &str = "__list_";
    let mut parts = Vec::new();
    let (mut start, mut is_index, mut rest) = (0, false, key);
    loop {
        let next = match (rest.find(MAP), rest.find(LIST)) {
            (Some(map), Some(list)) if map < list => Some((map, MAP)),
            (_, Some(list)) => Some((list, LIST)),
            (Some(map), None) => Some((map, MAP)),
            (None, None) => None,
        };
        let text = next.map_or(rest, |(end, _)| &rest[..end]);
        parts.push((start, if is_index { Step::Index(index(text)?) } else { Step::Name(text) }));
        let Some((end, separator)) = next else { return Some(parts) };
        if parts.len() == MAX_DEPTH {
            return None;
        }
        start = key.len() - rest.len() + end;
        is_index = separator == LIST;
        rest = &rest[end + separator.len()..];
    }
}

/// An index in its only spelling: decimal, no sign, no leading zero.
fn index(text: &str) -> Option<usize> {
    let number: usize = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(keys: &[&str]) -> Option<String> {
        let entries = keys.iter().map(|key| ((*key).to_owned(), String::new())).collect();
        check(&entries).err().map(|error| error.to_string())
    }

    #[test]
    fn keys_split_into_names_and_indices() {
        assert_eq!(
            steps("age__list_12__map_enc"),
            Some(vec![Step::Name("age"), Step::Index(12), Step::Name("enc")])
        );
        assert_eq!(steps("hc_vault"), Some(vec![Step::Name("hc_vault")]));
        assert_eq!(steps("age__list_01"), None);
        assert_eq!(steps("age__list_+1"), None);
    }

    #[test]
    fn lists_are_ordered_by_number() {
        assert!(steps("age__list_2") < steps("age__list_10"));
        assert!(steps("age__list_0__map_enc") < steps("lastmodified"));
    }

    #[test]
    fn keys_that_form_a_tree_are_fine() {
        assert_eq!(problem(&["b", "a__list_1__map_x", "a__list_0__map_x", "a__list_0__map_y"]), None);
    }

    #[test]
    fn keys_that_contradict_each_other_are_refused() {
        let both = "it is more than one of a value, a map and a list";
        for keys in [["a", "a__map_b"], ["a__map_b", "a"], ["a__map_b", "a__list_0"]] {
            assert!(problem(&keys).is_some_and(|text| text.ends_with(both)), "{keys:?}");
        }
        let gap = problem(&["a__list_0", "a__list_2"]);
        assert_eq!(gap.as_deref(), Some("sops metadata `sops_a`: the list has a gap"));
        assert!(problem(&[&"a__map_".repeat(100)]).is_some());
    }
}
