//! What a store holds: names, values, versions.

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::secret::Secret;

/// A version of what a store holds, as the store spells it: a number, or an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(String);

impl Version {
    /// The version of what does not exist yet.
    pub const NONE: Self = Self(String::new());

    /// A version by its spelling.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its spelling; empty for [`Version::NONE`].
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is [`Version::NONE`].
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// The value of one name.
#[derive(Clone, PartialEq, Eq)]
pub enum Held {
    /// A text.
    Text(Secret),
    /// Something else that somebody else put there, as its JSON text: a number, a list, an object. A write that does
    /// not name it leaves it as it is.
    Json(Secret),
}

impl Held {
    /// The value as a variable has it: the text, or for a number, `true` or `false` its JSON text. `None` for what
    /// no variable can be.
    pub fn text(&self) -> Option<&Secret> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(json) => {
                let is_scalar =
                    !matches!(json.expose().as_bytes().first(), None | Some(b'{' | b'[' | b'n' | b'"'));
                is_scalar.then_some(json)
            }
        }
    }
}

/// What a push leaves in the store's own metadata, so that a working copy that never synced knows what the store
/// and the sealed file last had in common. It holds no value, and no fingerprint of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The generation of the sealed file that was pushed.
    pub generation: u64,
    /// The SHA-256 of that sealed file: only a working copy whose ledger has it descends from it.
    pub sealed: String,
    /// A tag under the project key over all values that the store had after the push: a mark that was written
    /// without its version, or copied from elsewhere, does not agree with it.
    pub digest: String,
}

/// What a store holds at one version.
#[derive(Clone)]
pub struct Snapshot {
    /// The version, which a write builds on.
    pub version: Version,
    /// The values by the store's own names, in its order.
    pub values: IndexMap<String, Held>,
    /// Where each name has a version of its own: that version.
    pub versions: IndexMap<String, Version>,
    /// The last push's mark and the version it was left with.
    pub mark: Option<(Version, Mark)>,
    /// When the version was made, by the store's clock.
    pub created: Option<Timestamp>,
    /// When it will be deleted by itself, if it will.
    pub expires: Option<Timestamp>,
}

/// What a write made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The new version.
    pub version: Version,
    /// When it was made, by the store's clock, where the store says so in its answer.
    pub created: Option<Timestamp>,
}

impl Snapshot {
    /// What is not there.
    pub fn empty() -> Self {
        Self {
            version: Version::NONE,
            values: IndexMap::new(),
            versions: IndexMap::new(),
            mark: None,
            created: None,
            expires: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_value_and_a_list_is_none() {
        let text = |json: &str| Held::Json(Secret::new(json)).text().map(|text| text.expose().to_owned());
        assert_eq!(text("5432").as_deref(), Some("5432"));
        assert_eq!(text("true").as_deref(), Some("true"));
        assert_eq!(text("-1.5").as_deref(), Some("-1.5"));
        for json in ["[1]", "{\"a\":1}", "null", ""] {
            assert_eq!(text(json), None, "{json}");
        }
    }
}
