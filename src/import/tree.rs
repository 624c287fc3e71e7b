//! The values of a tree, as variables.

use super::taken::name_of;
use super::{Error, Reason, Taken};
use crate::forms::yaml::{Kind, Node};

/// Takes the values of a mapping. What has keys of its own is refused, unless `flatten` makes names of them.
pub(super) fn take(mapping: &Node, flatten: bool, taken: &mut Taken) -> Result<(), Error> {
    walk(mapping, &mut Vec::new(), flatten, taken)
}

/// Takes one of them.
pub(super) fn take_one(key: &str, value: &Node, flatten: bool, taken: &mut Taken) -> Result<(), Error> {
    one(value, &mut vec![key], flatten, taken)
}

fn walk<'a>(
    mapping: &'a Node,
    path: &mut Vec<&'a str>,
    flatten: bool,
    taken: &mut Taken,
) -> Result<(), Error> {
    for (key, value) in mapping.entries() {
        path.push(key);
        one(value, path, flatten, taken)?;
        path.pop();
    }
    Ok(())
}

fn one<'a>(value: &'a Node, path: &mut Vec<&'a str>, flatten: bool, taken: &mut Taken) -> Result<(), Error> {
    let shown = path.join(".");
    match &value.kind {
        Kind::Scalar { .. } if value.is_null() => taken.refuse(&shown, Reason::NoValue),
        Kind::Scalar { text, .. } if flatten => {
            taken.put_as(&shown, &name_of(path.iter().copied()), text.clone())?;
        }
        // Without flattening there is one key.
        Kind::Scalar { text, .. } => taken.put(&shown, text.clone())?,
        Kind::Sequence(_) => taken.refuse(&shown, Reason::List),
        Kind::Mapping(_) if flatten => walk(value, path, flatten, taken)?,
        Kind::Mapping(_) => {
            let below = value.entries().first().map(|(name, _)| *name);
            let would_be = name_of(path.iter().copied().chain(below));
            taken.refuse(&shown, Reason::Nested { would_be });
        }
    }
    Ok(())
}
