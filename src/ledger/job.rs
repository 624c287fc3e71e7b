//! Who writes an entry, and in which job of a CI system.

use serde::{Deserialize, Serialize};

/// Who writes an entry: a claim, not a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The person, as git or the CI system names them.
    pub actor: String,
    /// The job that acts for them.
    pub job: Option<Job>,
}

impl Author {
    /// The name of someone whom neither git nor a CI system names.
    pub const UNKNOWN: &str = "unknown";
}

/// The job of a CI system. The fields stand in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The commit that it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The repository, or the subject that the system gives the job.
    pub project: String,
    /// The branch or tag.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The number of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// `github`, `gitlab`, or who issued the job's id token.
    pub system: String,
    /// The file that defines the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
}
