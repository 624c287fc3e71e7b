//! Where a store has the values, for forms that name the store instead of holding them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Error, Input, Refusal};
use crate::manifest::{AwsDefinition, AwsLayout, StoreDefinition};

/// A store of the manifest, as it serves the environment.
pub struct Stored {
    /// The store's name in the manifest.
    pub name: String,
    /// What the manifest says of it.
    pub definition: StoreDefinition,
    /// Its path or name, with the environment's and the project's in it.
    pub place: String,
    /// The variables that `push` puts there: those that the environment itself has.
    pub variables: BTreeSet<String>,
}

/// The part of a store that one variable is.
pub(super) struct Remote<'a> {
    /// The secret.
    pub(super) key: String,
    /// The field of the secret, where it has several.
    pub(super) property: Option<&'a str>,
}

impl Stored {
    /// Where the store has the variable.
    pub(super) fn remote<'a>(&'a self, variable: &'a str) -> Remote<'a> {
        let names: &BTreeMap<String, String> = self.definition.names();
        let name = names.get(variable).map_or(variable, String::as_str);
        match &self.definition {
            StoreDefinition::AwsSecretsManager(AwsDefinition { layout: AwsLayout::PerVariable, .. }) => {
                Remote { key: format!("{}/{name}", self.place), property: None }
            }
            _ => Remote { key: self.place.clone(), property: Some(name) },
        }
    }

    /// Why nobody would find the variable there.
    pub(super) fn refuse(&self, variable: &str) -> Option<Refusal> {
        if !self.variables.contains(variable) {
            return Some("its value is the schema's default, which no store has: set it and push it".into());
        }
        let property = self.remote(variable).property.unwrap_or_default();
        let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
        let plain = property.chars().all(is_plain);
        (!plain).then(|| "the store's name for it has characters that a reference gives a meaning".into())
    }
}

impl Input {
    /// The store that the form names.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn stored(&self) -> Result<&Stored, Error> {
        self.stored.as_ref().ok_or_else(|| Error::Option {
            message: "the project names no store that a reference could point at".to_owned(),
            help: "name it in `stores` of the environment in envward.toml".to_owned(),
        })
    }
}
