//! The environment as it was at the start, and every variable of it that envward reads, one constant each.
//!
//! Those marked as a credential are taken out of what `run` hands to its command.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The environment to use when `-e` is not given.
pub const ENVWARD_ENV: &str = "ENVWARD_ENV";

/// An age identity, or the path of a file with identities. Credential.
pub const ENVWARD_IDENTITY: &str = "ENVWARD_IDENTITY";

/// The public fingerprint of the project key that CI expects, since a fresh machine remembers none.
pub const ENVWARD_PROJECT_PIN: &str = "ENVWARD_PROJECT_PIN";

/// Hashes of what the manifest names and the user has confirmed, as `allow --print` prints them, for CI.
pub const ENVWARD_ALLOW: &str = "ENVWARD_ALLOW";

/// Set to `off` to leave the OS keyring alone, for machines where asking it would block.
pub const ENVWARD_KEYRING: &str = "ENVWARD_KEYRING";

/// The passphrase of a file in age format that was sealed with one. Credential.
pub const ENVWARD_PASSPHRASE: &str = "ENVWARD_PASSPHRASE";

/// age identities as text, as sops reads them. Credential.
pub const SOPS_AGE_KEY: &str = "SOPS_AGE_KEY";

/// Path of a file with age identities, as sops reads it. Credential.
pub const SOPS_AGE_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";

/// What the variables begin with that hold private keys of dotenvx, one for each env file: `DOTENV_PRIVATE_KEY`,
/// `DOTENV_PRIVATE_KEY_PRODUCTION`, …; read by `import`.
pub const DOTENV_PRIVATE_KEY: &str = "DOTENV_PRIVATE_KEY";

/// The user's home directory.
pub const HOME: &str = "HOME";

/// Base of the user's configuration directories (XDG base directory specification).
pub const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";

/// Base of the user's state directories (XDG base directory specification).
pub const XDG_STATE_HOME: &str = "XDG_STATE_HOME";

/// A directory that only the user can read and that does not outlive the login; `edit` works there.
pub const XDG_RUNTIME_DIR: &str = "XDG_RUNTIME_DIR";

/// Where programs are looked up: git, the editor, and the command of `run`.
pub const PATH: &str = "PATH";

/// Set by the scripts of `completions`: the shell that asks how a command line could go on.
pub const ENVWARD_COMPLETE: &str = "ENVWARD_COMPLETE";

/// The index that git commits from, which it names to its hooks.
pub const GIT_INDEX_FILE: &str = "GIT_INDEX_FILE";

/// The editor of `edit`, before [`EDITOR`].
pub const VISUAL: &str = "VISUAL";

/// The editor of `edit`.
pub const EDITOR: &str = "EDITOR";

/// Any value turns colour off (no-color.org).
pub const NO_COLOR: &str = "NO_COLOR";

/// The endpoint of AWS Secrets Manager, before [`AWS_ENDPOINT_URL`].
pub const AWS_ENDPOINT_URL_SECRETS_MANAGER: &str = "AWS_ENDPOINT_URL_SECRETS_MANAGER";

/// The endpoint of every service of AWS.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";

/// `true` has the SDK of AWS ignore the variables that name an endpoint.
pub const AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/// The region in AWS, before [`AWS_DEFAULT_REGION`]. What else the SDK of AWS reads is in its own documentation.
pub const AWS_REGION: &str = "AWS_REGION";

/// The region in AWS.
pub const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";

/// The id of an access key of AWS. Credential of a store.
pub const AWS_ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";

/// The secret of an access key of AWS. Credential of a store.
pub const AWS_SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// The session token of a temporary access key of AWS. Credential of a store.
pub const AWS_SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

/// The address of a Vault or OpenBao server, which the user vouches for. Of each pair the first that is set counts,
/// as for OpenBao's own programs.
pub const VAULT_ADDR: [&str; 2] = ["BAO_ADDR", "VAULT_ADDR"];

/// The namespace on that server, where the manifest names none.
pub const VAULT_NAMESPACE: [&str; 2] = ["BAO_NAMESPACE", "VAULT_NAMESPACE"];

/// A token of that server. Credential.
pub const VAULT_TOKEN: [&str; 2] = ["BAO_TOKEN", "VAULT_TOKEN"];

/// AppRole's role id. Credential.
pub const VAULT_ROLE_ID: [&str; 2] = ["BAO_ROLE_ID", "VAULT_ROLE_ID"];

/// AppRole's secret id, or the wrapping token of one. Credential.
pub const VAULT_SECRET_ID: [&str; 2] = ["BAO_SECRET_ID", "VAULT_SECRET_ID"];

/// The password of the userpass method. Credential.
pub const VAULT_PASSWORD: [&str; 2] = ["BAO_PASSWORD", "VAULT_PASSWORD"];

/// A JWT to log in with, under the name that GitLab's documentation uses. Credential.
pub const VAULT_ID_TOKEN: [&str; 2] = ["BAO_ID_TOKEN", "VAULT_ID_TOKEN"];

/// A PEM file with the certificate authorities of the server; no others are trusted then.
pub const VAULT_CACERT: [&str; 2] = ["BAO_CACERT", "VAULT_CACERT"];

/// A directory of such PEM files, if there is no file.
pub const VAULT_CAPATH: [&str; 2] = ["BAO_CAPATH", "VAULT_CAPATH"];

