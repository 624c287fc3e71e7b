//! `[rotation]` of the manifest: what a project says beyond the classes of its schema.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[rotation]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationDefinition {
    /// Policy for classes that the schema does not define: `pci`, `cis-aws`, `nist-800-57`, `strict`,
    /// `human-password`.
    pub preset: Option<String>,
    /// Where the targeted risk analysis is written down that a preset asks for.
    pub risk_analysis: Option<String>,
    /// How long after someone left, or after a leak, what that person knew must be replaced [default: "7d"].
    pub offboard: Option<String>,
    /// By how much deadlines of one project may be brought forward, so that what was made on one day is not due on
    /// one day [default: "0d"].
    pub jitter: Option<String>,
    /// The longest exemption [default: "90d"].
    pub max_exemption: Option<String>,
    /// Shorter deadlines by environment.
    #[serde(default)]
    pub environments: IndexMap<String, EnvironmentRotation>,
}

/// `[rotation.environments.NAME]`: shorter deadlines; a longer one is refused.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentRotation {
    /// By class.
    #[serde(default)]
    pub classes: IndexMap<String, Shortened>,
    /// By variable; goes before the class.
    #[serde(default)]
    pub vars: IndexMap<String, Shortened>,
}

/// What an environment may shorten.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shortened {
    /// Longest age.
    pub every: Option<String>,
    /// How long after the deadline it is merely overdue.
    pub grace: Option<String>,
    /// How long the previous value stays valid.
    pub overlap: Option<String>,
}
