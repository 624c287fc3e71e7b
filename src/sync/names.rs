//! What a variable is called in a store. Only here: a store itself knows its own names alone.

use std::collections::BTreeMap;

use crate::schema::{Schema, ValueSource};
use crate::secret::Values;
use crate::store::Snapshot;

/// What the store calls a variable; `names` is from the store's definition, variable to name.
pub fn store_name<'a>(variable: &'a str, names: &'a BTreeMap<String, String>) -> &'a str {
    names.get(variable).map_or(variable, String::as_str)
}

/// The variable that a name of the store stands for; `None` if that variable has another name there.
pub fn variable<'a>(name: &'a str, names: &'a BTreeMap<String, String>) -> Option<&'a str> {
    match names.iter().find(|(_, own)| *own == name) {
        Some((variable, _)) => Some(variable),
        None => (!names.contains_key(name)).then_some(name),
    }
}

/// A snapshot of a store, as variables.
#[derive(Default)]
pub struct Variables {
    /// The values of the variables that the schema knows and that are not set by the platform.
    pub values: Values,
    /// The store's names of everything else: somebody else's, and left alone.
    pub foreign: Vec<String>,
    /// Variables that the store holds as something that no variable can be, such as a list.
    pub unusable: Vec<String>,
}

/// Takes a snapshot for what the schema knows.
pub fn variables(snapshot: &Snapshot, names: &BTreeMap<String, String>, schema: &Schema) -> Variables {
    let mut taken = Variables::default();
    for (name, held) in &snapshot.values {
        let known = variable(name, names).filter(|variable| is_synced(variable, schema));
        match (known, held.text()) {
            (None, _) => taken.foreign.push(name.clone()),
            (Some(variable), None) => taken.unusable.push(variable.to_owned()),
            (Some(variable), Some(text)) => {
                taken.values.insert(variable.to_owned(), text.clone());
            }
        }
    }
    taken
}

/// Whether stores hold the variable: the schema knows it, and not the platform sets it.
pub fn is_synced(variable: &str, schema: &Schema) -> bool {
    schema.vars.get(variable).is_some_and(|variable| variable.source == ValueSource::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> BTreeMap<String, String> {
        [("OPENAI_API_KEY".to_owned(), "openai_key".to_owned())].into()
    }

    #[test]
    fn a_variable_has_one_name_in_the_store() {
        let names = names();
        assert_eq!(store_name("OPENAI_API_KEY", &names), "openai_key");
        assert_eq!(store_name("PORT", &names), "PORT");
        assert_eq!(variable("openai_key", &names), Some("OPENAI_API_KEY"));
        assert_eq!(variable("PORT", &names), Some("PORT"));
    }

    #[test]
    fn a_name_of_the_store_that_a_renamed_variable_left_is_not_that_variable() {
        assert_eq!(variable("OPENAI_API_KEY", &names()), None);
    }
}
