//! Which variables of a sealed file stay readable without a key.
//!
//! A variable is readable if the schema says `secret = false` when it is first sealed. From then on the file
//! decides: a schema edit never makes an encrypted variable readable, but one that becomes secret is encrypted
//! with the next write.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::sops::{Plain, Selector};
use super::{Changes, Error, Opened};
use crate::schema::Schema;

/// Whether the schema knows the variable and says that it is not secret.
fn is_public(schema: Option<&Schema>, name: &str) -> bool {
    schema.and_then(|schema| schema.vars.get(name)).is_some_and(|variable| !variable.secret)
}

/// The rule of a file that is sealed for the first time.
pub(super) fn first<'a>(schema: Option<&Schema>, names: impl Iterator<Item = &'a String>) -> Selector {
    Selector::clear_names(names.filter(|name| is_public(schema, name)).cloned())
}

/// The rule after a write; `None` where the file's own rule is not a list of names, or nothing changes.
pub(super) fn next(
    opened: &Opened,
    changes: &Changes,
    schema: Option<&Schema>,
    lines: &[Plain],
) -> Result<Option<Selector>, Error> {
    if let Some(name) = changes.reveal.iter().find(|name| !opened.values.contains_key(*name)) {
        return Err(Error::no_variable(name, opened.values.keys().map(String::as_str)));
    }
    if let Some(name) = changes.reveal.iter().find(|name| !is_public(schema, name)) {
        return Err(Error::Secret { name: name.clone() });
    }
    let Some(selector) = opened.content.selector() else { return Ok(None) };
    let Selector::ClearNames(clear) = selector else {
        let refused = || Error::ForeignSelector { path: opened.place.path().to_owned() };
        return if changes.reveal.is_empty() { Ok(None) } else { Err(refused()) };
    };
    let known_secret = |name: &String| {
        schema.is_some_and(|schema| schema.vars.get(name).is_some_and(|variable| variable.secret))
    };
    let names: BTreeSet<&String> = lines.iter().filter_map(name).collect();
    let kept = clear.iter().filter(|name| !known_secret(name) && names.contains(name));
    let is_new = |name: &&String| !opened.values.contains_key(*name) && is_public(schema, name);
    let added = lines.iter().filter_map(name).filter(is_new);
    let next: IndexSet<String> = kept.chain(added).chain(&changes.reveal).cloned().collect();
    Ok((next != *clear).then(|| Selector::clear_names(next)))
}

fn name(line: &Plain) -> Option<&String> {
    match line {
        Plain::Value { name, .. } => Some(name),
        Plain::Comment(_) => None,
    }
}

/// The encrypted variables that the schema calls not secret, for a hint at `--reveal`.
pub fn revealable(opened: &Opened, schema: &Schema) -> Vec<String> {
    let by_names = matches!(opened.content.selector(), Some(Selector::ClearNames(_)));
    let names = opened.values.keys().filter(|name| is_public(Some(schema), name) && !opened.is_clear(name));
    // A value that cannot be stored readable stays encrypted for good.
    let storable = |name: &&String| {
        opened
            .values
            .get(*name)
            .is_some_and(|value| !value.is_empty() && super::sops::survives_in_clear(value.expose()))
    };
    if by_names { names.filter(storable).cloned().collect() } else { Vec::new() }
}
