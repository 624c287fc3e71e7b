//! A UUID (RFC 9562): an identifier. It is unique, not secret: some systems show it, so it has no least strength.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Generated, Kind};
use crate::rng::Rng;

/// Options of `uuid`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// v4 is random; v7 begins with the time, so that a database can sort by it
    // Not `version`, which is the flag that prints the version of envward.
    #[arg(id = "uuid_version", value_name = "VERSION", default_value = "v4")]
    pub version: Version,
}

/// Version of a UUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// 122 random bits.
    #[default]
    V4,
    /// Milliseconds since 1970, then 74 random bits.
    V7,
}

impl Kind for Options {
    fn make(&self, rng: &mut Rng, now: Timestamp) -> Result<Generated, Error> {
        let (id, bits) = match self.version {
            Version::V4 => (uuid::Builder::from_random_bytes(rng.bytes()?).into_uuid(), 122),
            Version::V7 => {
                let millis = u64::try_from(now.as_millisecond())
                    .map_err(|_| Error::Failed { what: "UUID: the clock is before 1970" })?;
                (uuid::Builder::from_unix_timestamp_millis(millis, &rng.bytes()?).into_uuid(), 74)
            }
        };
        Ok(Generated::random(id.to_string(), bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(version: Version, now: &str) -> uuid::Uuid {
        let now = now.parse().expect("a time");
        let made = Options { version }.make(&mut Rng::test_only_seeded(1), now);
        let text = made.expect("a seeded generator does not fail").secret.expose().to_owned();
        text.parse().expect("it is a UUID")
    }

    #[test]
    fn each_version_says_which_it_is() {
        assert_eq!(make(Version::V4, "2026-03-01T12:00:00Z").get_version_num(), 4);
        assert_eq!(make(Version::V7, "2026-03-01T12:00:00Z").get_version_num(), 7);
    }

    #[test]
    fn version_7_sorts_by_time() {
        let earlier = make(Version::V7, "2026-03-01T12:00:00Z");
        let later = make(Version::V7, "2026-03-01T12:00:00.001Z");
        assert!(earlier < later);
        let millis = earlier.get_timestamp().map(|time| time.to_unix().0);
        assert_eq!(millis, Some(1_772_366_400), "2026-03-01T12:00:00Z in seconds");
    }
}
