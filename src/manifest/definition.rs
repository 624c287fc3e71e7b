//! The manifest as it is written. The JSON Schema for editors is generated from these types.

use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

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
#[serde(untagged)]
pub enum RecipientDefinition {
    /// `age1…`, `ssh-ed25519 …`, `ssh-rsa …`.
    Key(String),
    /// A key that stops being used.
    Table {
        /// The public key.
        key: String,
        /// The last day, as `2027-01-31`; after it no new data key is wrapped to it.
        #[schemars(with = "Option<String>")]
        expires: Option<toml::value::Datetime>,
    },
}
