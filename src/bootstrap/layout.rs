//! Env files that explain themselves: a heading per group, a description above each variable.

use indexmap::IndexMap;

use crate::dotenv::{Document, Unportable};
use crate::project::Environment;
use crate::schema::{Schema, Variable};
use crate::secret::{Secret, Values};

/// Writes values into an env file: in place where the name is there already, else at the end with its
/// description. `reserved` are variables without a value yet; they get an empty line to be filled in later.
/// Returns the names whose values no env file can carry to those who read it, and why.
pub fn complete(
    document: &mut Document,
    schema: &Schema,
    environment: &Environment,
    values: &Values,
    reserved: &[&Variable],
) -> Vec<(String, Unportable)> {
    let mut refused = Vec::new();
    let readers = &environment.readers;
    let mut set = |document: &mut Document, name: &str, value: &Secret| {
        if let Err(reason) = document.set_for(name, value, readers) {
            refused.push((name.to_owned(), reason));
            if !document.contains(name) {
                let _ = document.set(name, &Secret::default());
            }
        }
    };
    if document.to_bytes().is_empty() {
        let (name, environment) = (&schema.name, &environment.name);
        document
            .push_comment(&format!("{name}, {environment}. Holds secrets: keep it out of version control."));
    }
    let mut added: IndexMap<Option<&str>, Vec<&Variable>> = IndexMap::new();
    for variable in schema.vars.values() {
        let value = values.get(&variable.name);
        if document.get(&variable.name).is_some() {
            if let Some(value) = value {
                set(document, &variable.name, value);
            }
        } else if value.is_some() || reserved.iter().any(|other| other.name == variable.name) {
            added.entry(variable.group.as_deref()).or_default().push(variable);
        }
    }
    for (group, variables) in added {
        if let Some(group) = group {
            document.push_blank();
            document.push_comment(&format!("--- {group} ---"));
        }
        for variable in variables {
            describe(document, variable);
            set(document, &variable.name, values.get(&variable.name).unwrap_or(&Secret::default()));
        }
    }
    refused
}

fn describe(document: &mut Document, variable: &Variable) {
    document.push_blank();
    if let Some(description) = &variable.description {
        document.push_comment(description);
    }
    if let Some(obtain) = &variable.obtain {
        document.push_comment(&format!("Obtain it at: {obtain}"));
    }
}
