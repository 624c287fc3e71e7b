//! The schema after loading: checked, merged, ready to use.

use std::path::PathBuf;

use indexmap::IndexMap;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definition::{Constraints, Rotate, RotationClass};
use super::placeholder::{self, Placeholder};
use super::template::Template;
use super::types::ValueType;
use crate::generate::{self, Generated, Recipe};
use crate::rng::Rng;

/// The variables and rules of one system.
pub struct Schema {
    /// Its name, for people.
    pub name: String,
    /// Every variable, those of extended schemas first, in the order of the files.
    pub vars: IndexMap<String, Variable>,
    /// Rules over several variables.
    pub rules: Vec<Rule>,
    /// Rotation classes by name.
    pub classes: IndexMap<String, RotationClass>,
    /// The files it was read from, what is extended before what extends it.
    pub files: Vec<SchemaFile>,
}

/// A file of a schema, as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaFile {
    /// The file, as it should be shown: below the root of its [`Source`](super::Source), or `builtin:NAME`.
    pub path: PathBuf,
    /// The SHA-256 of its text, in hexadecimal digits.
    pub sha256: String,
}

/// One variable.
pub struct Variable {
    /// The name, `[A-Za-z_][A-Za-z0-9_]*`.
    pub name: String,
    /// What it is for, one sentence or more.
    pub description: Option<String>,
    /// What it accepts.
    pub value_type: &'static dyn ValueType,
    /// Limits on top of the type; only those the type has a use for.
    pub constraints: Constraints,
    /// Whether the value is secret: true unless the schema says `secret = false`; a template with a secret
    /// part is secret.
    pub secret: bool,
    /// Whether it must be set.
    pub required: Required,
    /// The value to use when none is set.
    pub default: Option<Default>,
    /// How it is rendered from other variables.
    pub template: Option<Template>,
    /// How to make a value.
    pub generate: Option<Recipe>,
    /// When and how to rotate it.
    pub rotate: Option<Rotate>,
    /// An example for documentation; never used as a value.
    pub example: Option<String>,
    /// Why it should no longer be set, and what to set instead.
    pub deprecated: Option<String>,
    /// Heading it belongs under.
    pub group: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where to read more.
    pub docs: Option<String>,
    /// Where a person gets a value.
    pub obtain: Option<String>,
    /// Who sets it.
    pub source: ValueSource,
    /// Where it is declared.
    pub origin: Origin,
}

impl Variable {
    /// Whether a value stands for "fill this in". The default of its own schema does not.
    pub fn likeness(&self, value: &str, environment: &str) -> Placeholder {
        let default = self.default.as_ref().and_then(|default| default.for_environment(environment));
        if default == Some(value) { Placeholder::No } else { placeholder::classify(value) }
    }

    /// Makes a value as the schema says, and checks it against the type; `None` if the schema does not say how.
    pub fn make_value(&self, rng: &mut Rng, now: Timestamp) -> Result<Option<Generated>, generate::Error> {
        let Some(recipe) = &self.generate else { return Ok(None) };
        let generated = recipe.make(rng, now)?;
        match self.value_type.check(generated.secret.expose(), &self.constraints) {
            Ok(_) => Ok(Some(generated)),
            Err(mismatch) => {
                Err(generate::Error::NotOfType { variable: self.name.clone(), message: mismatch.message })
            }
        }
    }
}

/// Whether a variable must be set.
pub enum Required {
    /// In every environment.
    Always,
    /// Never.
    Never,
    /// When this CEL expression over the other variables is true.
    When(super::rules::Expression),
}

/// A default value, possibly by environment.
pub enum Default {
    /// The same everywhere.
    Same(String),
    /// By environment; `*` for the rest.
    PerEnvironment(IndexMap<String, String>),
}

impl Default {
    /// The default in that environment.
    pub fn for_environment(&self, environment: &str) -> Option<&str> {
        match self {
            Self::Same(value) => Some(value),
            Self::PerEnvironment(values) => {
                values.get(environment).or_else(|| values.get("*")).map(String::as_str)
            }
        }
    }

    /// Every default, of all environments.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let (same, by_environment) = match self {
            Self::Same(value) => (Some(value), None),
            Self::PerEnvironment(values) => (None, Some(values.values())),
        };
        same.into_iter().chain(by_environment.into_iter().flatten()).map(String::as_str)
    }
}

/// Who sets a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ValueSource {
    /// The env file.
    File,
    /// The platform that starts the process, such as `PORT`.
    Environment,
}

/// Where something stands in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, as it should be shown; `builtin:NAME` for a built-in schema.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: u32,
}

/// A rule over several variables.
pub struct Rule {
    /// When it applies; always, if `None`.
    pub when: Option<super::rules::Expression>,
    /// What must be true then.
    pub assert: super::rules::Expression,
    /// What to say when it is not; holds no value.
    pub message: String,
    /// The clause of a guide or a standard that asks for it.
    pub reference: Option<String>,
    /// Where it is declared.
    pub origin: Origin,
}
