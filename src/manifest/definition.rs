//! The manifest as it is written. The JSON Schema for editors is generated from these types.

use std::path::PathBuf;

use indexmap::IndexMap;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::value::Datetime;

use super::rotation::RotationDefinition;
use super::store::StoreDefinition;
use crate::schema::definition::{RotationClass, RuleDefinition, VariableDefinition};

/// `envward.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The project.
    pub project: ProjectDefinition,
    /// The environments by name.
    #[serde(default)]
    pub environments: IndexMap<String, EnvironmentDefinition>,
    /// Who may open sealed files: name to public key.
    #[serde(default)]
    pub recipients: IndexMap<String, RecipientDefinition>,
    /// The stores by name.
    #[serde(default)]
    pub stores: IndexMap<String, StoreDefinition>,
    /// Variables, where the manifest has its schema inside. Read by the schema room, like the next three.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, VariableDefinition>")]
    pub vars: toml::Table,
    /// Rules of an inside schema.
    #[serde(default)]
    #[schemars(with = "Vec<RuleDefinition>")]
    pub rules: Vec<toml::Table>,
    /// Rotation classes.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, RotationClass>")]
    pub classes: toml::Table,
    /// What the project says about rotation.
    #[serde(default)]
    pub rotation: RotationDefinition,
}

/// `[project]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectDefinition {
    /// The project's name; part of what a seal proves.
    pub name: String,
    /// Path of the schema, or `builtin:NAME`; none if the manifest has `[vars]`.
    pub schema: Option<String>,
    /// The environment when none is named.
    pub default: Option<String>,
    /// The oldest envward that may work on this project.
    pub min_version: Option<String>,
}

/// `[environments.NAME]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentDefinition {
    /// The plaintext env file [default: `.env.NAME`].
    pub file: Option<PathBuf>,
    /// The sealed file [default: `secrets/NAME.enc.env`, or `secrets/NAME.env.age`].
    pub sealed: Option<PathBuf>,
    /// Format of the sealed file [default: "sops"].
    pub format: Option<SealFormat>,
    /// Programs that will read the env file.
    pub readers: Option<Vec<String>>,
    /// Names from `[recipients]` of those who may open it.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// Names from `[stores]` of those that serve it.
    #[serde(default)]
    pub stores: Vec<String>,
}

impl EnvironmentDefinition {
    /// Path of the env file from the project's root.
    pub fn file_or_default(&self, name: &str) -> PathBuf {
        self.file.clone().unwrap_or_else(|| format!(".env.{name}").into())
    }

    /// Path of the sealed file from the project's root.
    pub fn sealed_or_default(&self, name: &str) -> PathBuf {
        self.sealed.clone().unwrap_or_else(|| match self.format.unwrap_or_default() {
            SealFormat::Sops => format!("secrets/{name}.enc.env").into(),
            SealFormat::Age => format!("secrets/{name}.env.age").into(),
        })
    }
}

/// Format of a sealed file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SealFormat {
    /// SOPS dotenv: names readable, values encrypted one by one.
    #[default]
    Sops,
    /// One armoured age file.
    Age,
}

/// A recipient: a public key, or a table with one and an expiry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a public key, or a table with `key` and `expires`"
)]
pub enum RecipientDefinition {
    /// `age1…`, `ssh-ed25519 …`, `ssh-rsa …`.
    Key(String),
    /// A key that stops being used.
    Table {
        /// The public key.
        key: String,
        /// The last day, as `2027-01-31`; after it no new data key is wrapped to it.
        #[schemars(with = "Option<String>")]
        expires: Option<Datetime>,
    },
}

impl RecipientDefinition {
    /// The public key.
    pub fn key(&self) -> &str {
        match self {
            Self::Key(key) | Self::Table { key, .. } => key,
        }
    }

    /// The last day on which a new data key may be wrapped to it. A manifest that was read has only valid ones.
    pub fn expires(&self) -> Option<Date> {
        match self {
            Self::Key(_) => None,
            Self::Table { expires, .. } => expires.as_ref().and_then(last_day),
        }
    }
}

/// The day of a TOML date or date with time; `None` for a time alone.
pub(super) fn last_day(at: &Datetime) -> Option<Date> {
    let date = at.date?;
    let narrow = |number: u8| i8::try_from(number).ok();
    Date::new(i16::try_from(date.year).ok()?, narrow(date.month)?, narrow(date.day)?).ok()
}
