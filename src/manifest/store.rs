//! `[stores.NAME]`: a place that serves values to deployments, as the manifest names it.
//!
//! A manifest comes from a repository: it may say where a store is, but is not believed about it before the user
//! has confirmed the address (the room of approvals).

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// `[stores.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StoreDefinition {
    /// Sealed, versioned files in the project; no server.
    Directory(DirectoryDefinition),
    /// HashiCorp Vault or OpenBao, KV version 1 or 2.
    Vault(VaultDefinition),
    /// AWS Secrets Manager.
    AwsSecretsManager(AwsDefinition),
}

impl StoreDefinition {
    /// The store's own names of variables that it calls otherwise.
    pub fn names(&self) -> &BTreeMap<String, String> {
        match self {
            Self::Directory(definition) => &definition.names,
            Self::Vault(definition) => &definition.names,
            Self::AwsSecretsManager(definition) => &definition.names,
        }
    }
}

/// A directory store.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryDefinition {
    /// The directory, from the project's root; each environment has a directory of its own in it.
    pub path: PathBuf,
    /// The store's own names of variables: variable to name.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

/// A path of a KV mount in Vault or OpenBao.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultDefinition {
    /// The server, such as `https://vault.example.com:8200`.
    pub address: String,
    /// Where the KV engine is mounted [default: secret].
    #[serde(default = "default_mount")]
    pub mount: String,
    /// The secret's path below the mount, without `data/`; `{env}` and `{project}` stand for their names.
    pub path: String,
    /// The namespace (Vault Enterprise, HCP, OpenBao).
    pub namespace: Option<String>,
    /// How to log in [default: a token].
    #[serde(default)]
    pub auth: VaultAuth,
    /// OpenBao from 2.4: send the login with each request, so that the server makes and stores no token.
    #[serde(default)]
    pub inline_auth: bool,
    /// The store's own names of variables: variable to name.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

fn default_mount() -> String {
    "secret".to_owned()
}

/// How to log in to Vault or OpenBao. Credentials themselves come from the user's environment, never from here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum VaultAuth {
    /// A token: `VAULT_TOKEN` or `BAO_TOKEN`, else the token helper's file `~/.vault-token`.
    #[default]
    Token,
    /// AppRole: `VAULT_ROLE_ID` and `VAULT_SECRET_ID`, the second also response-wrapped.
    Approle {
        /// Where the method is mounted [default: approle].
        mount: Option<String>,
    },
    /// A Kubernetes service account.
    Kubernetes {
        /// Where the method is mounted [default: kubernetes].
        mount: Option<String>,
        /// The role to log in as.
        role: String,
    },
    /// A JWT, among them the id tokens of GitHub Actions and GitLab CI.
    Jwt {
        /// Where the method is mounted [default: jwt].
        mount: Option<String>,
        /// The role to log in as.
        role: String,
        /// The audience to ask GitHub for.
        audience: Option<String>,
        /// The variable that holds the token, such as one of GitLab's `id_tokens` [default: VAULT_ID_TOKEN].
        variable: Option<String>,
    },
    /// A user's name and password: `VAULT_PASSWORD`.
    Userpass {
        /// Where the method is mounted [default: userpass].
        mount: Option<String>,
        /// The user's name.
        username: String,
    },
    /// A TLS client certificate: `VAULT_CLIENT_CERT` and `VAULT_CLIENT_KEY`.
    Cert {
        /// Where the method is mounted [default: cert].
        mount: Option<String>,
        /// The certificate role, where the server has several.
        role: Option<String>,
    },
}

/// Secrets of AWS Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsDefinition {
    /// The secret's name; `{env}` and `{project}` stand for their names. With `layout = "per-variable"` each
    /// variable is the secret `NAME/VARIABLE`.
    pub name: String,
    /// Whether the variables share one secret or have one each [default: json].
    #[serde(default)]
    pub layout: AwsLayout,
    /// The region [default: that of the user's AWS configuration].
    pub region: Option<String>,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// The KMS key of secrets that are created.
    pub kms_key: Option<String>,
    /// Tags of secrets that are created.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The store's own names of variables: variable to name.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

/// How variables lie in AWS Secrets Manager.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AwsLayout {
    /// One secret, a JSON object.
    #[default]
    Json,
    /// One secret for each variable.
    PerVariable,
}
