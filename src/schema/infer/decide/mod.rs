//! What follows from everything that was seen of a variable: one question per file.
//!
//! To change what an answer rests on, change its file; what several of them need to know is in [`Evidence`].

mod default;
mod description;
mod evidence;
mod generator;
mod group;
mod options;
mod required;
mod secret;
mod value_type;

use std::collections::HashSet;
use std::path::PathBuf;

use indexmap::IndexMap;

pub use self::evidence::Evidence;
use super::{Place, Sighting};
use crate::generate::Recipe;

/// A variable as a schema would declare it.
#[derive(Clone)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// What it accepts.
    pub value_type: Type,
    /// Whether the value is secret.
    pub secret: bool,
    /// Whether it must be set.
    pub required: bool,
    /// The value when none is set; never of a secret.
    pub default: Option<String>,
    /// How to make a value; only of a secret.
    pub generate: Option<Recipe>,
    /// What it is for.
    pub description: Option<String>,
    /// The heading it belongs under.
    pub group: Option<String>,
    /// Where to read more, or where to get a value.
    pub link: Option<String>,
    /// Where it was seen, without repetitions.
    pub seen: Vec<Seen>,
    /// What a person should look at.
    pub doubts: Vec<&'static str>,
}

/// A type with what it needs to be complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// The name of a type in [`types::ALL`](crate::schema::types::ALL).
    pub name: &'static str,
    /// The accepted values of an `enum`.
    pub values: Vec<String>,
    /// The type of the items of a `list`.
    pub of: Option<&'static str>,
    /// The separator of a `list`, unless it is a comma.
    pub separator: Option<&'static str>,
}

impl Type {
    /// A type that is complete with its name.
    pub fn plain(name: &'static str) -> Self {
        Self { name, values: Vec::new(), of: None, separator: None }
    }
}

/// A place where a variable was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// What kind of place it is.
    pub place: Place,
}

/// The variables of all sightings, in the order in which they were seen first.
pub fn decide(sightings: Vec<Sighting>) -> Vec<Variable> {
    let mut by_name: IndexMap<String, Vec<Sighting>> = IndexMap::new();
    for sighting in sightings {
        by_name.entry(sighting.name.clone()).or_default().push(sighting);
    }
    let all: Vec<Evidence> = by_name.into_iter().map(|(name, seen)| Evidence::new(name, seen)).collect();
    all.iter().map(variable).collect()
}

fn variable(evidence: &Evidence) -> Variable {
    let secrecy = secret::decide(evidence);
    let generated = if secrecy.secret { generator::decide(evidence) } else { None };
    // What is drawn has no other shape than text.
    let value_type = if generated.is_some() { Type::plain("string") } else { value_type::decide(evidence) };
    let default = if secrecy.secret { None } else { default::decide(evidence, &value_type) };
    let mut doubts: Vec<&'static str> = secrecy.doubt.into_iter().collect();
    doubts.extend(default::doubt(evidence, secrecy.secret, default.as_deref()));
    Variable {
        name: evidence.name.clone(),
        required: required::decide(evidence, secrecy.secret, default.is_some(), generated.is_some()),
        value_type,
        secret: secrecy.secret,
        default,
        generate: generated,
        description: description::decide(evidence),
        group: group::decide(evidence),
        link: evidence.sightings.iter().find_map(|sighting| sighting.link.clone()),
        seen: seen(evidence),
        doubts,
    }
}

fn seen(evidence: &Evidence) -> Vec<Seen> {
    let mut known = HashSet::new();
    let all = evidence.sightings.iter();
    let new = all.filter(|sighting| known.insert((sighting.file.as_path(), sighting.line)));
    new.map(|Sighting { file, line, place, .. }| Seen { file: file.clone(), line: *line, place: *place })
        .collect()
}