/// A PEM file with the client certificate.
pub const VAULT_CLIENT_CERT: [&str; 2] = ["BAO_CLIENT_CERT", "VAULT_CLIENT_CERT"];

/// A PEM file with the client certificate's private key.
pub const VAULT_CLIENT_KEY: [&str; 2] = ["BAO_CLIENT_KEY", "VAULT_CLIENT_KEY"];

/// The name that the server's certificate is for, where it is not the host of the address.
pub const VAULT_TLS_SERVER_NAME: [&str; 2] = ["BAO_TLS_SERVER_NAME", "VAULT_TLS_SERVER_NAME"];

/// Would turn off the check of the server's certificate; refused if it asks for that.
pub const VAULT_SKIP_VERIFY: [&str; 2] = ["BAO_SKIP_VERIFY", "VAULT_SKIP_VERIFY"];

/// How long a request may take, in seconds, such as `30` or `30s`.
pub const VAULT_CLIENT_TIMEOUT: [&str; 2] = ["BAO_CLIENT_TIMEOUT", "VAULT_CLIENT_TIMEOUT"];

/// The proxy for https addresses.
pub const HTTPS_PROXY: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];

/// The hosts that are reached without the proxy.
pub const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Where a job of GitHub Actions asks for its id token; set if the job has `id-token: write`.
pub const ACTIONS_ID_TOKEN_REQUEST_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";

/// What a job of GitHub Actions shows there. Credential.
pub const ACTIONS_ID_TOKEN_REQUEST_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// `true` in a job of GitHub Actions.
pub const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";

/// The file to which a step of GitHub Actions appends variables for the steps after it.
pub const GITHUB_ENV: &str = "GITHUB_ENV";

/// The file to which a step of GitHub Actions appends its outputs.
pub const GITHUB_OUTPUT: &str = "GITHUB_OUTPUT";

/// Who started the run of GitHub Actions.
pub const GITHUB_ACTOR: &str = "GITHUB_ACTOR";

/// The branch or tag of the run.
pub const GITHUB_REF: &str = "GITHUB_REF";

/// The repository of the run, such as `owner/name`.
pub const GITHUB_REPOSITORY: &str = "GITHUB_REPOSITORY";

/// The number of the run.
pub const GITHUB_RUN_ID: &str = "GITHUB_RUN_ID";

/// The commit of the run.
pub const GITHUB_SHA: &str = "GITHUB_SHA";

/// The workflow file of the run and the ref that it was taken from.
pub const GITHUB_WORKFLOW_REF: &str = "GITHUB_WORKFLOW_REF";

/// `true` in a job of GitLab CI.
pub const GITLAB_CI: &str = "GITLAB_CI";

/// The name of the person who started the job of GitLab CI.
pub const GITLAB_USER_NAME: &str = "GITLAB_USER_NAME";

/// The login of that person.
pub const GITLAB_USER_LOGIN: &str = "GITLAB_USER_LOGIN";

/// The mail address of that person.
pub const GITLAB_USER_EMAIL: &str = "GITLAB_USER_EMAIL";

/// The project of the job of GitLab CI, such as `group/name`.
pub const CI_PROJECT_PATH: &str = "CI_PROJECT_PATH";

/// The number of the pipeline.
pub const CI_PIPELINE_ID: &str = "CI_PIPELINE_ID";

/// The branch or tag of the pipeline.
pub const CI_COMMIT_REF_NAME: &str = "CI_COMMIT_REF_NAME";

/// The commit of the pipeline.
pub const CI_COMMIT_SHA: &str = "CI_COMMIT_SHA";

/// The file that defines the pipeline.
pub const CI_CONFIG_PATH: &str = "CI_CONFIG_PATH";

/// Credentials that never reach the command of `run`.
pub const CREDENTIALS: &[&str] = &[ENVWARD_IDENTITY, ENVWARD_PASSPHRASE, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE];

/// Set by continuous integration: the checkout does not last. `false` and `0` count as not set.
pub const CI: &str = "CI";

/// Fixes the clock, as RFC 3339. Debug builds only, for the tests.
pub const TEST_ONLY_NOW: &str = "ENVWARD_TEST_ONLY_NOW";

/// Seeds the random generator with a number. Debug builds only, for the tests.
pub const TEST_ONLY_SEED: &str = "ENVWARD_TEST_ONLY_SEED";

/// Kills the process at a moment of a rotation, such as `done:set`. Debug builds only, for the tests.
pub const TEST_ONLY_KILL_AT: &str = "ENVWARD_TEST_ONLY_KILL_AT";

/// The environment variables at the start of the process. Changing them later has no effect on it.
#[derive(Clone, Default)]
pub struct EnvSnapshot(BTreeMap<OsString, OsString>);

impl EnvSnapshot {
    /// Takes the snapshot; called once, in `main`.
    #[expect(clippy::disallowed_methods, reason = "the environment is read once, here")]
    pub fn take() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of a variable if it is set, not empty, and valid UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_os(name)?.to_str()
    }

    /// The value of a variable if it is set and not empty.
    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The same without these variables.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !names.iter().any(|gone| name.as_os_str() == *gone));
        Self(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Of several names for the same, the first that is set, and its value.
    pub fn first(&self, names: [&'static str; 2]) -> Option<(&'static str, &str)> {
        names.into_iter().find_map(|name| Some((name, self.get(name)?)))
    }

    /// Every variable, empty ones too, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

impl FromIterator<(OsString, OsString)> for EnvSnapshot {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}
